"""Betas that SEAL's strings leave open, by its pictures: known ones are found again, with their noise."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

import degrade
from realsr.cli.main import main
from realsr.interop import seal_betas
from realsr.interop.seal import open_betas, seal_pipeline, seal_texts
from realsr.interop.seal_betas import estimate, estimated_betas
from realsr.interop.seal_strings import read_list
from tests.interop.seal_words import rounds, second

OPEN = (
    second(rounds(kind=4), rounds(kind=0))
    .replace("12.5", "2")
    .replace("50.25", "90.5")
    .replace("64.5", "90.5")
)
"""A plateau kernel of beta 1.8 first: between 1 and that. Little noise, so that five small pictures tell."""


def photographs(count: int = 5) -> dict[str, torch.Tensor]:
    """Squares of two pixels, each of a colour of its own: the kernel's edge shows."""
    generator = torch.Generator().manual_seed(0)
    colours = torch.rand(count, 3, 80, 88, generator=generator)
    large = colours.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    return {f"{number}.png": (each * 255).round() / 255 for number, each in enumerate(large)}


def shipped(beta: float, seed: int = 7) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Pictures as the authors made them: one beta, other noise."""
    (string,) = read_list(f"1 17 17/{OPEN}\n")
    pipeline, hr = seal_pipeline(string, {"blur_1": beta}), photographs()
    lr = degrade.apply(degrade.draw(pipeline, degrade.keys(seed, list(hr))), list(hr.values()))
    return {name: (large, small) for (name, large), small in zip(hr.items(), lr, strict=True)}


@pytest.mark.parametrize("beta", [1.0, 1.8])
def test_a_known_beta_is_found_again(beta: float) -> None:
    (string,) = read_list(f"1 17 17/{OPEN}\n")
    assert open_betas(string) == {"blur_1": (1.0, 1.8)}
    (found,) = estimated_betas(string, shipped(beta))
    assert found.beta == pytest.approx(beta, abs=0.2)
    assert found.low <= found.beta <= found.high
    assert (found.ends, found.pictures) == ((1.0, 1.8), 5)


def test_the_lowest_point_and_its_interval_by_hand() -> None:
    """Parabolas about 1.3, 1.4 and 1.5: the mean's is at 1.4, resampled ones between the outer two."""
    trials = np.linspace(1, 2, 9)
    costs = np.stack([(trials - at) ** 2 for at in (1.3, 1.4, 1.5)], axis=1) + 5
    found = estimate("blur_1", trials, costs)
    assert found.beta == pytest.approx(1.4)
    assert 1.299 < found.low < 1.35
    assert 1.45 < found.high < 1.501
    assert str(found).startswith("blur_1: beta 1.4, 95 % interval 1.")
    for ends, lowest in ((trials, 1.0), (-trials, 2.0), (-((trials - 1.4) ** 2), 2.0)):
        assert estimate("x", trials, np.stack([ends] * 2, axis=1)).beta == pytest.approx(lowest)


def folder(root: Path, beta: float) -> Path:
    for name, pair in shipped(beta).items():
        for side, image in zip(("GT", "LQ/deg_000"), pair, strict=True):
            (root / side).mkdir(parents=True, exist_ok=True)
            pixels = (image.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            Image.fromarray(pixels).save(root / side / name)
    return root


def test_the_command_writes_what_the_pictures_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strings = tmp_path / "list.txt"
    strings.write_text(f"1 17 17/{OPEN}\n2 18 18/{OPEN}\n")
    pictures, out = folder(tmp_path / "pictures", 1.4), tmp_path / "out"
    command = ["pipelines", "import-seal", str(strings), "--out", str(out)]
    assert main([*command, "--pictures", str(pictures)]) == 0
    said = capsys.readouterr().err
    assert "seal_000: blur_1: beta 1." in said
    assert "of 1 to 1.8, by 5 pictures" in said
    assert "seal_001: no pictures" in said
    told, left = (
        yaml.safe_load((out / f"seal_00{n}.yaml").read_text())["lr"][0]["beta"] for n in (0, 1)
    )
    assert told == pytest.approx(1.4, abs=0.2)
    assert left == {"uniform": [1.0, 1.8]}
    assert "one beta for all" not in (out / "seal_000.yaml").read_text()
    assert "one beta for all" in (out / "seal_001.yaml").read_text()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("lq", r"has no LQ/deg_NNN of a string that leaves a beta open; .*say LQ/deg_000"),
        ("gt", r"1\.png: expected its HR as "),
        ("size", r"0\.png is \(40, 44\); expected a quarter of \(100, 100\)"),
        ("few", r"has 4 pictures; expected five or more"),
    ],
)
def test_a_folder_of_another_kind_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: str, said: str
) -> None:
    pictures, strings = folder(tmp_path / "pictures", 1.0), tmp_path / "list.txt"
    strings.write_text(f"1 17 17/{OPEN}\n")
    if spoil == "lq":
        (pictures / "LQ").rename(pictures / "LR")
    elif spoil == "gt":
        (pictures / "GT" / "1.png").unlink()
    elif spoil == "size":
        Image.new("RGB", (100, 100)).save(pictures / "GT" / "0.png")
    else:
        (pictures / "LQ" / "deg_000" / "1.png").unlink()
    command = ["pipelines", "import-seal", str(strings), "--out", str(tmp_path / "out")]
    assert main([*command, "--pictures", str(pictures)]) == 2
    assert re.search(said, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_known_betas_stand_where_no_pictures_are_given() -> None:
    texts = seal_texts(f"1 7321 7321/{OPEN}\n", "list")
    assert yaml.safe_load(texts["seal_000.yaml"])["lr"][0]["beta"] == 1.0


def test_the_noise_of_the_makings_costs_nothing() -> None:
    """Of flat grey beside itself, noise is all that a making errs by: its square would be some 30 levels^2."""
    (string,) = read_list(f"1 17 17/{second(rounds(), rounds())}\n")
    grey = {
        str(n): (torch.full((3, 160, 176), 0.5), torch.full((3, 40, 44), 0.5)) for n in range(4)
    }
    costs = seal_betas._costs(seal_pipeline(string, {}), grey)
    (made,) = seal_betas._made(seal_pipeline(string, {}), {"0": grey["0"]}, 0)
    noise = float((made - 0.5).square().mean()) * 255**2
    assert noise > 5
    assert abs(sum(costs) / 4) < 0.1 * noise
