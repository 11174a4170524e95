"""The README and the pages of docs, and what stands in their code blocks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md"))]
"""Without the decisions, which tell what was decided when."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def fenced(page: str, language: str) -> list[str]:
    """Its blocks in one language."""
    return re.findall(rf"```{language}\n(.*?)```", text_of(page), re.DOTALL)
