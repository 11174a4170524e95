"""LR/HR pairs on disk: made, resumed, replayed from their traces and verified.

A folder of pairs holds `hr/KEY.png`, `lr/KEY.png`, `manifest.jsonl` (a header line, then one line a pair in
key order), `pipeline.yaml` (resolved) and `failures.jsonl` (one line per failed source; empty if none failed).
In another form of `FORMS` the pictures lie otherwise and the rest is the same; `opened` knows which it is.

    store = opened(Path("pairs"))
    header, pairs = read_manifest(store)
    for pair in pairs:
        images = read_pair(store, pair)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.pairs.crops import crop_of_pair, crop_of_photograph
    from realsr.pairs.hr_crops import HRCrops, KeyedSampler
    from realsr.pairs.job import PairsJob
    from realsr.pairs.make import Outcome, make_pairs
    from realsr.pairs.manifest import ManifestHeader, PairLine, read_manifest
    from realsr.pairs.pictures import Images, read_pair
    from realsr.pairs.replaying import Replayed, replay
    from realsr.pairs.soundness import check_ends
    from realsr.pairs.store.protocol import PairStore
    from realsr.pairs.store.table import FORMS, StoreForm, opened
    from realsr.pairs.tally import Observer
    from realsr.pairs.verifying import Checked, Finding, verify

_NAMES = {
    "crops": ("crop_of_pair", "crop_of_photograph"),
    "hr_crops": ("HRCrops", "KeyedSampler"),
    "job": ("PairsJob",),
    "make": ("Outcome", "make_pairs"),
    "converting": ("Converted", "convert"),
    "manifest": ("ManifestHeader", "PairLine", "read_manifest"),
    "pictures": ("Images", "read_pair"),
    "replaying": ("Replayed", "replay"),
    "soundness": ("check_ends",),
    "store.protocol": ("PairStore",),
    "store.table": ("FORMS", "StoreForm", "opened"),
    "tally": ("Observer",),
    "verifying": ("Checked", "Finding", "verify"),
}

__all__ = [
    "FORMS",
    "Checked",
    "Converted",
    "Finding",
    "HRCrops",
    "Images",
    "KeyedSampler",
    "ManifestHeader",
    "Observer",
    "Outcome",
    "PairLine",
    "PairStore",
    "PairsJob",
    "Replayed",
    "StoreForm",
    "check_ends",
    "convert",
    "crop_of_pair",
    "crop_of_photograph",
    "make_pairs",
    "opened",
    "read_manifest",
    "read_pair",
    "replay",
    "verify",
]
__getattr__, __dir__ = lazy(
    __name__,
    {name: f"realsr.pairs.{module}" for module, names in _NAMES.items() for name in names},
)
