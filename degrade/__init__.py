"""degrade: draw degradations as data, apply them to images, replay them exactly.

pipeline = degrade.load_pipeline("second_order", scale=4)
keys = degrade.keys(seed=0, sources=["a", "b"], variant=3)
traces = degrade.draw(pipeline, keys)
lr = degrade.apply(traces, hr)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from degrade.address import Key, keys
    from degrade.describe import physical, words
    from degrade.draw import draw, draw_uniforms
    from degrade.execute import Processes, apply, apply_hr, apply_lr, placement
    from degrade.geometry import Size
    from degrade.online import OnlineDegradation, Pair
    from degrade.operators.base import Parameters
    from degrade.operators.row import Operator
    from degrade.pipeline import (
        Pipeline,
        load_pipeline,
        parse_pipeline,
        pipeline_names,
        pipeline_schema,
    )
    from degrade.trace import Step, Trace, trace_from_data
    from degrade.versions import versions

__all__ = [
    "Key",
    "OnlineDegradation",
    "Operator",
    "Pair",
    "Parameters",
    "Pipeline",
    "Processes",
    "Size",
    "Step",
    "Trace",
    "apply",
    "apply_hr",
    "apply_lr",
    "draw",
    "draw_uniforms",
    "keys",
    "load_pipeline",
    "parse_pipeline",
    "physical",
    "pipeline_names",
    "pipeline_schema",
    "placement",
    "trace_from_data",
    "versions",
    "words",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Key": "degrade.address",
        "keys": "degrade.address",
        "physical": "degrade.describe",
        "words": "degrade.describe",
        "draw": "degrade.draw",
        "draw_uniforms": "degrade.draw",
        "Processes": "degrade.execute",
        "apply": "degrade.execute",
        "apply_hr": "degrade.execute",
        "apply_lr": "degrade.execute",
        "placement": "degrade.execute",
        "Size": "degrade.geometry",
        "OnlineDegradation": "degrade.online",
        "Pair": "degrade.online",
        "Operator": "degrade.operators.row",
        "Parameters": "degrade.operators.base",
        "Pipeline": "degrade.pipeline",
        "load_pipeline": "degrade.pipeline",
        "parse_pipeline": "degrade.pipeline",
        "pipeline_names": "degrade.pipeline",
        "pipeline_schema": "degrade.pipeline",
        "Step": "degrade.trace",
        "Trace": "degrade.trace",
        "trace_from_data": "degrade.trace",
        "versions": "degrade.versions",
    },
)
