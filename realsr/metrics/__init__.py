"""Metrics: a table of rows, and `score`, whose numbers carry their conventions.

score("psnr", sr, hr, scale=4, convention=ACADEMIC)
# Score(value=28.43, metric='psnr', convention=Convention(channel='y', crop=4, ...), version=1)
"""

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
