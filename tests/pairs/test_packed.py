"""Packed forms: what is damaged is named and made again, whatever lies there is no more than unreadable."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realsr.files.errors import RequestError, StorageError
from realsr.images.errors import SourceError
from realsr.pairs.converting import convert
from realsr.pairs.make import Outcome
from realsr.pairs.store import lmdb_files, lmdb_pages, packed, parquet_files, tar_shards
from realsr.pairs.store.claim import claimed
from realsr.pairs.store.packed import PackedPair, Packing, inner_name, outer_name
from realsr.pairs.store.table import opened
from realsr.pairs.verifying import verify

lmdb = pytest.importorskip("lmdb", reason="the extra stores is not installed")

Make = Callable[..., Outcome]
Tree = Callable[[Path], dict[str, bytes]]

PACKED = {"tar": tar_shards.TAR, "lmdb": lmdb_files.LMDB, "parquet": parquet_files.PARQUET}
DATA = {"tar": "00000.tar", "lmdb": "lr.lmdb/data.mdb", "parquet": "train-00000.parquet"}
by_form = pytest.mark.parametrize("form", PACKED)


@by_form
def test_what_is_cut_short_is_named_and_made_again(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, form: str
) -> None:
    out = tmp_path / "out"
    make(photographs, out, form=form)
    before = tree(out)
    data = out / "data" / DATA[form]
    data.write_bytes(data.read_bytes()[: -(data.stat().st_size // 3)])
    (out / "data").touch()
    found = verify(out).findings
    assert found
    assert {finding.kind for finding in found} <= {"missing", "unreadable"}
    assert make(photographs, out).made > 0
    assert tree(out) == before


@by_form
def test_pairs_are_added_to_a_finished_place(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, form: str
) -> None:
    make(photographs, tmp_path / "out", form=form, limit=2)
    assert len(list(opened(tmp_path / "out").names())) == 4
    make(photographs, tmp_path / "out")
    make(photographs, tmp_path / "once", form=form)
    assert tree(tmp_path / "out") == tree(tmp_path / "once")


@by_form
def test_without_its_package_nothing_is_begun_that_cannot_be_ended(
    make: Make, photographs: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lmdb", "pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    if form == "tar":
        assert make(photographs, tmp_path / "out", form=form).made == 5
        return
    with pytest.raises(Exception, match=r"realsr-toolkit\[stores\]"):
        make(photographs, tmp_path / "out", form=form)
    assert not list((tmp_path / "out").glob("staged/*/*"))


keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda key: "/" not in key
)
contents = st.dictionaries(
    keys.filter(lambda key: len(outer_name(key)) <= lmdb_files.LONGEST_KEY),
    st.tuples(st.binary(max_size=9000), st.none() | st.binary(max_size=300)),
    max_size=12,
)


@by_form
@settings(max_examples=30, deadline=None)
@given(pairs=contents)
def test_what_is_packed_lies_where_the_index_says(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    pairs: dict[str, tuple[bytes, bytes | None]],
) -> None:
    """Of any keys and bytes; a picture that is not there has no place."""
    packing, data = PACKED[form], tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tar_shards, "PAIRS_A_SHARD", 5)
        patch.setattr(parquet_files, "PAIRS_A_FILE", 5)
        patch.setattr(parquet_files, "PAIRS_A_GROUP", 2)
        patch.setattr(lmdb_files, "PAIRS_A_TRANSACTION", 3)
        packing.pack(data, (PackedPair(key, *pairs[key]) for key in sorted(pairs)))
    expected = {f"hr/{key}.png": hr for key, (hr, _) in pairs.items()}
    expected |= {f"lr/{key}.png": lr for key, (_, lr) in pairs.items() if lr is not None}
    assert {name: place.read() for name, place in packing.index(data).items()} == expected


@given(keys)
def test_outer_names_are_ascii_without_dots_and_come_back(key: str) -> None:
    name = outer_name(key)
    assert name.isascii()
    assert "." not in name
    assert inner_name(name) == key


@settings(max_examples=40, deadline=None)
@given(
    entries=st.dictionaries(
        st.binary(min_size=1, max_size=511), st.binary(max_size=20_000), min_size=1, max_size=60
    )
)
def test_pages_hold_what_the_library_reads(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[bytes, bytes]
) -> None:
    """In trees of several levels, too: keys of 511 bytes leave four entries a page."""
    path = tmp_path_factory.mktemp("base")
    with lmdb.open(str(path), map_size=2**30, lock=False) as environment:
        for part in (0, 1):  # two transactions: either first page may be the newer one
            with environment.begin(write=True) as transaction:
                for number, (key, value) in enumerate(entries.items()):
                    if number % 2 == part:
                        transaction.put(key, value)
    data = (path / "data.mdb").read_bytes()
    found = [
        (each.key, data[each.start : each.start + each.length])
        for each in lmdb_pages.entries(io.BytesIO(data))
    ]
    assert found == sorted(entries.items())


def sample_of(form: str, data: Path) -> Path:
    """A small packed directory's first file."""
    pairs = (PackedPair(f"k{number}", bytes([number]) * 5000, b"lr") for number in range(20))
    PACKED[form].pack(data, pairs)
    return data / DATA[form]


@by_form
@settings(max_examples=80, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    cut=st.none() | st.floats(0, 1),
)
def test_whatever_lies_there_an_index_is_no_more_than_short(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    places: list[tuple[float, int]],
    cut: float | None,
) -> None:
    data = tmp_path_factory.mktemp("data")
    path = sample_of(form, data)
    damaged = bytearray(path.read_bytes())
    for place, value in places:
        damaged[min(int(place * len(damaged)), len(damaged) - 1)] = value
    path.write_bytes(damaged if cut is None else damaged[: int(cut * len(damaged))])
    for place_of in PACKED[form].index(data).values():
        try:
            place_of.read()
        except SourceError:
            continue


def test_a_loop_of_pages_ends(tmp_path: Path) -> None:
    """A branch that leads to itself, and one to its parent."""
    path = sample_of("lmdb", tmp_path)
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        start = page * 4096
        if struct.unpack_from("<H", data, start + 10)[0] & 3:
            struct.pack_into("<H", data, start + 10, 1)
            (node,) = struct.unpack_from("<H", data, start + 16)
            struct.pack_into("<HHH", data, start + node, page, 0, 0)
    assert list(lmdb_pages.entries(io.BytesIO(data))) == []


def test_members_of_another_kind_end_a_shard(tmp_path: Path) -> None:
    """A link, a device: nothing of ours, and never followed."""
    with tarfile.open(tmp_path / "00000.tar", "w") as archive:
        first = tarfile.TarInfo("a.hr.png")
        first.size = 2
        archive.addfile(first, io.BytesIO(b"hr"))
        link = tarfile.TarInfo("a.lr.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert list(tar_shards.TAR.index(tmp_path)) == ["hr/a.png"]


@by_form
def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path, form: str) -> None:
    (tmp_path / "data").mkdir()
    path = sample_of(form, tmp_path / "data")
    assert PACKED[form].index(tmp_path / "data")
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    packed._indexed.cache_clear()
    assert not any("lr/" in name for name in PACKED[form].index(tmp_path / "data"))


def test_a_key_that_lmdb_cannot_hold_is_a_storage_error(tmp_path: Path) -> None:
    with claimed(tmp_path / "out", "lmdb") as store:
        store.ready()
        key = "é" * 100
        store.put(key, b"hr", b"lr")
        with pytest.raises(StorageError, match="more than 511 bytes"):
            store.finish([key])
        assert opened(tmp_path / "out").hr(key).exists()


def test_packings_are_values() -> None:
    for packing in PACKED.values():
        assert isinstance(pickle.loads(pickle.dumps(packing)), Packing)


def test_a_conversion_goes_on_and_leaves_out_what_is_not_as_listed(
    make: Make, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tmp_path / "pairs", tmp_path / "out"
    make(photographs, source)
    names = sorted(path.name for path in (source / "hr").iterdir())
    whole = (source / "hr" / names[0]).read_bytes()
    (source / "hr" / names[0]).write_bytes(whole[:-1] + b"x")
    (source / "lr" / names[1]).rename(tmp_path / "away.png")
    done = convert(source, out, "tar")
    assert (done.copied, done.kept) == (3, 0)
    assert [str(source / "hr" / names[0]) in done.lost[0], "no longer there" in done.lost[1]] == [
        True,
        True,
    ]
    (source / "hr" / names[0]).write_bytes(whole)
    (tmp_path / "away.png").rename(source / "lr" / names[1])
    again = convert(source, out, "tar")
    assert (again.copied, again.kept, again.lost) == (2, 3, ())
    assert verify(out).findings == []
    with pytest.raises(RequestError, match="are one directory"):
        convert(source, source, "folder")
    make(photographs, tmp_path / "other", seed=1)
    with pytest.raises(RequestError, match="another request"):
        convert(source, tmp_path / "other", "folder")
