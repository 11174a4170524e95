"""For users of BasicSR: our data in its option files.

    import realsr.interop.basicsr
    realsr.interop.basicsr.register()

adds the dataset types RealSROnlineDataset and RealSRPairsDataset to BasicSR's registry; an option file then
names them like BasicSR's own. Nothing is registered by importing this module.

    python -m realsr.interop.basicsr -opt options.yml

registers them and runs BasicSR's own training, with its own arguments, in the current directory.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from degrade.errors import DegradeError
from realsr.files.errors import RequestError
from realsr.interop.basicsr_datasets import RealSROnlineDataset, RealSRPairsDataset
from realsr.interop.basicsr_import import load
from realsr.plain import plain

DATASETS = (RealSROnlineDataset, RealSRPairsDataset)


def register() -> None:
    """Add our datasets to BasicSR's registry; again is no harm.

    Raises MissingBasicSRError where BasicSR is absent, RequestError where another class has one of the names.
    """
    load("basicsr.data")
    registry = load("basicsr.utils.registry").DATASET_REGISTRY
    present = dict(iter(registry))  # it has keys() and no [ ], which dict alone would try
    for dataset in DATASETS:
        if present.get(dataset.__name__, dataset) is not dataset:
            raise RequestError(
                f"BasicSR's registry has another dataset {dataset.__name__}: "
                f"{present[dataset.__name__].__module__} took the name first; leave it out or rename it"
            )
    for dataset in DATASETS:
        if dataset.__name__ not in present:
            registry.register(dataset)


def main() -> int:
    """Register, then train as BasicSR does."""
    try:
        register()
        training: Any = load("basicsr.train")
        training.train_pipeline(str(Path.cwd()))
    except DegradeError as error:
        sys.stderr.write(f"{plain(str(error))}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
