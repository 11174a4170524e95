from __future__ import annotations

from pathlib import Path

from degrade.functional.banks import bank_digest
from degrade.functional.noise_bank import read_patches
from tests.cases.case import KEY, OTHER_KEY, Case

NOISE_BANK = str(Path(__file__).parent.parent / "noise_patches")
"""A made-up bank of three patches of noise: colour, grey in 16 bits, colour in 8."""
NOISE_DIGEST = bank_digest(read_patches(NOISE_BANK))

CASES = (
    Case(
        "noise_bank",
        (
            {"folder": NOISE_BANK, "digest": NOISE_DIGEST, "index": 0, "key": KEY},
            {
                "folder": NOISE_BANK,
                "digest": NOISE_DIGEST,
                "index": 1,
                "gain": 2.0,
                "key": OTHER_KEY,
            },
            {"folder": NOISE_BANK, "digest": NOISE_DIGEST, "index": 2, "gain": 0.3, "key": KEY},
        ),
    ),
)
