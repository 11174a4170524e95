"""What a pipeline says: named, versioned trees of stages, read strictly from YAML."""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from degrade.pipeline.tree import (
        Pipeline,
        load_pipeline,
        parse_pipeline,
        pipeline_names,
        pipeline_schema,
    )

__all__ = ["Pipeline", "load_pipeline", "parse_pipeline", "pipeline_names", "pipeline_schema"]
__getattr__, __dir__ = lazy(__name__, dict.fromkeys(__all__, "degrade.pipeline.tree"))
