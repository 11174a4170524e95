"""All planted bugs, a few at a time, each in a copy of its own; then whether their tests hold without them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.mutants.journal import Journal, Outcome
from tools.mutants.mutant import Mutant
from tools.mutants.tree import copied, planted
from tools.mutants.trial import Ending, Limits, Trial, begun

Tell = Callable[[str], None]
POLL_S = 0.05
TESTS_FAILED, UNREADABLE = 1, 2


@dataclass
class Slot:
    """A copy of the tree, and the bug that is being tried in it."""

    tree: Path
    log: Path
    mutant: Mutant | None = None
    digest: str = ""
    trial: Trial | None = None
    bug: ExitStack = field(default_factory=ExitStack)

    def begin(self, mutant: Mutant, digest: str, limits: Limits) -> None:
        self.bug.enter_context(planted(mutant, self.tree))
        self.mutant, self.digest = mutant, digest
        self.trial = begun(self.tree, mutant.tests, self.log, limits)

    def outcome(self) -> Outcome | None:
        """Of a trial that has ended; the copy is sound again then."""
        if self.mutant is None or self.trial is None or (ending := self.trial.ended()) is None:
            return None
        self.bug.close()
        found = _judged(self.digest, self.mutant.title, ending)
        self.mutant = self.trial = None
        return found


def run(
    root: Path,
    mutants: Sequence[Mutant],
    journal: Journal,
    work: Path,
    jobs: int = 2,
    limits: Limits = Limits(),  # noqa: B008 a frozen record
    tell: Tell = print,
) -> list[Outcome]:
    """The outcome of each row, in order; those of the journal are not tried again. work: for copies, empty."""
    slots = [Slot(copied(root, work / str(n)), work / f"{n}.log") for n in range(jobs)]
    # The journal speaks of the files as they were copied, whatever becomes of the tree meanwhile.
    digests = {
        each: each.digest(slots[0].tree) for each in mutants if not each.fault(slots[0].tree)
    }
    waiting = iter(
        [(each, digest) for each, digest in digests.items() if journal.of(digest) is None]
    )
    tell(f"{len(mutants)} planted bugs, {jobs} at a time; the journal is {journal.path}")
    busy = True
    while busy:
        busy = False
        for slot in slots:
            if (done := slot.outcome()) is not None:
                journal.note(done)
                tell(_words(done))
            if slot.mutant is None and (following := next(waiting, None)) is not None:
                slot.begin(*following, limits)
            busy = busy or slot.mutant is not None
        time.sleep(POLL_S)
    _confirm(digests.values(), journal, slots[0], tell)
    return [_known(each, digests, journal, slots[0].tree) for each in mutants]


def _known(mutant: Mutant, digests: Mapping[Mutant, str], journal: Journal, tree: Path) -> Outcome:
    found = journal.of(digests.get(mutant, ""))
    return found or Outcome("", mutant.title, "does not apply", mutant.fault(tree))


def _judged(digest: str, title: str, ending: Ending) -> Outcome:
    if ending.late:
        return Outcome(digest, title, "late", "ended by a limit", ending.seconds)
    if ending.code == 0:
        return Outcome(digest, title, "survived", "", ending.seconds)
    if ending.code in (TESTS_FAILED, UNREADABLE) and ending.failed:
        return Outcome(digest, title, "killed", ending.failed, ending.seconds)
    return Outcome(digest, title, "not judged", f"pytest ended with {ending.code}", ending.seconds)


def _confirm(digests: Iterable[str], journal: Journal, slot: Slot, tell: Tell) -> None:
    """A test that fails without the bug has not seen it. All are run once more, in a sound tree."""
    killed = [each for digest in digests if (each := journal.of(digest))]
    tests = sorted({each.by for each in killed if each.verdict == "killed"})
    while tests:
        tell(f"{len(tests)} tests without a bug")
        trial = begun(slot.tree, tests, slot.log, Limits(processor=3600, clock=7200))
        while (ending := trial.ended()) is None:
            time.sleep(POLL_S)
        if ending.code == 0:
            return
        failed = ending.failed or f"pytest ended with {ending.code}, see {slot.log}"
        for each in killed:
            if each.verdict == "killed" and (each.by == failed or not ending.failed):
                journal.note(replace(each, verdict="not judged", by=f"{failed} fails without it"))
        tests = [test for test in tests if test != failed] if ending.failed else []


def _words(outcome: Outcome) -> str:
    told = f"{outcome.verdict:14}  {outcome.seconds:5.1f} s  {outcome.title}"
    return f"{told}  [{outcome.by}]" if outcome.by else told
