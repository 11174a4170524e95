"""The code blocks of a page, and what the page says about them.

Commands stand in blocks of ```sh, one a line, remarks behind `#`. A remark to this test stands in a comment right
above a block:

    <!-- docs: file NAME -->   the block is a file, which commands below it use
    <!-- docs: part -->        a piece of a file, which a test of its own reads
    <!-- docs: gpu -->, <!-- docs: hours -->, <!-- docs: yours -->   not run; the text says why in a word
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.docs.pages import text_of

_BLOCK = re.compile(
    r"(?:<!-- docs: (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)

SAID = {"gpu": r"\bGPUs?\b", "hours": r"\bhours?\b", "yours": r"\byours?\b|\byour own\b"}
"""What is not run, and the word that tells the reader so: in the four lines above it, or in the block."""


@dataclass(frozen=True)
class Block:
    """mark: what stands in the comment above it. above: the four lines before that."""

    page: str
    line: int
    language: str
    text: str
    mark: str
    above: str

    @property
    def is_run(self) -> bool:
        return self.mark not in SAID

    @property
    def commands(self) -> list[str]:
        """The lines of a shell block, continued ones joined; without remarks and blank ones."""
        joined = self.text.replace("\\\n", " ")
        lines = [re.sub(r"\s+#.*$|^#.*$", "", line).strip() for line in joined.splitlines()]
        return [line for line in lines if line]


def blocks(page: str) -> list[Block]:
    """All of a page's, from top to bottom."""
    text, found = text_of(page), []
    for match in _BLOCK.finditer(text):
        before = text[: match.start()]
        found.append(
            Block(
                page,
                before.count("\n") + 1,
                match["language"],
                match["text"],
                match["mark"] or "",
                "\n".join(before.rstrip().splitlines()[-4:]),
            )
        )
    return found


def indented(page: str) -> list[str]:
    """Lines that Markdown shows as code because they are indented."""
    outside = _BLOCK.sub("", text_of(page))
    return [line.strip() for line in outside.splitlines() if line.startswith("    ")]


def inline(page: str) -> list[str]:
    """Commands of ours that stand in the text."""
    return re.findall(r"`(realsr [^`\n]*)`", _BLOCK.sub("", text_of(page)))
