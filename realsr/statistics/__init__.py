"""Numbers with their uncertainty: arrays in, means with intervals out. Nothing here knows a run.

found = estimate([table], "crossed")
# Estimate(mean=27.1, interval=Interval(low=26.4, high=27.8, ...), images=14, cases=20, seeds=1)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.statistics.bounds import Bound, mean_bound, quantile_bound, share_bound
    from realsr.statistics.breakdown import Breakdown, breakdown
    from realsr.statistics.clustering import Clusters, k_medoids
    from realsr.statistics.comparisons import Comparison, compare, corrected, holm
    from realsr.statistics.components import TwoWayTable
    from realsr.statistics.intervals import Design, Estimate, Interval, estimate, share, wilson
    from realsr.statistics.opinions import (
        Opinions,
        consistent_opinions,
        plain_opinions,
        screened_opinions,
        unbiased_opinions,
    )
    from realsr.statistics.power import PowerNote, power_note
    from realsr.statistics.preferences import Choices, Strengths, strengths
    from realsr.statistics.ranks import RankStability, rank_stability
    from realsr.statistics.tail import Tail, tail
    from realsr.statistics.untold import StatisticsError, Untold

__all__ = [
    "Bound",
    "Breakdown",
    "Choices",
    "Clusters",
    "Comparison",
    "Design",
    "Estimate",
    "Interval",
    "Opinions",
    "PowerNote",
    "RankStability",
    "StatisticsError",
    "Strengths",
    "Tail",
    "TwoWayTable",
    "Untold",
    "breakdown",
    "compare",
    "consistent_opinions",
    "corrected",
    "estimate",
    "holm",
    "k_medoids",
    "mean_bound",
    "plain_opinions",
    "power_note",
    "quantile_bound",
    "rank_stability",
    "screened_opinions",
    "share",
    "share_bound",
    "strengths",
    "tail",
    "unbiased_opinions",
    "wilson",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Bound": "realsr.statistics.bounds",
        "mean_bound": "realsr.statistics.bounds",
        "quantile_bound": "realsr.statistics.bounds",
        "share_bound": "realsr.statistics.bounds",
        "Breakdown": "realsr.statistics.breakdown",
        "breakdown": "realsr.statistics.breakdown",
        "Clusters": "realsr.statistics.clustering",
        "k_medoids": "realsr.statistics.clustering",
        "Comparison": "realsr.statistics.comparisons",
        "compare": "realsr.statistics.comparisons",
        "corrected": "realsr.statistics.comparisons",
        "holm": "realsr.statistics.comparisons",
        "TwoWayTable": "realsr.statistics.components",
        "Design": "realsr.statistics.intervals",
        "Estimate": "realsr.statistics.intervals",
        "Interval": "realsr.statistics.intervals",
        "estimate": "realsr.statistics.intervals",
        "share": "realsr.statistics.intervals",
        "wilson": "realsr.statistics.intervals",
        "PowerNote": "realsr.statistics.power",
        "power_note": "realsr.statistics.power",
        "RankStability": "realsr.statistics.ranks",
        "rank_stability": "realsr.statistics.ranks",
        "Tail": "realsr.statistics.tail",
        "tail": "realsr.statistics.tail",
        "Choices": "realsr.statistics.preferences",
        "Opinions": "realsr.statistics.opinions",
        "Strengths": "realsr.statistics.preferences",
        "consistent_opinions": "realsr.statistics.opinions",
        "plain_opinions": "realsr.statistics.opinions",
        "screened_opinions": "realsr.statistics.opinions",
        "strengths": "realsr.statistics.preferences",
        "unbiased_opinions": "realsr.statistics.opinions",
        "StatisticsError": "realsr.statistics.untold",
        "Untold": "realsr.statistics.untold",
    },
)
