"""Two bad ones of each kind: both are named, a sentence each, and where the rest goes on the exit code says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from tests.photographs import save, synthetic

RUN = "robustness run --hr good --scale 2 --metrics psnr_y --out out"
NO_PICTURE = "it is no PNG, JPEG"

STOPS = {
    "models": (
        f"{RUN} --pipelines bicubic --model a=x.pth --model b=y.safetensors",
        "x.pth",
        "y.s",
    ),
    "models mixed": ("models interpolate x.pth y.safetensors --out o.safetensors", "x.pth", "y.s"),
    "pipelines": (f"{RUN} --pipelines x.yaml,y.yaml", "x.yaml:3", "y.yaml:1"),
    "pipelines told apart": ("pipelines diff x.yaml y.yaml", "x.yaml:3", "y.yaml:1"),
    "weights of two kinds": (
        "robustness run --hr good --scale 2 --pipelines bicubic --out out --metrics dists,niqe "
        "--weights vgg16=x.pth --weights niqe=y.safetensors --weights dists=x.pth",
        "x.pth",
        "y.safetensors",
    ),
    "a model and weights": (
        "robustness run --hr good --scale 2 --pipelines bicubic --out out --metrics niqe "
        "--model a=x.pth --weights niqe=y.safetensors",
        "x.pth",
        "y.safetensors",
    ),
    "runs compared": ("robustness compare x y", "x holds no", "y holds no"),
    "runs merged": ("robustness merge x y --out out", "x holds no", "y holds no"),
    "sources": ("make-pairs good x.gone y.gone --out out", "x.gone", "y.gone"),
    "rows": ("make-pairs good --out out --rows x.pth --rows y.gone", "x.pth", "y.gone"),
}
"""A command and how it names what is bad; nothing can be done."""

GOES_ON = {
    "pairs": "make-pairs good bad --out out --pipeline bicubic --scale 2 --crop full --workers 1",
    "enlarged": "upscale good bad --out out --model bicubic --scale 2",
    "tested": f"{RUN.replace('good', 'mixed')} --pipelines bicubic",
    "tested without truth": "robustness run --real mixed --scale 2 --metrics psnr_y --out out",
    "estimated": "estimate good bad",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in ("good", "mixed"):
        save(Path(place, "0.png"), synthetic(0, 60, 64))
    for place in ("bad", "mixed"):
        for name in ("x", "y"):
            Path(place).mkdir(exist_ok=True)
            Path(place, f"{name}.png").write_bytes(b"no picture")
    for name in ("x", "y"):
        Path(name).mkdir()
        for suffix in ("pth", "safetensors"):
            Path(f"{name}.{suffix}").write_bytes(b"no weights")
    Path("x.yaml").write_text("name: a\nlr: [{op: clomp}]\n".replace("lr:", "scale: 2\nlr:"))
    Path("y.yaml").write_text("5\n")


def naming(stderr: str, what: str) -> list[str]:
    return [line for line in stderr.splitlines() if what in line]


@pytest.mark.parametrize("kind", STOPS)
def test_where_nothing_can_be_done(kind: str) -> None:
    command, *names = STOPS[kind]
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert [len(naming(done.stderr, name)) for name in names] == [1, 1], done.stderr
    assert not Path("out").exists() or not any(Path("out").rglob("*.png"))


@pytest.mark.parametrize("kind", GOES_ON)
def test_where_the_rest_goes_on(kind: str) -> None:
    done = CliRunner().invoke(app, GOES_ON[kind].split())
    assert done.exit_code == 3, done.output
    told = naming(done.stderr, NO_PICTURE)
    assert len(told) == 2, done.stderr
    assert all(line.startswith("realsr: ") for line in told)
    assert ("x" in told[0].split(NO_PICTURE)[0], "y" in told[1].split(NO_PICTURE)[0]) == (
        True,
        True,
    )
    assert kind == "estimated" or any(Path("out").rglob("0*.png")) or any(Path("out").rglob("*"))
