"""Metrics: a table of rows, and `score`, whose numbers carry their conventions.

score("psnr", sr, hr, scale=4, convention=ACADEMIC)
# Score(value=28.43, metric='psnr', convention=Convention(channel='y', crop=4, ...), version=1)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.metrics.convention import ACADEMIC, MATLAB, NTIRE_X4, SEAL, Convention, Window
    from realsr.metrics.errors import MetricError
    from realsr.metrics.metric import Metric, NotComputed, Score
    from realsr.metrics.scoring import score
    from realsr.metrics.table import METRICS

__all__ = [
    "ACADEMIC",
    "MATLAB",
    "METRICS",
    "NTIRE_X4",
    "SEAL",
    "Convention",
    "Metric",
    "MetricError",
    "NotComputed",
    "Score",
    "Window",
    "score",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "ACADEMIC": "realsr.metrics.convention",
        "MATLAB": "realsr.metrics.convention",
        "NTIRE_X4": "realsr.metrics.convention",
        "SEAL": "realsr.metrics.convention",
        "Convention": "realsr.metrics.convention",
        "Window": "realsr.metrics.convention",
        "MetricError": "realsr.metrics.errors",
        "Metric": "realsr.metrics.metric",
        "NotComputed": "realsr.metrics.metric",
        "Score": "realsr.metrics.metric",
        "score": "realsr.metrics.scoring",
        "METRICS": "realsr.metrics.table",
    },
)
