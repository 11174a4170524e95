"""Real-ESRGAN's option files as pipelines: the released numbers, other numbers, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import degrade
from degrade import Pipeline
from degrade.errors import PipelineError
from degrade.pipeline import parse_pipeline
from degrade.pipeline.differences import differences
from realsr.cli.main import main
from realsr.interop.realesrgan_options import read_options
from realsr.interop.realesrgan_pipeline import options_pipeline, pipeline_text
from realsr.pairs.soundness import check_ends

PUBLISHED = Path(__file__).parent / "realesrgan_x4.yml"


def changed(**values: str | None) -> str:
    """The published options with other values; None takes a key out."""
    lines = []
    for line in PUBLISHED.read_text().splitlines():
        key = line.strip().partition(":")[0]
        if key in values and values[key] is None:
            continue
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(f"{indent}{key}: {values[key]}" if key in values else line)
    return "\n".join(lines) + "\n"


def imported(**values: str | None) -> Pipeline:
    return options_pipeline(read_options(changed(**values), "x4.yml"))


def refused(**values: str | None) -> list[str]:
    with pytest.raises(PipelineError) as caught:
        imported(**values)
    return str(caught.value).splitlines()


def drawn(pipeline: Pipeline, count: int = 400) -> list[list[str]]:
    """The operators of the LR's steps, by trace."""
    traces = degrade.draw(pipeline, degrade.keys(0, [f"s{n}" for n in range(count)], 0))
    return [[step.op for step in trace.lr] for trace in traces]


def test_the_published_options_are_the_named_pipeline() -> None:
    named = degrade.load_pipeline("realesrgan")
    assert differences(imported(), named) == []
    assert imported().digest == named.digest


def test_the_text_reads_back_and_says_what_was_left_out() -> None:
    options = read_options(changed() + "second_order_prob: 0.5\n", "x4.yml")
    text = pipeline_text(options, "x4.yml")
    assert parse_pipeline(text).digest == degrade.load_pipeline("realesrgan").digest
    assert "# Imported from x4.yml by `realsr pipelines import`.\n" in text
    # name, manual_seed, percep_gt_usm, gan_gt_usm, train; gt_size, use_hflip.
    assert "# Training options left out: 7.\n" in text
    line = len(changed().splitlines()) + 1
    assert options.unknown == (f"x4.yml:{line}: second_order_prob",)
    assert f"# Unknown, and left out: x4.yml:{line}: second_order_prob\n" in text


def test_one_other_number_is_one_difference() -> None:
    lines = differences(imported(noise_range2="[2, 25]"), degrade.load_pipeline("realesrgan"))
    assert lines == [
        "lr > round > noise > gaussian_noise > sigma_255: uniform 1 to 30, then uniform 2 to 25 against "
        "uniform 1 to 30, then uniform 1 to 25"
    ]


@pytest.mark.parametrize(
    ("values", "hr", "lr"),
    [
        ({}, ["usm", "quantise_hr"], "round"),
        ({"l1_gt_usm": "false"}, [], "usm"),
        ({"l1_gt_usm": None, "scale": "4\ngt_usm: True"}, ["usm", "quantise_hr"], "round"),
        ({"l1_gt_usm": None, "scale": "4\ngt_usm: False"}, [], "round"),
    ],
)
def test_what_is_sharpened(values: dict[str, str | None], hr: list[str], lr: str) -> None:
    pipeline = imported(**values)
    assert [node.label for node in pipeline.hr] == hr
    assert pipeline.lr[0].label == lr
    check_ends(pipeline)


EXTREMES: list[dict[str, str | None]] = [
    {"scale": "2"},
    {"sinc_prob": "1", "second_blur_prob": "0"},
    {"sinc_prob": "0", "sinc_prob2": "0", "final_sinc_prob": "1"},
    {"gaussian_noise_prob": "1", "gaussian_noise_prob2": "0"},
    {"gray_noise_prob": "0", "gray_noise_prob2": "1"},
    {"resize_prob": "[0, 0, 1]", "resize_range2": "[1, 1]"},
    {"betag_range": "[1, 1]", "jpeg_range2": "[50, 50]", "blur_sigma": "[0.5, 0.5]"},
    {"kernel_list": "[iso, iso]", "kernel_prob": "[2, 6]", "second_blur_prob": "1.0"},
]


@pytest.mark.parametrize("values", EXTREMES)
def test_extreme_values_are_sound(values: dict[str, str | None]) -> None:
    check_ends(imported(**values))


def test_rounds_with_other_weights_draw_their_own_kernels() -> None:
    pipeline = imported(
        kernel_list="[plateau_iso]", kernel_prob="[3]", sinc_prob="0",
        kernel_list2="[generalized_aniso]", kernel_prob2="[0.2]", sinc_prob2="0",
        final_sinc_prob="0", gaussian_noise_prob="1", gaussian_noise_prob2="0",
    )  # fmt: skip
    both = 0
    for names in drawn(pipeline):
        second = "generalised_gaussian_blur" in names
        both += second
        blurs = ["generalised_gaussian_blur"] * second
        assert [name for name in names if "blur" in name] == ["plateau_blur", *blurs]
        assert [n for n in names if "noise" in n] == ["gaussian_noise", "poisson_noise"]
    assert 0.74 < both / 400 < 0.86


def test_shares_are_normalised_before_the_sinc() -> None:
    same = imported(kernel_prob="[45, 25, 12, 3, 12, 3]", kernel_prob2="[45, 25, 12, 3, 12, 3]")
    assert same.digest == imported().digest


def test_a_pipeline_of_a_strange_name() -> None:
    assert imported(name="4x 'Ünïque'").name == "imported_4x_n_que"
    assert imported(name="~").name == "imported"


def test_all_missing_keys_at_once() -> None:
    text = changed(jpeg_range=None, blur_sigma2=None, l1_gt_usm=None)
    with pytest.raises(PipelineError) as caught:
        read_options(text.replace("datasets:", "blur_sigma2: [0.2, 1.5]\ndatasets:"), "x4.yml")
    assert str(caught.value).splitlines() == [
        "x4.yml: 2 of the published options are missing: jpeg_range, datasets.train.blur_sigma2 (not blur_sigma2)",
        "x4.yml: expected one of l1_gt_usm (Real-ESRGAN) and gt_usm (Real-ESRNet); both are missing",
    ]
    with pytest.raises(PipelineError, match="both are there"):
        read_options(changed(scale="4\ngt_usm: true"))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("scale", "0", "a whole number, 1 to 32"),
        ("l1_gt_usm", "yes", "true or false"),
        ("sinc_prob", "1.2", "a probability, 0 to 1"),
        ("gray_noise_prob2", "true", "a probability, 0 to 1"),
        ("resize_prob", "[0.5, 0.5]", "3 weights"),
        ("resize_prob2", "[0, 0, 0]", "3 weights"),
        ("resize_range", "[1.1, 1.5]", "with 1 between"),
        ("betap_range", "[2, 1]", "[low, high], above 0 and at most 16"),
        ("blur_sigma", "[0, 3]", "above 0 and at most 100 pixels"),
        ("blur_sigma2", "[0.2, 3, 0.1]", "[low, high]"),
        ("noise_range", "[-1, 30]", "0 to 255"),
        ("noise_range2", "[30, 1]", "0 to 255"),
        ("poisson_scale_range2", "[0.05, 1e999]", "0 or more"),
        ("jpeg_range", "[30.5, 95]", "whole numbers, 1 to 100"),
        ("jpeg_range2", "30", "[low, high]"),
        ("kernel_list", "[iso, disc]", "a list of kernels among iso, aniso"),
        ("kernel_prob", "[0.5, 0.5]", "one weight for each of the 6 kernels in kernel_list"),
    ],
)
def test_wrong_values_are_refused_with_key_and_line(key: str, value: str, expected: str) -> None:
    lines = refused(**{key: value})
    text = changed(**{key: value}).splitlines()
    number = next(n for n, line in enumerate(text, 1) if line.strip().startswith(f"{key}:"))
    assert len(lines) == 1
    assert lines[0].startswith(f"x4.yml:{number}: ")
    assert f"{key}: expected " in lines[0]
    assert expected in lines[0]


def test_all_wrong_values_at_once() -> None:
    assert len(refused(scale="x", sinc_prob="-1", jpeg_range="[]")) == 3


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "a: [", "scale: 4\nscale: 2\n", "a: !!python/name:os 1\n"]
)
def test_what_is_no_option_file(text: str) -> None:
    with pytest.raises(PipelineError, match=r"^x4\.yml:\d"):
        read_options(text, "x4.yml")


def test_duplicate_keys_name_their_line() -> None:
    with pytest.raises(PipelineError, match=r"x4\.yml:4: scale: the key 'scale' is there twice"):
        read_options(changed(scale="4\nscale: 2"), "x4.yml")


def test_numbers_with_a_tag() -> None:
    assert imported(sinc_prob="!!float 1e-1").digest == imported().digest


def test_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pipelines", "import", str(PUBLISHED)]) == 0
    captured = capsys.readouterr()
    assert parse_pipeline(captured.out).digest == degrade.load_pipeline("realesrgan").digest
    assert captured.err == "realsr: 7 training options left out\n"


def test_command_writes_a_new_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "x4.yml", tmp_path / "mine.yaml"
    source.write_text(changed() + "jpeg_prob: 0.5\n")
    assert main(["pipelines", "import", str(source), "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{out}\n"
    assert "jpeg_prob: unknown, and left out\n" in captured.err
    assert main(["pipelines", "check", str(out)]) == 0
    assert main(["pipelines", "diff", str(out), "realesrgan"]) == 0
    before = out.read_bytes()
    assert main(["pipelines", "import", str(source), "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert out.read_bytes() == before


def test_command_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "x4.yml"
    assert main(["pipelines", "import", str(source)]) == 2
    assert "cannot read the option file" in capsys.readouterr().err
    source.write_text(changed(noise_range=None))
    assert main(["pipelines", "import", str(source), "--out", str(tmp_path / "no.yaml")]) == 2
    assert "1 of the published options are missing: noise_range" in capsys.readouterr().err
    assert not (tmp_path / "no.yaml").exists()
