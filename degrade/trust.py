"""What may run code: a person says so, a file never does.

Some files are programs: a TorchScript archive, a Python module that a name leads to. Whoever hands over a
pipeline, a manifest or a study chooses such a name, and its digest with it, so neither proves anything. What a
person allows is told apart from all that: as an argument of the library, on the command line, or in a
configuration of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from degrade.errors import DegradeError


class UntrustedCodeError(DegradeError):
    """Something that would run code was met, and nobody allowed it. Nothing of it was run."""


@dataclass(frozen=True, slots=True)
class Code:
    """Something that runs when it is used. what: in words, such as 'a TorchScript archive'. where: the file or
    the place that names it. name: what a person says to allow it: SHA-256 in hexadecimal, or a module.
    """

    what: str
    where: str
    name: str


@dataclass(frozen=True, slots=True)
class Trust:
    """What a person allows to run: digests of files (SHA-256, in hexadecimal) and names of modules."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, allowed: Trust | Iterable[str]) -> Self | Trust:
        """`trust=` as callers write it: a Trust, or the names themselves."""
        if isinstance(allowed, Trust):
            return allowed
        if isinstance(allowed, str):
            raise TypeError("trust: expected digests or module names in a list, not one string")
        return cls(frozenset(name.strip() for name in allowed))

    def __or__(self, other: Trust) -> Trust:
        return Trust(self.names | other.names)

    def allows(self, code: Code) -> bool:
        """Whether it is allowed: a file by its digest, a module by its own name alone."""
        return code.name in self.names

    def check(self, code: Code) -> None:
        """Raises UntrustedCodeError unless it is allowed."""
        if not self.allows(code):
            raise UntrustedCodeError(
                f"{code.where} is {code.what}: using it runs whatever code is in it, and nothing allows that; "
                f"if you know where it is from, allow it with --trust-code {code.name} "
                f"(in Python: trust=[{code.name!r}])"
            )


NOTHING = Trust()
"""The default everywhere: no code from any file."""


def torchscript(path: Path | str, digest: str) -> Code:
    """A TorchScript archive, named by the SHA-256 of its bytes."""
    return Code("a TorchScript archive, which is a program", str(path), digest)
