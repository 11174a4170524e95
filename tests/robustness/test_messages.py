"""What the commands say to wrong input: what, where, what was expected and what to do; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from realsr.cli.main import app

SWEEP = ("sweep", "--out", "out", "--hr", "hr", "--pipeline")
BLUR = (*SWEEP, "gaussian8", "--parameter")
RUN = ("run", "--out", "out", "--hr", "hr", "--pipelines", "bicubic")


@pytest.fixture
def folder(photographs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(photographs.parent)
    return photographs.parent


def said(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["robustness", *words])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((*RUN, "--crop", "0"), "--crop 0: expected a side of 1 pixel or more, or `full`"),
        ((*RUN, "--weights", "dists=no.pt"), "weights dists=no.pt: no such file"),
        ((*RUN, "--weights", "niqe=basicsr"), "add niqe to the metrics"),
        ((*RUN, "--metrics", "psnr_yy"), "did you mean 'psnr_y'?"),
        ((*RUN, "--model", "x=tests.robustness.toys:nothing"), "no function"),
        ((*BLUR, "gaussian_blur.sigma", "--range", "1:2"), "no 'sigma'; did you mean 'sigma_"),
        (
            (*BLUR, "gaussian_blur.sigma_x", "--range", "-1:2"),
            "gaussian_blur.sigma_x cannot be -1: input should be greater than 0; give a --range",
        ),
        (
            (*SWEEP, "second_order", "--parameter", "last_jpeg.quality", "--range", "30:95", "--steps", "3"),
            "last_jpeg.quality cannot be 62.5: input should be a valid integer",
        ),
        (("render", "hr"), "`realsr robustness run --out hr` makes one"),
        (("compare", "hr", "hr"), "holds no finished run"),
    ],
)  # fmt: skip
def test_wrong_usage_is_a_sentence(folder: Path, words: tuple[str, ...], expected: str) -> None:
    code, output = said(*words)
    assert code == 2
    assert expected in output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pipelins: [bicubic]", "study.yaml:2: pipelins: unknown key 'pipelins'; did you mean 'pipelines'?"),
        ("pipelines: bicubic", "expected a list, such as [a, b]; the value is 'bicubic'"),
        ("models:\n  - {name: a}", "study.yaml:3: models[0]: the key 'path' is missing"),
        ("models:\n  - {name: hr, path: x}", "'hr' names a picture of every test"),
    ],
)  # fmt: skip
def test_faults_of_a_study_are_told_with_their_line(folder: Path, text: str, expected: str) -> None:
    (folder / "study.yaml").write_text(f"hr: hr\n{text}\n")
    code, output = said("run", "--study", "study.yaml", "--out", "out")
    assert code == 2
    assert expected in output
    assert "Value error" not in output


def test_weights_that_nobody_asked_for_are_not_missed(folder: Path) -> None:
    code, output = said(*RUN, "--model", "l=lanczos", "--limit", "1", "--crop", "32")
    assert code == 0
    assert "weights" not in output
    assert "lpips" not in output


def test_a_rule_that_nothing_answers_is_incomplete(folder: Path) -> None:
    """A metric without weights is not passed over in silence."""
    code, output = said(*RUN, "--metrics", "psnr_y,lpips_alex", "--model", "l=lanczos3")
    assert code == 0
    assert "lpips_alex not computed: weights missing: no file for alexnet: put " in output
    assert "2 models on 1 set, 8 answers" in output
    (folder / "rules.yaml").write_text(
        "rules:\n  - {name: r, metric: lpips_alex, at_most: 0.4}\n  - {name: s, metric: psnr_y, at_least: 1}\n"
    )
    code, output = said("gate", "rules.yaml", "--run", "out")
    assert code == 3
    assert (
        "incomplete: r: l on every set: no set has a number of lpips_alex: weights missing"
        in output
    )
    assert "incomplete: 2 judgements of 2 rules" in output


def test_a_directory_of_photographs_is_taken(folder: Path) -> None:
    (folder / "hr" / "camera.png").unlink()
    words = ("representative", "hr", "--pipeline", "gaussian8", "--out", "cases")
    code, output = said(*words, "--cases", "2", "--pool", "4")
    assert (code, "2 cases stand for 4 draws" in output) == (0, True), output
