"""What a training does at a step that must not be taken: it is recorded, and left out or the last one."""

from __future__ import annotations

from collections.abc import Callable

from realsr.files.errors import StorageError
from realsr.training import post_mortem
from realsr.training.batches import TrainingBatch
from realsr.training.errors import NotFiniteError
from realsr.training.folder import TrainingFolder
from realsr.training.logs import Log
from realsr.training.reports import culprit
from realsr.training.state import TrainState
from realsr.training.steps import StepReport


class Guard:
    """Of one process of a training."""

    def __init__(
        self,
        state: TrainState,
        folder: TrainingFolder,
        log: Log | None,
        tell: Callable[[str], None],
    ) -> None:
        self.state, self.folder, self.log, self.tell = state, folder, log, tell
        self.before = post_mortem.Buffers(state)

    def look(self, batch: TrainingBatch, report: StepReport, rival: StepReport | None) -> None:
        """Counts the steps left out, in a row. Raises NotFiniteError where the guard stops."""
        if report.taken and (rival is None or rival.taken):
            self.state.skipped = 0
            return
        self.state.skipped += 1
        wrong, kept = culprit(report, rival), self._record(batch, report, rival)
        said = f"step {self.state.step + 1}: {wrong}"
        guard = self.state.config.guard
        if guard.action == "stop" or self.state.skipped >= guard.most:
            raise NotFiniteError(
                f"{said}. {kept} The last state lies in {self.folder.states}: lower the learning rate, clip "
                "gradients, or set guard.action to skip"
            )
        self.tell(f"{said}; the step was left out. {kept}")
        if self.log is not None:
            self.log.write(self.state.step + 1, "skipped", {"culprit": wrong})

    def _record(self, batch: TrainingBatch, report: StepReport, rival: StepReport | None) -> str:
        """Where its record is; a full disk must not hide what went wrong."""
        wrong, root = culprit(report, rival), self.folder.root
        try:
            path = post_mortem.write(root, self.state, self.before, batch, (report, rival), wrong)
        except StorageError as error:
            return f"Its record could not be written ({error})."
        return f"`realsr models post-mortem {path}` repeats it."
