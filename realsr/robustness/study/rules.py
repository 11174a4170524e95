"""Rules that a run must keep, read strictly from YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from degrade.reader.records import Strict
from degrade.reader.yaml_source import read_text, read_yaml
from realsr.robustness.errors import StudyError
from realsr.robustness.study.study import validated

Of = Literal["value", "gain", "drop"]
"""The metric itself; by how much it is better than bicubic; by how much it is worse than on the set that the
model was trained for. Gain and drop are in the metric's unit with more of them meaning better and worse."""

Statistic = Literal["mean", "worst", "quantile", "share_below"]
"""Over the pictures of a set. worst: the least good one. quantile: of the least good end. share_below: how many
of them are worse than bicubic, 0 to 1."""


Over = Literal["each", "fixed", "crossed"]
"""Every set alone; or the mean over the sets together, which are the whole question (fixed) or stand for a
space of degradations (crossed), and then are random as the images are."""


class Rule(Strict):
    """models, sets: None is all that the rule can be asked of (the baseline is no model). certainty: the bound
    must hold at the end of a one-sided interval; None asks it of the number itself.
    """

    name: str
    metric: str
    of: Of = "value"
    statistic: Statistic = "mean"
    quantile: Annotated[float, Field(gt=0, lt=1)] = 0.05
    models: tuple[str, ...] | None = None
    sets: tuple[str, ...] | None = None
    over: Over = "each"
    at_least: float | None = None
    at_most: float | None = None
    certainty: Annotated[float, Field(gt=0.5, lt=1)] | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Rule:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"rule {self.name!r}: give one of at_least and at_most")
        if self.statistic == "share_below" and self.of != "value":
            raise ValueError(f"rule {self.name!r}: share_below is of the value; leave `of` out")
        return self

    @model_validator(mode="after")
    def _has_a_bound(self) -> Rule:
        if self.certainty is None:
            return self
        if self.statistic == "worst":
            raise ValueError(
                f"rule {self.name!r}: pictures seen say nothing certain about the worst of all; leave "
                "certainty out, or give `statistic: quantile`"
            )
        if self.statistic == "quantile" and self.over != "each":
            raise ValueError(
                f"rule {self.name!r}: a quantile over several sets has no interval; leave certainty or "
                "over out"
            )
        return self


class Rules(Strict):
    """run: the folder that they are asked of, counted from the file; None is given with the command."""

    run: Path | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]


def read_rules(path: Path) -> Rules:
    """The rules in a file. Raises StudyError with file, line and place."""
    text = read_text(path, "the rules", StudyError)
    rules = validated(Rules, read_yaml(text, str(path), StudyError))
    return rules if rules.run is None else rules.model_copy(update={"run": path.parent / rules.run})
