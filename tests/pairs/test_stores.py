"""What every store promises: hypothesis over puts, kills and resumes; and the way of pairs through all that reads them.

Whoever adds a row to the table of forms gets these tests with it.
"""

from __future__ import annotations

import errno
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.files.errors import RequestError, StorageError
from realsr.images.errors import SourceError
from realsr.images.stored import read_stored
from realsr.interop.basicsr_datasets import RealSRPairsDataset
from realsr.pairs.journal import Journal
from realsr.pairs.make import Outcome, _drop_unlisted
from realsr.pairs.manifest import read_manifest
from realsr.pairs.pictures import read_pair
from realsr.pairs.replaying import replay
from realsr.pairs.store import table
from realsr.pairs.store.claim import claimed, ours
from realsr.pairs.store.protocol import PairStore, holds
from realsr.pairs.store.table import opened, picture_at
from realsr.pairs.verifying import Finding, verify
from realsr.robustness.after.remade import made_again
from realsr.robustness.cases.sets import given_set
from realsr.sheets.stored import sheet_of_folder
from realsr.training.config_file import parse_config
from realsr.training.samples import StoredPairs
from tests.pairs.conftest import with_zip
from tests.pairs.lines import HEADER, line_of

Make = Callable[..., Outcome]
Tree = Callable[[Path], dict[str, bytes]]

KEYS = ("a", "b c", "ü", "d.e")
LOST = "lost"
"""The key of a pair whose line is never written, and whose source is broken ever after."""


class Died(BaseException):
    """Stands for the process's end."""


def payload(key: str, side: str) -> bytes:
    return f"{side} of {key}".encode() * 3


@dataclass(frozen=True)
class Session:
    """A run that puts some keys and ends, unless it is killed around the so manieth change of the disk."""

    keys: tuple[str, ...]
    death: int | None
    done: bool


sessions = st.lists(
    st.builds(
        Session,
        st.lists(st.sampled_from((*KEYS, LOST)), unique=True).map(tuple),
        st.none() | st.integers(1, 14),
        st.booleans(),
    ),
    max_size=4,
)


@contextmanager
def killed(session: Session) -> Iterator[None]:
    """Dies at the session's call of `os.replace`, `os.unlink` or `os.truncate`, done or not."""
    calls = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if session.death is None or calls < session.death:
                return real(*args, **kwargs)
            if calls == session.death and session.done:
                real(*args, **kwargs)
            raise Died

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace", "unlink", "truncate"):
            patch.setattr(os, name, dying(getattr(os, name)))
        try:
            yield
        except Died:
            return


def run(root: Path, form: str, keys: Sequence[str]) -> None:
    """A run as `make_pairs` drives a store."""
    with claimed(root, form) as store:
        journal = Journal(store.books)
        if journal.header is None:
            journal.begin(HEADER)
        store.ready()
        _drop_unlisted(store, journal, {*KEYS, LOST})
        for key in keys:
            if key not in journal or not holds(store, key):
                store.put(key, payload(key, "hr"), payload(key, "lr"))
                if key != LOST:
                    journal.append(key, line_of(key))
        if journal.grown:
            store.finish(journal.listed())
            journal.finish()
        journal.close()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=sessions)
def test_whatever_was_killed_it_ends_with_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, tree: Tree, form: str, history: list[Session]
) -> None:
    root = tmp_path_factory.mktemp("stores")
    run(root / "undisturbed", form, KEYS)
    for session in history:
        with killed(session):
            run(root / "out", form, session.keys)
        check_what_is_listed(root / "out")
    run(root / "out", form, KEYS)
    check_what_is_listed(root / "out")
    assert tree(root / "out") == tree(root / "undisturbed")
    assert {path.name for path in (root / "out").iterdir()} <= ours(opened(root / "out"))


def check_what_is_listed(root: Path) -> None:
    """Ended or not, a place opens itself, and every pair in its journal is there with its bytes."""
    store = pickle.loads(pickle.dumps(opened(root)))
    if not store.books.begun():
        return
    for key in Journal(store.books).listed():
        for picture, side in ((store.hr(key), "hr"), (store.lr(key), "lr")):
            assert picture.path == root / side / f"{key}.png"
            assert contents(picture) == payload(key, side)
            assert contents(picture_at(picture.path)) == payload(key, side)


def contents(picture: Any) -> bytes:
    with picture.file() as file:
        found: bytes = file.read()
        return found


def test_the_later_bytes_count_and_what_is_dropped_is_gone(tmp_path: Path, form: str) -> None:
    with claimed(tmp_path / "out", form) as store:
        Journal(store.books).begin(HEADER)
        store.ready()
        assert list(store.names()) == []
        assert not holds(store, "a")
        store.put("a", b"1", b"2")
        store.put("a", b"3", b"4")
        store.put("b", b"5", b"6")
        assert list(store.names()) == ["hr/a.png", "hr/b.png", "lr/a.png", "lr/b.png"]
        assert (contents(store.hr("a")), contents(store.lr("a"))) == (b"3", b"4")
        store.drop("hr/a.png")
        assert not holds(store, "a")
        assert list(store.names()) == ["hr/b.png", "lr/a.png", "lr/b.png"]
        with pytest.raises(SourceError) as caught:
            store.hr("a").file()
        assert (caught.value.kind, caught.value.path) == ("vanished", store.hr("a").path)


def test_a_full_disk_is_a_storage_error(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with claimed(tmp_path / "out", form) as store:
        Journal(store.books).begin(HEADER)
        store.ready()
        store.put("a", b"1", b"2")
        monkeypatch.setattr(os, "replace", full)
        with pytest.raises(StorageError):
            store.put("b", b"3", b"4")
        assert contents(store.hr("a")) == b"1"


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def place(make: Make, photographs: Path, tmp_path: Path, form: str) -> Path:
    make(photographs, tmp_path / "place", variants=2, form=form)
    return tmp_path / "place"


@pytest.fixture
def folder(make: Make, photographs: Path, tmp_path: Path) -> Path:
    """The same pairs in a folder."""
    make(photographs, tmp_path / "folder", variants=2)
    return tmp_path / "folder"


def test_the_books_are_those_of_a_folder(place: Path, folder: Path) -> None:
    for path in opened(folder).books.files:
        if path.exists():
            assert (place / path.name).read_bytes() == path.read_bytes()
    keys = [pair.key for pair in read_manifest(opened(place))[1]]
    for key in keys:
        for stored, file in (
            (opened(place).hr(key), folder / "hr"),
            (opened(place).lr(key), folder / "lr"),
        ):
            assert contents(stored) == (file / f"{key}.png").read_bytes()


def test_the_commands_open_it_without_being_told(
    photographs: Path, place: Path, tmp_path: Path, form: str
) -> None:
    options = ("--crop", 48, "--variants", 2, "--workers", 1)
    again = realsr("make-pairs", photographs, "--out", place, *options)
    assert "nothing left to do: 10 pairs there already" in again.stdout, again.stderr
    done = realsr("make-pairs", photographs, "--out", tmp_path / "new", *options, "--format", form)
    assert done.exit_code == 0, done.stderr
    checked = realsr("verify", tmp_path / "new")
    assert (checked.exit_code, checked.stdout) == (0, "10 pairs checked: no findings\n")
    replayed = realsr("replay", tmp_path / "new")
    assert (replayed.exit_code, "10 equal, 0 different" in replayed.stdout) == (0, True)
    assert realsr("verify", tmp_path / "new").exit_code == 0
    sheet = realsr("sheet", tmp_path / "new", "--out", tmp_path / "sheet.png")
    assert sheet.exit_code == 0, sheet.stderr
    for name in (*opened(place).parts, "lr-replayed"):
        among = realsr("sheet", place, "--out", place / name / "x.png")
        assert "lies among the pairs" in among.stderr


def test_verify_and_replay_name_what_is_missing(place: Path) -> None:
    store = opened(place)
    names = [name for name in store.names() if name.startswith("hr/")]
    lost(store, names[0])
    finding = verify(place).findings
    assert finding == [Finding("missing", names[0])]
    [found] = [each for each in replay(place, "cpu", 1, check=True) if each.difference]
    assert found.difference == f"{names[0]}: the file is no longer there"


def lost(store: PairStore, name: str) -> None:
    """Takes a picture out of a finished place, by the means of its own form."""
    file = store.root / name
    if file.exists():
        file.unlink()
        return
    key = name[3:-4]
    keys = [pair.key for pair in read_manifest(store)[1] if pair.key != key]
    hr, lr = contents(store.hr(key)), contents(store.lr(key))
    store.ready()
    store.finish(keys)
    store.ready()
    store.put(key, hr, lr)
    store.drop(name)


def test_what_reads_pairs_reads_the_same(place: Path, folder: Path, tmp_path: Path) -> None:
    for pair in read_manifest(opened(place))[1]:
        ours, theirs = (read_pair(opened(root), pair) for root in (place, folder))
        assert np.array_equal(ours.hr, theirs.hr)
        assert np.array_equal(ours.lr, theirs.lr)
    text = "model: {{name: espcn, scale: 4}}\ndata: {{pairs: [{}], crop: 32}}\nsteps: 1\n"
    samples = [
        StoredPairs([root], parse_config(text.format(root))).sample(3, 1)
        for root in (place, folder)
    ]
    assert torch.equal(samples[0].hr, samples[1].hr)
    assert torch.equal(samples[0].lr, samples[1].lr)
    section = {"phase": "train", "scale": 4, "gt_size": 32, "use_rot": True}
    theirs = [RealSRPairsDataset({**section, "dataroot": str(root)})[3] for root in (place, folder)]
    assert torch.equal(theirs[0]["lq"], theirs[1]["lq"])
    assert torch.equal(theirs[0]["gt"], theirs[1]["gt"])
    assert theirs[0]["lq_path"].removeprefix(str(place)) == theirs[1]["lq_path"].removeprefix(
        str(folder)
    )
    assert sheet_of_folder(place, tmp_path / "sheet.png") == 10


def test_the_study_takes_it(place: Path, folder: Path) -> None:
    sets = [given_set("x", root, 4, None) for root in (place, folder)]
    assert sets[0].digest == sets[1].digest
    case, other = sets[0].pictures[3], sets[1].pictures[3]
    assert np.array_equal(case.lr.read(), other.lr.read())
    assert np.array_equal(read_stored(picture_at(case.lr.path), case.lr.size), other.lr.read())
    assert made_again(place).equal


def test_a_damaged_archive_is_named_and_made_again(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "FORMS", with_zip())
    out = tmp_path / "zipped"
    make(photographs, out, form="zip")
    before = tree(out)
    archive = out / "pairs.zip"
    archive.write_bytes(archive.read_bytes()[:-100])
    assert {finding.kind for finding in verify(out).findings} == {"unreadable"}
    assert make(photographs, out).made == 5
    assert tree(out) == before


def test_another_form_than_the_places_own_is_refused(
    make: Make, photographs: Path, place: Path, tree: Tree, form: str
) -> None:
    before = tree(place)
    other = next(name for name in ("folder", "zip") if name != form)
    with pytest.raises(RequestError, match=f"in the format {form}: leave --format out"):
        make(photographs, place, variants=2, form=other)
    assert tree(place) == before


def test_a_form_that_nobody_knows_is_named(make: Make, photographs: Path, place: Path) -> None:
    with pytest.raises(RequestError, match="no format of pairs 'foldr'; did you mean 'folder'"):
        make(photographs, place.parent / "new", form="foldr")
    assert not (place.parent / "new").exists()
    (place / ".realsr-format").write_text("lmbd\n")
    with pytest.raises(RequestError, match="in the format 'lmbd', which is not known here"):
        verify(place)
