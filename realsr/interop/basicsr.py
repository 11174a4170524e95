"""For users of BasicSR: our data in its option files.

    import realsr.interop.basicsr
    realsr.interop.basicsr.register()

adds the dataset types RealSROnlineDataset, RealSRPairsDataset and RealSRPhotographsDataset and the model types
RealSRDegradingModel and RealSRDegradingGANModel to BasicSR's registries; an option file then names them like
BasicSR's own. Nothing is registered by importing this module.

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
from realsr.interop.basicsr_models import RealSRPhotographsDataset, models
from realsr.plain import plain

DATASETS = (RealSROnlineDataset, RealSRPairsDataset, RealSRPhotographsDataset)


def register() -> None:
    """Add our datasets and models to BasicSR's registries; again is no harm.

    Raises MissingBasicSRError where BasicSR is absent, RequestError where another class has one of the names.
    """
    load("basicsr.data")
    load("basicsr.models")
    registries = load("basicsr.utils.registry")
    _add(registries.DATASET_REGISTRY, "dataset", DATASETS)
    _add(registries.MODEL_REGISTRY, "model", models())


def _add(registry: Any, kind: str, ours: tuple[type, ...]) -> None:
    """All of them or none."""
    present = dict(iter(registry))  # it has keys() and no [ ], which dict alone would try
    for each in ours:
        if present.get(each.__name__, each) is not each:
            raise RequestError(
                f"BasicSR's registry has another {kind} {each.__name__}: "
                f"{present[each.__name__].__module__} took the name first; leave it out or rename it"
            )
    for each in ours:
        if each.__name__ not in present:
            registry.register(each)


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
