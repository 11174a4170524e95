"""Problem 2: whether discriminators learned their training pictures by heart, by their trainings' logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realsr.pages.plots import Curve, Plot, plotted
from realsr.training.logs import read_log

HELD_OUT = "content/held_out"
"""Pictures that were not trained on, under the degradation of the training."""
CLASSES = {
    "train": "training pictures",
    HELD_OUT: "held-out pictures",
    "degradation/blurred": "training pictures, held-out degradation",
    "both/blurred": "held-out pictures and degradation",
}


@dataclass(frozen=True)
class Watched:
    """Of one training. checks: the events `overfitting` of its log, in order. alarms: those raised."""

    title: str
    checks: tuple[Mapping[str, Any], ...]
    alarms: tuple[Mapping[str, Any], ...]

    @staticmethod
    def read(title: str, folder: Path) -> Watched:
        """From a training's folder; empty where its log has no such events."""
        events = read_log(folder)
        return Watched(
            title,
            tuple(event for event in events if event["kind"] == "overfitting"),
            tuple(event for event in events if event["kind"] == "alarm"),
        )

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {"title": self.title, "checks": list(self.checks), "alarms": list(self.alarms)}

    def curve(self, name: str, value: str) -> list[tuple[float, float]]:
        """(step, value) where there is one."""
        found = [(check["step"], _number(check.get(name, {}).get(value))) for check in self.checks]
        return [(float(step), number) for step, number in found if number is not None]

    @property
    def verdict(self) -> str:
        """What the log says of it at the end."""
        if not self.checks:
            return "no check was made"
        return f"alarm at step {self.alarms[0]['step']}" if self.alarms else "no alarm"

    @property
    def words(self) -> list[str]:
        """The row of the table: the last check."""
        last = self.checks[-1] if self.checks else {}
        held, train = last.get(HELD_OUT, {}), last.get("train", {})
        return [
            self.title,
            _interval(train.get("auc")),
            _interval(held.get("auc")),
            _interval(held.get("gap")),
            _shown(_number(held.get("r_v"))),
            _shown(_number(train.get("r_t"))),
            self.verdict,
        ]


HEAD = ("", "AUC, training", "AUC, held out", "gap", "r_v", "r_t", "")


def memory_plots(watched: Sequence[Watched]) -> list[Plot]:
    """r_v over the steps, and the logits of every class of pictures, a chart a training."""
    inks = ["c0", "c1", "c2", "c3"]
    ratios = [
        Curve(one.title, ink, one.curve(HELD_OUT, "r_v"))
        for one, ink in zip(watched, inks, strict=False)
    ]
    plots = [plotted("r_v on held-out pictures", "step", "0 none, 1 all by heart", ratios)]
    for one in watched:
        curves = [
            Curve(title, ink, one.curve(name, "real"))
            for (name, title), ink in zip(CLASSES.items(), inks, strict=True)
        ]
        curves.append(Curve("generated", "c7 d1", one.curve("train", "generated")))
        plots.append(plotted(f"Mean logits: {one.title}", "step", "logit", curves))
    return plots


def _number(value: Any) -> float | None:
    """A bare number, or the value of one that has an interval."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return float(value) if isinstance(value, int | float) else None


def _interval(value: Any) -> str:
    if not isinstance(value, Mapping) or value.get("value") is None:
        return _shown(_number(value))
    ends = [_number(value.get(end)) for end in ("low", "high")]
    return f"{value['value']:.2f} ({_shown(ends[0])} to {_shown(ends[1])})"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
