"""What people type wrongly first, and the sentence that each command has for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.cli.reporting import going_on, reported
from realsr.models.cards import ModelCard, model_bytes
from realsr.models.table import build
from tests.photographs import save, synthetic
from tests.rows.stranger import write


def said(*words: object, code: int = 2) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


def photograph(path: Path) -> Path:
    return save(path, synthetic(1, 48, 56))


def kept(path: Path, name: str = "espcn") -> Path:
    card = ModelCard(architecture=name, arguments={"channels": 1}, scale=3, colour="y")
    path.write_bytes(model_bytes(build(name, scale=3, channels=1), card))
    return path


def test_an_architecture_is_asked_for_by_a_near_name() -> None:
    output = said("models", "show", "swinir")
    assert "no architecture of this name here: 'swinir'" in output
    assert "`realsr models list`" in output
    assert len(output) < 300
    assert "did you mean 'espcn'?" in said("models", "show", "esp-cn")
    assert "x4, sees RGB" in said("models", "show", "bicubic", code=0)


@pytest.mark.parametrize(
    ("model", "what"),
    [
        ("lanczo", "no model 'lanczo'; did you mean 'lanczos'"),
        ("espcn", "'espcn' is an architecture; expected a trained network of it"),
        ("no.pth", "no model 'no.pth': there is no such file"),
        ("run", "run is no file; expected a model's file, say run/model.safetensors"),
    ],
)
def test_what_is_no_model_is_told_what_it_is(
    model: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    output = said("upscale", photograph(tmp_path / "a.png"), "--model", model, "--out", "sr")
    assert what in output
    assert len(output) < 300


def test_a_preview_is_of_one_photograph(tmp_path: Path) -> None:
    picture = photograph(tmp_path / "photos" / "cat.png")
    to = ("--out", tmp_path / "sheet.png")
    output = said("preview", picture.parent, *to)
    assert f"is a directory; a preview is of one photograph, such as {picture}" in output
    output = said("preview", picture.parent / "cta.png", *to)
    assert f"there is no photograph {picture.parent / 'cta.png'}; did you mean 'cat.png'?" in output
    assert "there is no photograph" in said("preview", tmp_path / "no" / "cat.png", *to)


def test_a_graph_has_axes_with_names_and_says_what_it_takes(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
    pytest.importorskip("onnxscript", reason="the extra onnx is not installed")
    model, out = kept(tmp_path / "m.safetensors"), tmp_path / "m.onnx"
    output = said("models", "export", model, "--onnx", out, code=0)
    assert "any batch, height and width, 1 channel (luma) in [0, 1]" in output
    graph = onnx.load(out).graph
    taken, made = (
        [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (graph.input[0], graph.output[0])
    )
    assert taken == ["batch", 1, "height", "width"]
    assert made == ["batch", 1, "3*height", "3*width"]
    assert not [
        side.dim_param
        for value in graph.value_info
        for side in value.type.tensor_type.shape.dim
        if "s" in side.dim_param
    ]


def test_a_failed_export_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("no exporter today")

    monkeypatch.setattr("realsr.cli.actions.models.onnx_bytes", fails)
    model, weights = kept(tmp_path / "m.safetensors"), tmp_path / "copy.safetensors"
    said("models", "export", model, "--safetensors", weights, "--onnx", tmp_path / "m.onnx")
    assert not weights.exists()


def test_networks_of_ones_own_are_listed_shown_mixed_and_exported(tmp_path: Path) -> None:
    rows = ("--rows", write(tmp_path / "mine"))
    config = tmp_path / "own.yaml"
    photograph(tmp_path / "photos" / "a.png")
    config.write_text(
        f"model: {{name: own_plain, scale: 2}}\ndata: {{hr: ['{tmp_path / 'photos'}'], crop: 16, batch: 2}}\n"
        "steps: 1\n"
    )
    said("train", config, "--out", tmp_path / "run", *rows, code=0)
    model, mixed = tmp_path / "run" / "model.safetensors", tmp_path / "mixed.safetensors"
    assert "own_plain" in said("models", "list", *rows, code=0)
    assert "own_plain" not in said("models", "list", code=0)
    assert "own_plain: " in said("models", "show", "own_plain", *rows, code=0)
    assert "architecture: own_plain" in said("models", "show", model, *rows, code=0)
    mix = ("models", "interpolate", model, model, "--out", mixed)
    assert "no architecture 'own_plain'" in said(*mix)
    said(*mix, *rows, code=0)
    said("models", "export", mixed, "--safetensors", tmp_path / "copy.safetensors", *rows, code=0)


def test_only_what_goes_on_is_said_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> int:
        raise KeyboardInterrupt

    for command, sentence in (
        (reported(stopped), "realsr: stopped\n"),
        (going_on(stopped), "realsr: stopped; run the same command again to go on\n"),
    ):
        with pytest.raises(typer.Exit):
            command()
        assert capsys.readouterr().err == sentence


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(28, "No space left on device", "a.png"), "a.png: No space left on device"),
        (OSError(22, "Invalid argument"), "Invalid argument"),
        (OSError("a codec gave up"), "a codec gave up"),
    ],
)
def test_what_the_system_refuses_is_said_without_its_number(
    error: OSError, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> int:
        raise error

    with pytest.raises(typer.Exit) as ended:
        reported(command)()
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == f"realsr: {expected}\n"


def test_a_sheet_that_finds_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    save(tmp_path / "a.png", synthetic(0, 60, 64))
    monkeypatch.setattr("realsr.files.whole._opened_new", full)
    words = ["preview", str(tmp_path / "a.png"), "--out", str(tmp_path / "s.png")]
    done = CliRunner().invoke(app, [*words, "--pipeline", "bicubic", "--scale", "2"])
    assert done.exit_code == 2
    expected = (
        f"realsr: cannot write {tmp_path / 's.png'}: No space left on device; no sheet was made"
    )
    assert done.stderr.strip().splitlines()[-1] == expected
