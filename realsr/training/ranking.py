"""Training RankSRGAN's ranker: pairs of graded outputs, the margin ranking loss, how often it is right.

Zhang et al., RankSRGAN, ICCV 2019, section 3.2. Both pictures of a pair are of one crop, by two of the models.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor
from torch.optim import Optimizer

import degrade
from degrade import Key
from realsr.files.locks import held
from realsr.files.whole import make_directory, write_whole
from realsr.losses.ranking import margin_ranking
from realsr.models.ranker import Ranker, RankerArguments
from realsr.pairs.job import resolve_device
from realsr.statistics import Estimate, Interval, share
from realsr.training.checkpoints import counted, read_state, restoring, states, write_state
from realsr.training.errors import NotFiniteError, TrainingError
from realsr.training.folder import TrainingFolder
from realsr.training.grading import GradedCrop, Grader, graded
from realsr.training.holding import held_sources
from realsr.training.interrupts import AskedToEnd, Interruptible, Interrupts
from realsr.training.logs import Log
from realsr.training.optimisers import optimiser_for, set_rates
from realsr.training.progress import Pace, line
from realsr.training.ranking_config import RankingConfig, read_ranking
from realsr.training.schedule import rate_factor

Tell = Callable[[str], None]
_DRAWS = tuple(("pair", name) for name in ("crop", "first", "second"))


@dataclass(frozen=True)
class RankerOutcome:
    """step: how many lie behind. finished: False where it was interrupted or told to stop. model: the ranker's
    file. accuracy: the share of held-out pairs in the metric's order; None without a telling in this call.
    """

    step: int
    finished: bool
    model: Path
    accuracy: Estimate | None


class PairOfOutputs(NamedTuple):
    """Two pictures `3 h w` of one crop, and which is the worse: +1 the first, -1 the second, 0 neither."""

    first: Tensor
    second: Tensor
    order: float


def train_ranker(
    config: RankingConfig,
    out: Path,
    *,
    stop_at: int | None = None,
    tell: Tell = lambda said: None,
    interrupts: Interruptible = Interrupts,
) -> RankerOutcome:
    """Grades the models' outputs and trains a ranker on their order, or goes on with either, in a folder.

    Ended anywhere and gone on with, it is bit for bit what it would have been, on the CPU. stop_at: ends after
    this step as an interruption would. interrupts: what says that it is to end.
    Raises TrainingError, and what data, models and metrics raise.
    """
    device = torch.device(resolve_device(config.device))
    make_directory(out)
    with ExitStack() as stack:
        stack.enter_context(held(out, f"another process trains in {out}; give another --out"))
        run = TrainingFolder(out)
        if not run.is_new():
            run.refuse_difference(config.decisive(), read_ranking(run.config).decisive())
        grader = Grader(config, device)
        write_whole(run.config, config.text().encode())
        end = stack.enter_context(interrupts())
        crops = graded(grader, run.root / "graded", tell, lambda: end.asked)
        if crops is None:
            tell(f"stopped while grading; run the same command again to go on in {run.root}")
            return RankerOutcome(0, False, run.ranker, None)
        training = RankerTraining(config, run, crops, device, tell)
        stack.callback(training.close)
        return training.run(min(config.steps, stop_at or config.steps), end)


class RankerTraining:
    """The loop, and what it tells."""

    def __init__(
        self,
        config: RankingConfig,
        run: TrainingFolder,
        crops: Sequence[GradedCrop],
        device: torch.device,
        tell: Tell,
    ) -> None:
        self.config, self.folder, self.device, self.tell = config, run, device, tell
        self.learned, self.held = _divided(crops, config)
        self.ranker, self.optimiser = _first(config, device)
        self.step = 0
        found = states(run.states)
        if found:
            self._restore(read_state(found[-1]))
        self.pool = ThreadPoolExecutor(config.data.workers, thread_name_prefix="pairs")
        self.log = Log(run.root, self.step, tensorboard=config.log.tensorboard)
        self.pace = Pace(config.data.batch)
        self.accuracy: Estimate | None = None

    def close(self) -> None:
        """Ends threads and files."""
        self.pool.shutdown(cancel_futures=True)
        self.log.close()

    def run(self, end: int, interrupts: AskedToEnd) -> RankerOutcome:
        """Steps until `end`, or until it is interrupted."""
        self._begin()
        while self.step < end and not interrupts.asked:
            pairs = self._pairs(self.step)
            loss, right = self._descend(*pairs)
            self.step += 1
            self.pace.step(0.0)
            self._tell_step(loss, right)
            self._between(end)
        self.log.check()
        finished = self.step >= self.config.steps
        if not finished:
            self._save()
            self.tell(
                f"stopped after step {self.step} of {self.config.steps}, all of it saved in "
                f"{self.folder.root}; run the same command again to go on"
            )
        return RankerOutcome(self.step, finished, self.folder.ranker, self.accuracy)

    def _begin(self) -> None:
        if self.step:
            self.tell(f"going on from step {self.step} of {self.config.steps}")
        ids = sorted({crop.source for crop in self.held})
        count = len(ids) + len({crop.source for crop in self.learned})
        self.tell(f"held out, {len(ids)} of {count} photographs: {', '.join(ids[:8])}")
        self.pace.resume()

    def _pairs(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        batch = self.config.data.batch
        keys = [Key(self.config.seed, "ranking", step * batch + number) for number in range(batch)]
        drawn = degrade.draw_uniforms(keys, _DRAWS)
        pairs = list(self.pool.map(lambda row: drawn_pair(self.learned, *row), drawn.tolist()))
        first, second = (torch.stack(column) for column in list(zip(*pairs, strict=True))[:2])
        order = torch.tensor([[pair.order] for pair in pairs])
        return first.to(self.device), second.to(self.device), order.to(self.device)

    def _descend(self, first: Tensor, second: Tensor, order: Tensor) -> tuple[float, float]:
        """One step; the loss, and the share of the pairs that were ranked rightly before it."""
        self.ranker.train()
        self.optimiser.zero_grad(set_to_none=True)
        one, other = self.ranker(first), self.ranker(second)
        loss = margin_ranking(one, other, order, self.config.ranks.margin)
        if not bool(torch.isfinite(loss)):
            raise NotFiniteError(
                f"step {self.step + 1}: the margin ranking loss is no finite number; lower the learning rate"
            )
        loss.backward()  # type: ignore[no-untyped-call]
        config = self.config
        set_rates(self.optimiser, rate_factor(config.schedule, self.step, config.steps))
        self.optimiser.step()
        right = ((one - other) * order > 0).float().mean()
        return float(loss.detach()), float(right)

    def _tell_step(self, loss: float, right: float) -> None:
        if self.step % self.config.log.every and self.step != self.config.steps:
            return
        raw = {"margin_ranking": loss, "ranked_rightly": right}
        rate = float(self.optimiser.param_groups[-1]["lr"])
        self.log.write(self.step, "ranker", {"raw": raw, "lr": rate})
        self.log.write(self.step, "pace", {"pairs_per_second": self.pace.rate})
        self.tell(line(self.step, self.config.steps, raw, self.pace))
        self.pace.restart()

    def _between(self, end: int) -> None:
        last = self.step == self.config.steps
        if last or self.step % self.config.ranks.every == 0:
            self._tell_accuracy()
        if last or self.step == end or self.step % self.config.checkpoint.every == 0:
            self._save()
        self.pace.resume()

    def _tell_accuracy(self) -> None:
        found = accuracy(self.ranker.eval(), self.held, self.device)
        self.accuracy = found
        ends = (
            (found.interval.low, found.interval.high)
            if isinstance(found.interval, Interval)
            else None
        )
        values = {"share": found.mean, "photographs": found.images, "pairs_of_each": found.cases}
        told = f"95 % interval {ends[0]:.0%} to {ends[1]:.0%}" if ends else str(found.interval)
        self.log.write(
            self.step,
            "accuracy",
            values | {"interval": list(ends) if ends else str(found.interval)},
        )
        self.tell(
            f"step {self.step}: ranks {found.mean:.0%} of {found.cases} pairs of each of {found.images} "
            f"held-out photographs as {self.config.ranks.metric} does, {told}"
        )

    def _save(self) -> None:
        content = {
            "step": self.step,
            "ranker": self.ranker.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        tensors = {name: each.cpu().contiguous() for name, each in self.ranker.state_dict().items()}
        write_whole(self.folder.ranker, save(tensors))
        write_state(self.folder.states, self.step, content, self.config.checkpoint.keep)

    def _restore(self, found: dict[str, Any]) -> None:
        with restoring():
            self.ranker.load_state_dict(found["ranker"])
            self.optimiser.load_state_dict(found["optimiser"])
            self.step = counted(found["step"])


def drawn_pair(
    crops: Sequence[GradedCrop], crop: float, first: float, second: float
) -> PairOfOutputs:
    """The pair that three uniforms in (0, 1) draw: a crop, and two models that differ."""
    chosen = crops[int(len(crops) * crop)]
    count = len(chosen.scores)
    one, rest = int(count * first), int((count - 1) * second)
    other = rest + (rest >= one)
    order = float(np.sign(chosen.scores[one] - chosen.scores[other]))
    return PairOfOutputs(chosen.picture(one), chosen.picture(other), order)


@torch.no_grad()
def accuracy(ranker: Ranker, crops: Sequence[GradedCrop], device: torch.device) -> Estimate:
    """The share of the pairs of these crops that the ranker orders as the metric does, with an interval over
    photographs. Pairs whose scores are equal have no order and are never right. Photographs with fewer crops
    than others are compared by as many as all have.
    """
    rows: dict[str, list[bool]] = {}
    for crop in crops:
        pictures = torch.stack([crop.picture(number) for number in range(len(crop.scores))])
        scores = ranker(pictures.to(device))[:, 0].tolist()
        for one, other in itertools.combinations(range(len(scores)), 2):
            metric, found = crop.scores[one] - crop.scores[other], scores[one] - scores[other]
            rows.setdefault(crop.source, []).append(metric * found > 0)
    fewest = min(map(len, rows.values()))
    return share(np.array([row[:fewest] for row in rows.values()]), "own")


def _divided(
    crops: Sequence[GradedCrop], config: RankingConfig
) -> tuple[list[GradedCrop], list[GradedCrop]]:
    """Those that are learned from, and those of held-out photographs."""
    ids = sorted({crop.source for crop in crops})
    if len(ids) < 2:
        raise TrainingError(
            f"{config.where('data', 'hr')}: {len(ids)} photographs with graded crops; expected two or more"
        )
    count = min(max(1, round(config.ranks.held_out * len(ids))), len(ids) - 1)
    chosen = held_sources(ids, count)
    learned = [crop for crop in crops if crop.source not in chosen]
    return learned, [crop for crop in crops if crop.source in chosen]


def _first(config: RankingConfig, device: torch.device) -> tuple[Ranker, Optimizer]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        ranker = Ranker(RankerArguments(features=config.ranker.features)).to(device)
    return ranker, optimiser_for(ranker, config.optimiser)
