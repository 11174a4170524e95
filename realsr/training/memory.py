"""What a discriminator knows by heart: its answers to the watched images, in numbers that a log can hold."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from realsr.training.areas import Ranged, Witnesses, area, difference
from realsr.training.overfitting import answer_of, r_v, scores
from realsr.training.pausing import accuracy
from realsr.training.state import Rival, TrainState
from realsr.training.watched import Sets, WatchedSet

TRAIN = "train"


class Answers(NamedTuple):
    """Of one watched set: the mean logit of each photograph's crop and of what the generator makes of its LR,
    (n,), float64; and the photographs."""

    real: Tensor
    generated: Tensor
    sources: tuple[str, ...]

    @property
    def area(self) -> Ranged:
        """How often a photograph looks more real than a generated image."""
        return area(self._witnesses(self.real), self._witnesses(self.generated))

    def above(self, other: Answers) -> Ranged:
        """How often a photograph of this set looks more real than one of another."""
        return area(self._witnesses(self.real), other._witnesses(other.real))

    def _witnesses(self, logits: Tensor) -> Witnesses:
        return Witnesses(logits.tolist(), self.sources)


def memory(state: TrainState, rival: Rival, sets: Sets) -> dict[str, Any]:
    """The event `overfitting` of a log, by set; evaluation mode, nothing moves.

    Every set: mean logits `real` and `generated`, `auc` of the two. `train`: `r_t`, the mean sign. The others:
    `r_v`, or `undefined` with the reason; `gap`, by how much the area is smaller than the training's; `apart`,
    how often a training photograph looks more real than one of the set, 0.5 for a discriminator without memory.
    """
    found = {name: answers(state, rival, each) for name, each in sets.items()}
    train = found[TRAIN]
    own = train.area
    told: dict[str, Any] = {TRAIN: _means(train, own) | {"r_t": r_t(rival, train)}}
    for name, each in found.items():
        if name != TRAIN:
            told[name] = _means(each, each.area) | _against(train, own, each)
    return told


def r_t(rival: Rival, answers: Answers) -> float:
    """E sign D(train), in [-1, 1]: 1 where each is taken for real (ADA, Karras et al., NeurIPS 2020).

    Games without an absolute 0 take the side of the generated images' mean, as the log's accuracy does.
    """
    right = accuracy(rival.objective.kind, answers.real, answers.generated)
    return 2.0 * float(right[0]) - 1.0


@torch.no_grad()
def answers(state: TrainState, rival: Rival, each: WatchedSet) -> Answers:
    """The discriminator's, in parts of a batch."""
    rival.network.eval()
    network = state.generator.eval()
    size, whole = state.config.data.batch, each.batch
    real, fake = [], []
    for start in range(0, len(whole.hr), size):
        part = whole.share(slice(start, start + size)).moved(state.fabric.device)
        with state.fabric.autocast():
            sr = part.enlarged_by(network)
        real.append(scores(state, rival, part.hr, part.lr))
        fake.append(scores(state, rival, sr, part.lr))
    return Answers(torch.cat(real).cpu(), torch.cat(fake).cpu(), each.sources)


def _means(each: Answers, own: Ranged) -> dict[str, Any]:
    return {
        "real": float(each.real.mean()),
        "generated": float(each.generated.mean()),
        "auc": own._asdict(),
    }


def _against(train: Answers, own: Ranged, each: Answers) -> dict[str, Any]:
    ratio, why = r_v(answer_of(train.real), answer_of(each.real), answer_of(each.generated))
    return {
        "r_v": ratio,
        "gap": difference(own, each.area)._asdict(),
        "apart": train.above(each)._asdict(),
    } | ({"undefined": why} if why else {})
