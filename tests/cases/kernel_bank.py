from __future__ import annotations

from pathlib import Path

from degrade.functional.banks import bank_digest
from degrade.functional.kernel_bank import read_bank
from tests.cases.case import Case

BANK = str(Path(__file__).parent.parent / "kernels")
"""A made-up bank of three kernels: even and odd sides, off centre."""
BANK_DIGEST = bank_digest(read_bank(BANK))

CASES = (
    Case(
        "kernel_bank_blur",
        (
            {"folder": BANK, "digest": BANK_DIGEST, "index": 0},
            {"folder": BANK, "digest": BANK_DIGEST, "index": 1, "subpixel": False},
            {"folder": BANK, "digest": BANK_DIGEST, "index": 2},
        ),
    ),
)
