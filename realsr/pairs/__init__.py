"""LR/HR pairs on disk: made, resumed, replayed from their traces and verified.

A folder of pairs holds `hr/KEY.png`, `lr/KEY.png`, `manifest.jsonl` (a header line, then one line a pair in
key order), `pipeline.yaml` (resolved) and `failures.jsonl` (one line per failed source; empty if none failed).
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.pairs.hr_crops import HRCrops, KeyedSampler

__all__ = ["HRCrops", "KeyedSampler"]
__getattr__, __dir__ = lazy(__name__, dict.fromkeys(__all__, "realsr.pairs.hr_crops"))
