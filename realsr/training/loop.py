"""A training from its configuration to its network, gone on with wherever it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

import degrade
from realsr.models.cards import ModelCard
from realsr.training.autoencoding import prepare
from realsr.training.batches import Batches, Told, TrainingBatch
from realsr.training.check import Material, check, material
from realsr.training.checkpoints import read_state, states, write_state
from realsr.training.config import TrainingConfig
from realsr.training.data_record import check_data
from realsr.training.fidelity import CONVENTION
from realsr.training.folder import TrainingFolder, claimed
from realsr.training.guarding import Guard
from realsr.training.interrupts import AskedToEnd, Interruptible, Interrupts, StopValidationError
from realsr.training.launch import launched, share_of
from realsr.training.logs import Log
from realsr.training.matmul import fast_matmul
from realsr.training.model_files import save_model
from realsr.training.opening import opening
from realsr.training.overfitting import held_out, logits
from realsr.training.prefetch import Prefetch
from realsr.training.processes import any_of, mean_over
from realsr.training.progress import Pace, line
from realsr.training.reports import (
    discriminator_values,
    generator_values,
    numbers,
    over_processes,
)
from realsr.training.resuming import KeyChange, in_force
from realsr.training.state import TrainState, content, first_state, restore
from realsr.training.steps import (
    StepReport,
    discriminator_step,
    generator_step,
    randomness_of,
)
from realsr.training.validation import SetScores, ValidationSet
from realsr.training.watching import Watch

Tell = Callable[[str], None]


@dataclass(frozen=True)
class TrainingOutcome:
    """step: how many steps lie behind. finished: False where it was interrupted or told to stop. model: the
    file of the network. scores: the last validation, by set; empty without one in this call.
    """

    step: int
    finished: bool
    model: Path
    scores: dict[str, SetScores]


def train(
    config: TrainingConfig,
    out: Path,
    *,
    stop_at: int | None = None,
    accept_changed: bool = False,
    resume_with: Sequence[str] = (),
    tell: Tell = lambda sentence: None,
    interrupts: Interruptible = Interrupts,
) -> TrainingOutcome:
    """Trains, or goes on with, what `config` says, in the folder `out`.

    k steps, an end of any kind, and k more are 2 k steps, bit for bit on the CPU. stop_at: ends after this step
    as an interruption would. accept_changed: goes on with data that changed since the training began, which
    its record then notes; without it they are named and refused. resume_with: `key=value` of keys that are
    another from here on, which the folder keeps. tell: takes the lines of progress, in the
    first process alone. interrupts: what says that it is to end; by default Ctrl-C, which ends it between two
    steps and saves. Raises TrainingError, and what the data, models and losses raise.
    """
    fabric = launched(config)
    first = fabric.is_global_zero
    with ExitStack() as stack:
        # One process claims and writes; the others find its folder ready, and have read it before.
        run = stack.enter_context(claimed(out) if first else nullcontext(TrainingFolder(out)))
        fabric.barrier()
        found = in_force(run, config, resume_with)
        fabric.barrier()
        config = found.config
        stack.enter_context(fast_matmul(config.fast_matmul))
        given = material(config, compared=not accept_changed)
        state = first_state(config, fabric)
        check(state)
        if kept := states(run.states):
            restore(state, read_state(kept[-1]))
        resumed = found.note(run, state.step) if first else ()
        changes = (
            check_data(run.root, config, given, state.step, accept=accept_changed) if first else ()
        )
        told = tell if first else lambda sentence: None
        prepare(state, given, run, told)
        training = Training(state, given, run, told, interrupts)
        training.note(changes, resumed)
        stack.callback(training.close)
        return training.run(min(config.steps, stop_at or config.steps))


class Training:
    """The loop, and what it tells between the steps."""

    def __init__(
        self,
        state: TrainState,
        given: Material,
        run: TrainingFolder,
        tell: Tell,
        interrupts: Interruptible = Interrupts,
    ) -> None:
        self.state, self.config, self.given, self.folder = state, state.config, given, run
        self.interrupts = interrupts
        self.tell, self.fabric = tell, state.fabric
        share = share_of(self.fabric)
        told = Told.of(state.generator)
        self.batches = Batches(
            self.config, given.photographs, given.stored, given.pipelines, share, told
        )
        self.log = (
            Log(run.root, state.step, tensorboard=self.config.log.tensorboard)
            if self.fabric.is_global_zero
            else None
        )
        self.held = held_out(given.sets, state) if state.rival and self.log else {}
        self.watch = None if self.log is None else Watch(state, given, self.log, tell)
        self.guard = Guard(state, run, self.log, tell)
        self.pace = Pace(self.config.data.batch * share.world)
        self.scores: dict[str, SetScores] = {}
        self.bicubic: dict[str, SetScores] = {}
        self.cut_short = False
        self.early = True

    def note(self, changes: Sequence[str], resumed: Sequence[KeyChange]) -> None:
        """Tells, and puts into the log, which data changed before this call, and which keys change now."""
        for each in resumed:
            self.tell(str(each))
        if resumed and self.log is not None:
            told = {each.key: {"was": each.was, "now": each.now} for each in resumed}
            self.log.write(self.state.step, "resumed_with", {"changes": told})
        for change in changes:
            self.tell(f"changed since this training began, and taken: {change}")
        if changes and self.log is not None:
            self.log.write(self.state.step, "changed_data", {"changes": list(changes)})

    def close(self) -> None:
        """Ends threads and files."""
        self.batches.close()
        if self.log is not None:
            self.log.close()

    def run(self, end: int) -> TrainingOutcome:
        """Steps until `end`, or until it is interrupted."""
        state, device = self.state, self.fabric.device
        self._begin()
        make = partial(self.batches.at, device=device)
        with self.interrupts() as interrupts, Prefetch(make, state.step, end, device) as prefetch:
            self._catch_up(interrupts)
            self.pace.resume()
            while state.step < end and not any_of(self.fabric, interrupts.asked):
                before = prefetch.waited
                batch = prefetch.next()
                report, rival = self._step(batch)
                self.pace.step(prefetch.waited - before)
                self._tell_step(batch, report, rival)
                self._between(end, interrupts)
        return self._ended()

    def _step(self, batch: TrainingBatch) -> tuple[StepReport, StepReport | None]:
        state, every = self.state, self.config.log.gradients_every
        self.guard.before.keep()
        norms = bool(every) and (state.step + 1) % every == 0
        with randomness_of(state):
            report = generator_step(state, batch, norms=norms)
            rival = None
            if state.rival is not None and report.sr is not None and report.taken:
                rival = discriminator_step(state, batch, report.sr)
        if not report.taken or (rival is not None and not rival.taken):
            report, rival = self._over_processes(report, rival)
        self.guard.look(batch, report, rival)
        state.step += 1
        return report, rival

    def _over_processes(
        self, report: StepReport, rival: StepReport | None
    ) -> tuple[StepReport, StepReport | None]:
        whole = over_processes(self.fabric, report)
        return whole, None if rival is None else over_processes(self.fabric, rival)

    def _tell_step(
        self, batch: TrainingBatch, report: StepReport, rival: StepReport | None
    ) -> None:
        step = self.state.step
        if not (report.norms or step % self.config.log.every == 0 or step == self.config.steps):
            self._tell_early()
            return
        # All processes take part in what follows; the first one writes it.
        report, rival = self._over_processes(report, rival)
        waited = mean_over(self.fabric, torch.tensor(self.pace.share_waited)).item()
        told: list[tuple[str, Mapping[str, object]]] = [
            ("generator", generator_values(report, _rate(self.state)))
        ]
        if rival is not None and self.state.rival is not None and report.sr is not None:
            answers = logits(self.state, self.state.rival, batch, report.sr, self.held)
            told += [
                ("discriminator", discriminator_values(self.state.rival, rival)),
                ("logits", answers),
            ]
        told.append(("pace", {"pairs_per_second": self.pace.rate, "waited_for_data": waited}))
        if self.log is not None:
            for kind, values in told:
                self.log.write(step, kind, values)
        self.tell(line(step, self.config.steps, numbers(report.raw), self.pace))
        self.pace.restart()
        self.early = False

    def _tell_early(self) -> None:
        """A sign of life before the first line of losses."""
        if self.early and self.pace.telling:
            self.tell(line(self.state.step, self.config.steps, {}, self.pace))
            self.early = False

    def _between(self, end: int, interrupts: AskedToEnd) -> None:
        """Validation, then the state, so that all lines of the log are from before it."""
        step = self.state.step
        last = step == self.config.steps
        if self._to_validate():
            if self.log is not None:
                self._validate(self.given.sets, interrupts)
            self.fabric.barrier()
        if last or step == end or step % self.config.checkpoint.every == 0:
            self._save()
        self.pace.resume()

    def _begin(self) -> None:
        state = self.state
        if state.started is not None and state.step == 0:
            start = self.config.start
            self.tell(f"started from {start and start.path}: {state.started}")
        if state.step:
            self.tell(f"going on from step {state.step} of {self.config.steps}")
        self.tell(opening(state, self.given))
        if self.given.held_out:
            self.tell(self.given.held_out)
        if self.given.sets:
            self.tell(f"validation by {CONVENTION.format(self.given.sets[0].border)}")
        for each in self.given.sets if self.log else ():
            self.bicubic[each.name] = each.bicubic()
            self.tell(f"bicubic enlargement has {_words(self.bicubic[each.name])} on {each.name}")

    def _to_validate(self) -> bool:
        step = self.state.step
        due = step == self.config.steps or step % self.config.validation.every == 0
        return step > 0 and due and bool(self.given.sets)

    def _catch_up(self, interrupts: AskedToEnd) -> None:
        """Validates the step that it goes on from, where an interruption cut that short."""
        if self.log is not None and self._to_validate():
            done = {line["set"] for line in self.log.lines(self.state.step, "validation")}
            self._validate([each for each in self.given.sets if each.name not in done], interrupts)

    def _validate(self, sets: Sequence[ValidationSet], interrupts: AskedToEnd) -> None:
        """An interruption ends it between two pictures."""
        try:
            for each in sets:
                self._validate_set(each, interrupts)
            if self.watch is not None and self.state.rival is not None:
                self.watch.look(self.state.rival)
        except StopValidationError:
            self.cut_short = True

    def _validate_set(self, each: ValidationSet, interrupts: AskedToEnd) -> None:
        network = self.state.best.eval()

        def enlarged(lr: Tensor, **told: Tensor) -> Tensor:
            if interrupts.asked:
                raise StopValidationError
            return self._enlarged(network, lr, **told)

        scores, bicubic, step = each.scores(enlarged), self.bicubic[each.name], self.state.step
        assert self.log is not None
        self.scores[each.name] = scores
        self.log.write(step, "validation", _scores(each, scores, bicubic))
        gain = scores.psnr - bicubic.psnr
        self.tell(f"step {step}: {_words(scores)} on {each.name}, {gain:+.2f} dB against bicubic")

    def _enlarged(self, network: torch.nn.Module, lr: Tensor, **told: Tensor) -> Tensor:
        device = self.fabric.device
        with self.fabric.autocast():
            sr: Tensor = network(lr.to(device), **{k: v.to(device) for k, v in told.items()})
        return sr.float()

    def _save(self) -> None:
        if self.log is not None:
            state = self.state
            save_model(self.folder.model, state.best, self._card(ema=state.ema is not None))
            if state.ema is not None:
                save_model(self.folder.online_model, state.generator, self._card(ema=False))
            write_state(self.folder.states, state.step, content(state), self.config.checkpoint.keep)
        self.fabric.barrier()

    def _card(self, *, ema: bool) -> ModelCard:
        config, pipelines = self.config, self.given.pipelines
        return ModelCard(
            architecture=config.model.name,
            arguments=config.model_arguments,
            scale=config.model.scale,
            colour=config.seen,
            trained_on=self.given.trained_on,
            pipeline_digests={str(scale): each.digest for scale, each in pipelines.items()},
            objective=config.objective_name,
            seed=config.seed,
            steps=self.state.step,
            ema=ema,
            versions=degrade.versions(),
        )

    def _ended(self) -> TrainingOutcome:
        if self.log is not None:
            self.log.check()
        finished = self.state.step >= self.config.steps and not self.cut_short
        if not finished:
            self._save()
            self.tell(
                f"stopped after step {self.state.step} of {self.config.steps}, all of it saved in "
                f"{self.folder.root}; run the same command again to go on"
            )
        return TrainingOutcome(self.state.step, finished, self.folder.model, self.scores)


def _rate(state: TrainState) -> float:
    return float(state.optimiser.param_groups[-1]["lr"] if state.optimiser.param_groups else 0.0)


def _scores(each: ValidationSet, scores: SetScores, bicubic: SetScores) -> dict[str, object]:
    return {
        "set": each.name,
        each.name: {"psnr": scores.psnr, "ssim": scores.ssim},
        f"{each.name}/bicubic": {"psnr": bicubic.psnr, "ssim": bicubic.ssim},
        "convention": CONVENTION.format(each.border),
    }


def _words(scores: SetScores) -> str:
    return f"{scores.psnr:.2f} dB / {scores.ssim:.4f}"
