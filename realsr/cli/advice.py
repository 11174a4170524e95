"""What a person does about a picture that cannot be taken: each command knows its own options.

The reasons themselves are the reading room's, and name no option.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

ALPHA = "say what transparent pixels become with --alpha drop, white or black"
CROP = "use --crop full or a smaller crop"
LARGE = "--max-pixels N takes larger pictures"

MAKE_PAIRS = {"transparent": ALPHA, "too-small": CROP, "too-large": LARGE}
UPSCALE = {"too-large": LARGE}
ROBUSTNESS = {"transparent pixels": ALPHA, "smaller than the crop": CROP}
"""Of a run's record, which keeps sentences: by what stands in them."""


def advised(kind: str, reason: str, advice: Mapping[str, str]) -> str:
    """A reason, and what to do about its kind where a command can do anything."""
    return f"{reason}; {advice[kind]}" if kind in advice else reason


def advice_about(faults: Iterable[str], advice: Mapping[str, str]) -> Iterator[str]:
    """What can be done about some faults, each once."""
    found = list(faults)
    yield from (what for words, what in advice.items() if any(words in fault for fault in found))
