"""A folder of odd pictures through the command line: each right, or refused by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.images.reading import Reading, opened
from realsr.inference.pictures import read_picture
from tests.images import pngs, tiffs
from tests.images.tiffs import COLOURS, REFUSED, SIZE, Form

ALPHAS = {"plain": (), "straight": (2,), "assoc": (1,), "unspec": (0,)}


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def variants() -> Iterator[tuple[str, bytes]]:
    for colour, depths in pngs.DEPTHS.items():
        for depth in depths:
            keyed = colour < pngs.GREY_ALPHA
            numbers, chunks, _ = pngs.made(colour, depth, keyed=keyed)
            data = pngs.png(numbers, colour, depth, interlaced=depth != 8, before=chunks)
            yield f"png_{colour}_{depth}.png", data
    for photometric, colours in COLOURS.items():
        for bits in (1, 4, 8, 12, 16):
            for name, kinds in ALPHAS.items():
                form = Form(photometric, bits, ">" if bits == 12 else "<", bits == 16, kinds=kinds)
                numbers = pngs.noise((*SIZE, colours + len(kinds)), bits)
                yield f"tif_{photometric}_{bits}_{name}.tif", form.written(numbers)
    for name, (form, samples, _) in REFUSED.items():
        numbers = pngs.noise((*SIZE, samples), min(form.bits, 16))
        yield f"no_{name.replace(' ', '_')}.tiff", form.written(numbers)
    yield (
        "tile_big.tif",
        Form(tiffs.RGB, 8, ">", side=16, big=True).written(pngs.noise((*SIZE, 3), 8)),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("odd")
    for name, data in variants():
        (root / name).write_bytes(data)
    return root


def failed(out: Path) -> dict[str, str]:
    lines = (out / "failures.jsonl").read_text().splitlines()
    return {line["source"]: line["kind"] for line in map(json.loads, lines)}


def test_upscale(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = realsr(
        "upscale", folder, "--out", out, "--model", "nearest", "--scale", 2, "--alpha", "model"
    )
    assert done.exit_code == 3, done.output
    refused = {path.stem for path in folder.glob("no_*")}
    assert set(failed(out)) == refused | {f"tif_0_{bits}_assoc" for bits in (1, 4, 8, 12, 16)}
    results = [path for path in folder.iterdir() if path.stem not in failed(out)]
    assert len(results) > 60
    for path in results:
        source = read_picture(path, 10**6).pixels
        found = read_picture(out / f"{path.stem}.png", 10**6).pixels
        assert found.dtype == source.dtype
        expected = source.repeat(2, 0).repeat(2, 1).astype(int)
        # Grey goes through its luma, and colours through alpha, each with a rounding of its own.
        seen = expected[..., -1] > 0 if source.shape[2] in (2, 4) else slice(None)
        assert np.abs(found.astype(int) - expected)[seen].max() <= (source.dtype == np.uint16), path


def test_make_pairs(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = realsr(
        "make-pairs", folder, "--out", out, "--pipeline", "bicubic", "--scale", 2, "--crop", "full",
        "--alpha", "white", "--device", "cpu",
    )  # fmt: skip
    assert done.exit_code == 3, done.output
    deep = {path.stem for path in folder.iterdir() if path.stem.split("_")[2:3] in (["12"], ["16"])}
    assert deep <= {stem for stem, kind in failed(out).items() if kind in ("deep", "colour-mode")}
    made_of = [path for path in folder.iterdir() if path.stem not in failed(out)]
    assert len(made_of) > 30
    for path in made_of:
        with opened(path, Reading("white")) as source:
            whole = source.pixels()
        hr = read_picture(out / "hr" / f"{path.stem}.png", 10**6).pixels
        assert np.array_equal(hr, whole[: hr.shape[0], : hr.shape[1]])
