"""Pairs in each form, read back by the programs whose form it is."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from realsr.interop import basicsr_import
from realsr.pairs.converting import convert
from realsr.pairs.store import parquet_files, tar_shards
from realsr.pairs.store.packed import outer_name
from realsr.pairs.store.table import opened
from tests.pairs.conftest import Quiet, job_of, make_pairs, photographs

__all__ = ["photographs"]

lmdb = pytest.importorskip("lmdb", reason="the extra stores is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="the extra stores is not installed")
webdataset = pytest.importorskip("webdataset")


@pytest.fixture
def pairs(photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten, of photographs one of whose names has a dot and one a letter beyond ASCII."""
    names = sorted(photographs.iterdir())
    names[0].rename(photographs / f"a.b{names[0].suffix}")
    names[1].rename(photographs / f"ü c%2E{names[1].suffix}")
    monkeypatch.setattr(tar_shards, "PAIRS_A_SHARD", 4)
    monkeypatch.setattr(parquet_files, "PAIRS_A_FILE", 4)
    monkeypatch.setattr(parquet_files, "PAIRS_A_GROUP", 3)
    out = tmp_path / "pairs"
    make_pairs([photographs], out, job_of(variants=2), observer=Quiet(), workers=1)
    return out


@pytest.fixture
def files(pairs: Path) -> dict[str, tuple[bytes, bytes]]:
    """HR and LR of every key, as they lie in the folder."""
    return {
        path.stem: (path.read_bytes(), (pairs / "lr" / path.name).read_bytes())
        for path in sorted((pairs / "hr").iterdir())
    }


def converted(pairs: Path, form: str) -> Path:
    out = pairs.parent / form
    assert convert(pairs, out, form).copied == 10
    return out


def pixels(data: bytes | dict[str, Any]) -> Any:
    if isinstance(data, dict):
        data = data["bytes"]
    return np.asarray(Image.open(io.BytesIO(data)))


def test_webdataset_reads_the_shards(pairs: Path, files: dict[str, tuple[bytes, bytes]]) -> None:
    data = converted(pairs, "tar") / "data"
    shards = sorted(map(str, data.glob("*.tar")))
    assert [Path(shard).name for shard in shards] == ["00000.tar", "00001.tar", "00002.tar"]
    found = {}
    for sample in webdataset.WebDataset(shards, shardshuffle=False):
        found[json.loads(sample["json"])["key"]] = sample["hr.png"], sample["lr.png"]
    assert found == files
    stats = [json.loads(path.read_text()) for path in sorted(data.glob("*_stats.json"))]
    assert [each["pairs"] for each in stats] == [4, 4, 2]
    assert [each["bytes"] for each in stats] == [Path(shard).stat().st_size for shard in shards]


def test_the_shards_are_ordinary_archives(pairs: Path) -> None:
    with tarfile.open(converted(pairs, "tar") / "data" / "00000.tar") as archive:
        members = archive.getmembers()
    assert len(members) == 12
    assert {(each.mtime, each.uid, each.gid, each.uname) for each in members} == {(0, 0, 0, "")}


def test_lmdb_reads_the_databases(pairs: Path, files: dict[str, tuple[bytes, bytes]]) -> None:
    out = converted(pairs, "lmdb") / "data"
    for number, side in enumerate(("hr", "lr")):
        with (
            lmdb.open(str(out / f"{side}.lmdb"), readonly=True, lock=False) as environment,
            environment.begin() as transaction,
        ):
            found = {key.decode(): value for key, value in transaction.cursor()}
        expected = {outer_name(key): both[number] for key, both in files.items()}
        assert found == expected


@pytest.mark.skipif(find_spec("basicsr") is None, reason="BasicSR 1.4.2 is not installed")
def test_basicsr_reads_the_databases(pairs: Path, files: dict[str, tuple[bytes, bytes]]) -> None:
    out = converted(pairs, "lmdb") / "data"
    section = {
        "name": "databases",
        "type": "PairedImageDataset",
        "phase": "val",
        "scale": 4,
        "dataroot_gt": str(out / "hr.lmdb"),
        "dataroot_lq": str(out / "lr.lmdb"),
        "io_backend": {"type": "lmdb"},
    }
    build = basicsr_import.load("basicsr.data").build_dataset
    theirs = {sample["gt_path"]: sample for sample in build(section)}
    assert len(theirs) == 10
    for key, (hr, lr) in files.items():
        sample = theirs[outer_name(key)]
        for name, png in (("gt", hr), ("lq", lr)):
            expected = torch.from_numpy(pixels(png).copy()).permute(2, 0, 1) / 255
            torch.testing.assert_close(sample[name], expected, atol=1e-6, rtol=0)


def test_pyarrow_reads_the_tables(pairs: Path, files: dict[str, tuple[bytes, bytes]]) -> None:
    found = {}
    for path in sorted((converted(pairs, "parquet") / "data").iterdir()):
        for row in parquet.read_table(path).to_pylist():
            found[row["key"]] = row["hr"]["bytes"], row["lr"]["bytes"]
    assert found == files


FACE = """
import json, sys
import datasets
datasets.disable_progress_bars()
found = datasets.load_dataset(sys.argv[1], **json.loads(sys.argv[2]), split="train")
pictures = {name: datasets.Image(decode=False) for name in sys.argv[3:]}
for row in found.cast(datasets.Features({**found.features, **pictures})):
    key = row["key"] if "key" in row else row["json"]["key"]
    hashes = []
    for name in sys.argv[3:]:
        data = row[name]["bytes"] or open(row[name]["path"], "rb").read()
        hashes.append(data.hex())
    print(json.dumps([key, *hashes]))
"""


@pytest.mark.parametrize(
    ("form", "builder", "options", "names"),
    [
        ("parquet", "{root}", {}, ("hr", "lr")),
        ("imagefolder", "{root}", {}, ("hr", "image")),
        ("tar", "webdataset", {"data_files": "{root}/data/*.tar"}, ("hr.png", "lr.png")),
    ],
)
def test_hugging_face_datasets_reads_it(
    pairs: Path,
    files: dict[str, tuple[bytes, bytes]],
    form: str,
    builder: str,
    options: dict[str, str],
    names: tuple[str, str],
) -> None:
    """In a process of its own, since its caches and its switch against the network are the process's."""
    root = converted(pairs, form)
    filled = {name: value.format(root=root) for name, value in options.items()}
    done = subprocess.run(
        [sys.executable, "-c", FACE, builder.format(root=root), json.dumps(filled), *names],
        env={
            "PATH": "",
            "HOME": str(pairs.parent),
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(pairs.parent / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {key: (bytes.fromhex(hr), bytes.fromhex(lr)) for key, hr, lr in rows} == files


@pytest.mark.parametrize("form", ["tar", "lmdb", "parquet", "imagefolder", "folder"])
def test_every_form_comes_back_as_it_was(pairs: Path, form: str) -> None:
    there = converted(pairs, form)
    back = pairs.parent / "back"
    convert(there, back, "folder")
    names = [path.relative_to(pairs) for path in sorted(pairs.rglob("*")) if path.is_file()]
    assert names
    for name in names:
        assert (back / name).read_bytes() == (pairs / name).read_bytes()
    assert list(opened(there).names()) == list(opened(pairs).names())
