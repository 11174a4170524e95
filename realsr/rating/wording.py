"""An analysis in words, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from realsr.rating.analysis import RaterSummary, RatingAnalysis, Repeats
from realsr.rating.opinions import ModelOpinion, Preferences, ToldNumber


def analysis_lines(found: RatingAnalysis) -> Iterator[str]:
    """Models by grades, models by choices, raters."""
    for model in found.models:
        yield from _opinion_lines(model)
    if found.preferences:
        yield from _preference_lines(found.preferences)
    for kind, again in found.repeats.items():
        yield f"repeats ({kind}): {repeat_words(again)}"
    for rater in found.raters:
        yield rater_line(rater)


def told_words(told: ToldNumber, places: int = 2) -> str:
    """`3.42 [3.10, 3.74]`, or the value and why it has no interval."""
    if told.low is None or told.high is None:
        return f"{told.value:.{places}f} (no interval: {told.how})"
    return f"{told.value:.{places}f} [{told.low:.{places}f}, {told.high:.{places}f}]"


def repeat_words(again: Repeats) -> str:
    """Of trials that came twice."""
    near = "" if again.distance is None else f", {again.distance:.2f} grades apart in the mean"
    part = f"{again.same} of {again.count} answered alike [{again.low:.0%}, {again.high:.0%}]"
    return part + near


def _opinion_lines(model: ModelOpinion) -> Iterator[str]:
    interval = f", 95 % {model.mos.how}" if model.mos.low is not None else ""
    answers = f"{model.answers} grades of {model.pictures} pictures"
    yield f"{model.model}: MOS {told_words(model.mos)}; {answers}{interval}"
    screened = told_words(model.screened) if model.screened else "all raters rejected"
    yield (
        f"  bias-removed {told_words(model.unbiased)}; BT.500 {screened}; "
        f"P.910 {told_words(model.consistent)}"
    )
    if model.left_out:
        yield f"  MOS without {', '.join(model.left_out)}, who did not see all of it"


def _preference_lines(found: Preferences) -> Iterator[str]:
    for one in found.models:
        part = f"preferred in {one.preferred:.0%} of {one.choices} choices"
        strength = f"strength {told_words(one.strength)}; " if one.strength else ""
        how = f", 95 % {one.strength.how}" if one.strength else ""
        yield f"{one.model}: {strength}{part}{how}"
    if found.why:
        groups = "; ".join(", ".join(group) for group in found.groups)
        yield f"no strengths: {found.why}. Connected among themselves: {groups}"


def rater_line(rater: RaterSummary) -> str:
    """A rater: what was answered, how, and how steadily."""
    parts = [f"{rater.answers} of {rater.of} ({rater.kind})"]
    if rater.bias is not None and rater.bias == rater.bias:
        parts.append(f"bias {rater.bias:+.2f}, inconsistency {rater.inconsistency:.2f}")
    if rater.repeats:
        parts.append(f"repeats: {repeat_words(rater.repeats)}")
    if rater.anchors:
        parts.append(f"HR not below bicubic in {rater.anchors[0]} of {rater.anchors[1]}")
    if rater.rejected:
        parts.append("rejected by BT.500")
    return f"{rater.rater}: {'; '.join(parts)}"
