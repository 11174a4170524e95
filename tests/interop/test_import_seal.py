"""SEAL's parameter strings: what each word does, what is refused, and the published pictures made again."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import degrade
from degrade import Pipeline
from degrade.errors import PipelineError
from degrade.pipeline import parse_pipeline
from realsr.cli.main import main
from realsr.interop.seal import seal_texts
from realsr.pairs.soundness import check_ends
from tests.interop.seal_words import rounds, second

SHUFFLE = (
    "shuffleorder_{order}|dppre_rnum1_{halve}_rnum2_{library}_interptype_2|"
    "dp0_rnum_0.2_ksize_9_theta_1.25_l1_4_l2_2.25_l3_0|dp1_rnum_0.8_ksize_7_theta_2_l1_0_l2_0_l3_1.5|"
    "dp2_rnum_{divide}_sf1_{divisor}_interptype_3_blursigma_{sigma}        |dp3_interptype_1|"
    "dp4_rnum_{noise}_noiselevel_5_D_0.9_0.0_0.0_0.0_0.2_0.0_0.0_0.0_0.4_U_0.3_0.5_0.5_0.6_-0.1_0.4_0.7_0.7_0.3|"
    "dp5_rnum_{coded}_jpegfactor_50|dp7_jpegfactor_91"
)


def shuffled(**changed: object) -> str:
    words: dict[str, object] = {
        "order": "[1, 0, 2, 4, 3, 6, 5]", "halve": 0.5, "library": 0.1, "divide": 0.1,
        "divisor": 3.2, "sigma": 0, "noise": 0.7, "coded": 0.3,
    }  # fmt: skip
    return SHUFFLE.format(**words | changed)


def imported(text: str) -> Pipeline:
    files = seal_texts(f"1 17 17/{text}\n", "list.txt")
    return parse_pipeline(files["seal_000.yaml"])


def stages(text: str) -> dict[str, dict[str, Any]]:
    """The stages by label, in order."""
    return {stage["label"]: stage for stage in imported(text).content()["lr"]}


def refused(*lines: str) -> list[str]:
    with pytest.raises(PipelineError) as caught:
        seal_texts("".join(f"{line}\n" for line in lines), "list.txt")
    return str(caught.value).splitlines()


def test_a_second_order_string() -> None:
    found = stages(second(rounds(1, "area"), rounds(3, "bicubic", grey=1, normal=0)))
    assert [*found] == [
        "blur_1", "resize_1", "noise_1", "clamp_noise_1", "clamp_between", "jpeg_between",
        "blur_2", "resize_2", "noise_2", "clamp_noise_2",
        "resize_to_target", "clamp_last", "jpeg_last", "clamp", "quantise",
    ]  # fmt: skip
    blur = {key: found["blur_1"][key] for key in ("op", "size", "sigma_x", "sigma_y", "angle")}
    assert blur == {
        "op": "gaussian_blur", "size": 9, "sigma_x": 1.5, "sigma_y": 0.7, "angle": -0.4,
    }  # fmt: skip
    assert found["blur_2"]["op"] == "generalised_gaussian_blur"
    assert found["blur_2"]["beta"] == {"uniform": [0.6, 1.0]}
    assert (found["noise_1"]["op"], found["noise_1"]["sigma_255"]) == ("gaussian_noise", 12.5)
    assert found["noise_2"]["op"] == "poisson_noise"
    assert (found["noise_2"]["scale"], found["noise_2"]["grey"]) == (1.25, True)
    assert found["jpeg_between"]["quality"] == 50.25
    assert found["resize_1"]["filter"] == "adaptive_area"
    for label in ("resize_1", "resize_2"):
        assert (found[label]["rounding"], found[label]["coordinates"]) == ("floor", "factor")


@pytest.mark.parametrize(
    ("kind", "operator", "isotropic", "beta"),
    [
        (0, "gaussian_blur", True, None),
        (1, "gaussian_blur", False, None),
        (2, "generalised_gaussian_blur", True, [0.6, 1.0]),
        (3, "generalised_gaussian_blur", False, [0.6, 1.0]),
        (4, "plateau_blur", True, [1.0, 1.8]),
        (5, "plateau_blur", False, [1.0, 1.8]),
    ],
)
def test_the_six_kernels(
    kind: int, operator: str, isotropic: bool, beta: list[float] | None
) -> None:
    blur = stages(second(rounds(kind)))["blur_1"]
    assert blur["op"] == operator
    assert (blur["sigma_y"], blur["angle"]) == ((1.5, 0) if isotropic else (0.7, -0.4))
    assert blur.get("beta") == (None if beta is None else {"uniform": beta})


def test_a_sinc_replaces_the_kernel() -> None:
    blur = stages(second(rounds(5).replace("Blur_1_0", "Blur_1_1").replace("_0_Res", "_2.5_Res")))
    assert (blur["blur_1"]["op"], blur["blur_1"]["cutoff"]) == ("sinc_blur", 2.5)


def test_what_does_not_run() -> None:
    """Without its resize a round shrinks to a quarter by bicubic, as in the published code."""
    quiet = rounds().replace("Blur_1", "Blur_0").replace("Resize_1", "Resize_0")
    found = stages(second(quiet.replace("Noise_1", "Noise_0"), coded=0))
    assert [*found][:2] == ["resize_1", "blur_2"]
    assert (found["resize_1"]["factor"], found["resize_1"]["filter"]) == (0.25, "bicubic_075")


@pytest.mark.parametrize(
    ("order", "labels"),
    [
        (0, ["resize_to_target", "last_sinc", "clamp_last", "jpeg_last"]),
        (1, ["clamp_last", "jpeg_last", "resize_to_target", "last_sinc"]),
        (2, ["resize_to_target", "last_sinc"]),
        (3, ["resize_to_target"]),
    ],
)
def test_the_four_tails(order: int, labels: list[str]) -> None:
    found = [*stages(second(order=order, sinc="1_13_2.2"))]
    assert found[found.index("clamp_noise_2") + 1 :] == [*labels, "clamp", "quantise"]


def test_a_shuffle_string() -> None:
    found = stages(shuffled())
    assert [*found] == [
        "to_bgr", "blur_1", "blur_0", "shrink", "clamp_shrunk", "noise", "clamp_noise",
        "resize_to_target", "clamp_resized", "jpeg", "last_jpeg", "to_rgb",
    ]  # fmt: skip
    axes = [found[label][f"sigma_{axis}"] for label in ("blur_0", "blur_1") for axis in "xy"]
    assert axes == [2.0, 1.5, 1.5, 1.5]
    assert (found["blur_0"]["angle"], found["blur_1"]["angle"]) == (1.25, 0)
    assert found["shrink"]["factor"] == 1 / 3.2
    assert [found[label]["filter"] for label in ("shrink", "resize_to_target")] == [
        "area",
        "linear",
    ]
    assert [found[label]["quality"] for label in ("jpeg", "last_jpeg")] == [50, 91]


@pytest.mark.parametrize(
    ("library", "operator"), [(0.4, "cv2_resize"), (0.6, "matlab_bicubic_double")]
)
def test_halved_first_the_rest_is_for_x2(library: float, operator: str) -> None:
    found = stages(shuffled(halve=0.2, library=library, divide=0.8, divisor=0, sigma=1.5))
    assert [*found][:3] == ["to_bgr", "halve", "clamp_halved"]
    assert (found["halve"]["op"], found["halve"]["factor"]) == (operator, 0.5)
    assert (found["blur_to_decimate"]["size"], found["blur_to_decimate"]["sigma_y"]) == (25, 1.5)
    assert (found["decimate"]["factor"], found["decimate"]["filter"]) == (0.5, "bilinear")


def test_noise_by_its_chance() -> None:
    grey, colour, correlated = (stages(shuffled(noise=n))["noise"] for n in (0.1, 0.9, 0.5))
    assert (grey["grey"], colour["grey"], colour["sigma_255"]) == (True, False, 5)
    assert (correlated["op"], correlated["sigma_255"]) == ("bsrgan_correlated_noise", 25)
    assert [correlated[f"d_{n}"] for n in (1, 2, 3)] == [0.9, 0.2, 0.4]
    rows = [[correlated[f"m_{row}{place}"] for place in (1, 2, 3)] for row in (1, 2, 3)]
    assert rows == [[0.3, 0.5, 0.5], [0.6, -0.1, 0.4], [0.7, 0.7, 0.3]]
    assert "jpeg" not in stages(shuffled(coded=0.95))


@pytest.mark.parametrize("text", [second(order=1, sinc="1_7_1.5"), shuffled(halve=0.1, noise=0.5)])
def test_it_degrades_a_picture(text: str) -> None:
    pipeline = imported(text)
    check_ends(pipeline)
    ramp = torch.linspace(0, 1, 64).expand(3, 48, 64).clone()
    ramp[0] = 0.7
    (made,) = degrade.apply(degrade.draw(pipeline, degrade.keys(0, ["a"])), [ramp])
    assert made.shape == (3, 12, 16)
    assert torch.equal(made, (made * 255).round() / 255)
    assert (made.mean((1, 2)) - ramp.mean((1, 2))).abs().max() < 0.05


def test_every_fault_is_named_with_its_line_and_word() -> None:
    assert refused(
        f"1 5 5/{second(rounds(mode='lanczos'))}",
        f"2 6 6/{second(order=4)}",
        f"3 7 7/{shuffled(order='[1, 0, 3, 2, 4, 6, 5]')}",
        "4 8 8/thirdorder_1",
        f"5 9 9/{second()}_extra",
        f"6 9 9/{shuffled(divisor='nan')}",
    ) == [
        "list.txt:1: word 16, after 'Resize_1_0.5': expected one of area, bilinear, bicubic; found 'lanczos'",
        "list.txt:2: word 50, after '1.25_FinalOrder_Final': expected a whole number, 0 to 3; found '4'",
        "list.txt:3: word 2, after 'shuffleorder': expected step 2 before step 3; found '[1, 0, 3, 2, 4, 6, 5]'",
        "list.txt:4: expected a string that begins with FisrtOrder or shuffleorder; found 'thirdorder'",
        "list.txt:5: word 59, after 'JPEG_64.5_.png': expected nothing more; found 'extra'",
        "list.txt:6: word 40, after 'rnum_0.1_sf1': expected a number, 1 to 64; found 'nan'",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["", "2 5 5/x", "1 5 6/x", "1 5/x", "one 5 5/x"])
def test_a_line_of_another_form(line: str) -> None:
    (fault,) = refused(line)
    assert fault.startswith("list.txt:1: expected `1 POOL POOL/STRING`")


def test_an_empty_list_and_a_short_string() -> None:
    with pytest.raises(PipelineError, match="it is empty"):
        seal_texts("", "list.txt")
    (fault,) = refused("1 5 5/FisrtOrder_Blur_1")
    assert (
        fault
        == "list.txt:1: word 4, after 'FisrtOrder_Blur_1': expected one of 0, 1; found the string's end"
    )


def test_the_command_writes_all_or_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strings, out = tmp_path / "list.txt", tmp_path / "out"
    strings.write_text(f"1 5 5/{second()}\n2 6 6/{shuffled()}\n")
    command = ["pipelines", "import-seal", str(strings), "--out", str(out)]
    assert main(command) == 0
    assert sorted(file.name for file in out.iterdir()) == ["seal_000.yaml", "seal_001.yaml"]
    assert main(["pipelines", "check", str(out / "seal_001.yaml")]) == 0
    assert "seal_001 version 1, digest" in capsys.readouterr().out
    assert main(command) == 2
    assert "seal_000.yaml already" in capsys.readouterr().err
    strings.write_text(f"1 5 5/{second()}\n2 6 6/nothing\n")
    assert main([*command[:-1], str(tmp_path / "other")]) == 2
    assert not (tmp_path / "other").exists()


def test_all_published_strings_are_read(shared_data: Path) -> None:
    text = (shared_data / "pairs/seal_set14/degradation_center_100.txt").read_text()
    files = seal_texts(text, "degradation_center_100.txt")
    assert [*files] == [f"seal_{number:03d}.yaml" for number in range(100)]
    second_order = [name for name, file in files.items() if "basicsr_diffjpeg" in file]
    assert len(second_order) == 54
    for file in files.values():
        check_ends(parse_pipeline(file))


def picture(path: Path) -> torch.Tensor:
    return torch.from_numpy(cv2.imread(str(path))[..., ::-1].copy()).permute(2, 0, 1).float() / 255


def enlarged_psnr(lr: torch.Tensor, hr: torch.Tensor) -> float:
    """PSNR of the bicubic enlargement, studio luma not rounded, no border cropped."""
    small, large = (
        np.rint(image.permute(1, 2, 0).numpy() * 255).astype(np.uint8) for image in (lr, hr)
    )
    up = cv2.resize(small, large.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    weights = np.array([65.481, 128.553, 24.966]) / 255
    error = (up.astype(np.float64) - large.astype(np.float64)) @ weights
    return 10 * math.log10(255**2 / float(np.mean(error**2)))


@pytest.mark.parametrize(
    ("number", "published"), [(0, 24.763), (1, 22.096), (2, 22.857), (3, 20.296), (4, 21.666)]
)
def test_the_published_pictures_made_again(
    shared_data: Path, number: int, published: float
) -> None:
    """Their noise has no seed, so bytes differ; the mean PSNR of 14 pictures does not."""
    folder = shared_data / "pairs/seal_set14"
    files = seal_texts((folder / "degradation_center_100.txt").read_text(), "list")
    pipeline = parse_pipeline(files[f"seal_{number:03d}.yaml"])
    pictures = {path.name: picture(path) for path in sorted((folder / "GT").glob("*.png"))}
    traces = degrade.draw(pipeline, degrade.keys(0, list(pictures)))
    made = degrade.apply(traces, list(pictures.values()))
    shipped = [picture(folder / f"LQ/deg_{number:03d}" / name) for name in pictures]
    ours, theirs = (
        np.mean([enlarged_psnr(lr, hr) for lr, hr in zip(lrs, pictures.values(), strict=True)])
        for lrs in (made, shipped)
    )
    assert len(pictures) == 14
    assert theirs == pytest.approx(published, abs=6e-4)
    assert ours == pytest.approx(theirs, abs=0.06)


def test_a_number_of_thousands_of_digits_is_no_line() -> None:
    [fault] = refused(f"{'1' * 5000} 17 17/{shuffled()}")
    assert fault.startswith("list.txt:1: expected `1 POOL POOL/STRING`")


@pytest.mark.parametrize(
    ("old", "new"), [("ksize_9", "ksize_" + "9" * 5000), ("[1, 0", "[1, 0" * 5000)]
)
def test_a_word_without_end_is_no_error_without_end(old: str, new: str) -> None:
    from tests.trust.shelf import SEAL

    assert old in SEAL
    with pytest.raises(PipelineError) as caught:
        seal_texts(SEAL.replace(old, new), "list")
    assert len(str(caught.value)) < 300
