"""The planted bugs still apply, and what is said of them is what happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutants.__main__ import main
from tools.mutants.journal import Journal, Outcome
from tools.mutants.mutant import Mutant
from tools.mutants.rows import MUTANTS
from tools.mutants.running import run
from tools.mutants.tree import copied, planted
from tools.mutants.trial import Limits

ROOT = Path(__file__).parents[2]
CODE = "def double(x):\n    return x * 2\n\n\ndef unused(x):\n    return x - 1\n"
TESTS = "import time\n\nfrom toy import double\n\n\ndef test_double():\n    assert double(3) == 6\n"
DOUBLE = Mutant("toy.py", "x * 2", "x * 3", ("test_toy.py",))
UNUSED = Mutant("toy.py", "x - 1", "x + 1", ("test_toy.py",))
ENDLESS = Mutant("toy.py", "x * 2", "sum(1 for _ in iter(int, 1))", ("test_toy.py",))
BROKEN = Mutant("toy.py", "x * 2", "x * 3", ("test_broken.py",))


def test_every_planted_bug_applies() -> None:
    assert {each.title: each.fault(ROOT) for each in MUTANTS if each.fault(ROOT)} == {}
    assert [each.title for each in MUTANTS if each.old == each.new] == []


def test_no_bug_is_planted_twice() -> None:
    rows = [(each.file, each.old, each.new) for each in MUTANTS]
    assert len(rows) == len(set(rows))


def test_all_rooms_have_planted_bugs() -> None:
    assert len(MUTANTS) >= 150
    rooms = {"/".join(Path(each.file).parts[:2]) for each in MUTANTS}
    assert rooms >= {"degrade/functional", "realsr/losses", "realsr/models"}


def test_a_copy_reads_its_own_pipelines(tmp_path: Path) -> None:
    """An installed package would find those of the tree that it was installed from."""
    copy = copied(ROOT, tmp_path / "copy")
    seen = "import degrade.pipelines as p; print(p.__path__[0])"
    told = subprocess.run(
        [sys.executable, "-c", seen], cwd=copy, check=True, capture_output=True, text=True
    )
    assert Path(told.stdout.strip()).resolve() == copy / "pipelines"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout of one module, one test of it, and one that fails whatever happens."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "toy.py").write_text(CODE)
    (root / "test_toy.py").write_text(TESTS)
    (root / "test_broken.py").write_text("def test_broken():\n    assert False\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def outcomes(tree: Path, *mutants: Mutant, seconds: int = 20) -> list[Outcome]:
    work = tree.parent / "work"
    found = run(
        tree,
        mutants,
        Journal(tree.parent / "journal.jsonl"),
        work,
        limits=Limits(processor=seconds),
        tell=lambda line: None,
    )
    subprocess.run(["rm", "-r", str(work)], check=True)
    return found


def test_who_is_seen_who_lives_and_who_has_no_verdict(tree: Path) -> None:
    nowhere = Mutant("toy.py", "x * 4", "x", ("test_toy.py",))
    found = outcomes(tree, DOUBLE, UNUSED, BROKEN, nowhere)
    assert [each.verdict for each in found] == [
        "killed",
        "survived",
        "not judged",
        "does not apply",
    ]
    assert found[0].by == "test_toy.py::test_double"
    assert "test_broken.py::test_broken fails without it" in found[2].by
    assert (tree / "toy.py").read_text() == CODE


def test_what_has_no_end_is_late_and_not_seen(tree: Path) -> None:
    (found,) = outcomes(tree, ENDLESS, seconds=3)
    assert (found.verdict, found.by) == ("late", "ended by a limit")


def test_what_is_known_is_not_tried_again_unless_a_file_has_changed(tree: Path) -> None:
    journal = tree.parent / "journal.jsonl"
    outcomes(tree, DOUBLE)
    written = journal.read_text()
    journal.write_text(written + '{"digest": "cut o')
    outcomes(tree, DOUBLE)
    assert journal.read_text() == written + '{"digest": "cut o'
    (tree / "test_toy.py").write_text(TESTS.replace("== 6", "!= 7"))
    (found,) = outcomes(tree, DOUBLE)
    assert found.verdict == "survived"
    assert Journal(journal).of(DOUBLE.digest(tree)) == found


def test_a_bug_is_gone_behind_its_block_and_one_of_two_places_is_refused(tree: Path) -> None:
    with planted(DOUBLE, tree):
        assert "x * 3" in (tree / "toy.py").read_text()
    assert (tree / "toy.py").read_text() == CODE
    with (
        pytest.raises(ValueError, match="occurs 2 times, expected once"),
        planted(Mutant("toy.py", "return x", "return", ("test_toy.py",)), tree),
    ):
        pass


def test_a_part_that_no_row_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no/such/part"]) == 2
    assert "no planted bug is in a file with no/such/part" in capsys.readouterr().err
