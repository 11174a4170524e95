"""What a pipeline says: named, versioned trees of stages, read strictly from YAML."""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from degrade.pipeline.named import named_source, pipeline_names
    from degrade.pipeline.schema import pipeline_schema
    from degrade.pipeline.tree import Pipeline, load_pipeline, parse_pipeline

__all__ = [
    "Pipeline",
    "load_pipeline",
    "named_source",
    "parse_pipeline",
    "pipeline_names",
    "pipeline_schema",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        **dict.fromkeys(("Pipeline", "load_pipeline", "parse_pipeline"), "degrade.pipeline.tree"),
        **dict.fromkeys(("named_source", "pipeline_names"), "degrade.pipeline.named"),
        "pipeline_schema": "degrade.pipeline.schema",
    },
)
