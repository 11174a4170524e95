"""The laboratory: its parts by hand, and the whole of it from the command to a page that stands alone."""

from __future__ import annotations

import json
import math
import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.files.errors import RequestError
from realsr.ganlab.lab.answers import LabTests
from realsr.ganlab.lab.artefacts import artefact_scores
from realsr.ganlab.lab.laboratory import run_laboratory
from realsr.ganlab.lab.memory import HELD_OUT, Watched, memory_plots
from realsr.ganlab.lab.pictures import made_picture, write_pictures
from realsr.ganlab.lab.plane import PlanePoint, plane_plot, summary
from realsr.ganlab.lab.trainings import (
    CONTENT,
    FEW,
    GAN,
    NOISE,
    QUICK,
    TRAININGS,
    configuration,
    train_all,
)
from realsr.training.config_file import parse_config
from tests.pages.alone import SVG


def test_made_pictures_are_all_different_and_come_again() -> None:
    first = made_picture(3, 0)
    assert first.shape == (128, 128, 3)
    assert np.array_equal(first, made_picture(3, 0))
    assert not np.array_equal(first, made_picture(3, 1))
    assert not np.array_equal(first, made_picture(4, 0))
    assert first.std() > 10


def test_pictures_that_are_there_stay(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 2, 0)
    paths[0].write_bytes(b"mine")
    paths[1].unlink()
    assert write_pictures(tmp_path, 2, 0) == paths
    assert paths[0].read_bytes() == b"mine"
    assert paths[1].exists()


def test_trainings_differ_in_what_they_say(tmp_path: Path) -> None:
    for folder, count in (("training", 2), ("few", 2), ("testing", 2)):
        write_pictures(tmp_path / "pictures" / folder, count, 0)
    found = {one.name: configuration(one, QUICK, tmp_path, 7) for one in TRAININGS}
    assert len(found) == 6
    assert "discriminator" not in found[CONTENT.name]
    gan, few, noise = (found[one.name] for one in (GAN, FEW, NOISE))
    assert few["data"].pop("hr") != gan["data"].pop("hr")
    assert few == gan
    assert noise["model"]["name"] == "noise_srvgg"
    assert [term["name"] for term in noise["objective"]["terms"]] == [
        "lr_consistency",
        "adversarial",
    ]
    parse_config(yaml.safe_dump(configuration(CONTENT, QUICK, tmp_path, 7)))


def set_of(count: int = 2) -> LabTests:
    import degrade
    from realsr.ganlab.degraded import cases  # beside its only use

    hr = {
        f"p{n}": torch.from_numpy(made_picture(0, n, 96)).permute(2, 0, 1) / 255
        for n in range(count)
    }
    return LabTests(tuple(hr), tuple(cases(hr, degrade.load_pipeline("bicubic", 4))))


def test_costs_of_known_answers() -> None:
    tests = set_of()
    hr = tests.hr
    assert tests.rmse(hr) == 0
    assert tests.perception(hr) == 0
    assert tests.consistency(hr) == math.inf
    moved = [(image + 5 / 255).clamp(0, 1) for image in hr]
    assert tests.rmse(moved) == pytest.approx(5, abs=0.05)
    assert tests.perception(moved) < 0.05
    scores = artefact_scores(tests, moved, hr)
    assert scores.brightness == pytest.approx(5, abs=0.05)
    assert (scores.desra, scores.spikes) == pytest.approx((0, 0), abs=1e-6)
    assert scores.colour == pytest.approx(0, abs=0.05)
    back = tests.made_consistent(moved)
    assert tests.consistency(back) > tests.consistency(moved) + 10


def test_the_plane_by_hand() -> None:
    points = [
        PlanePoint("weights", "a", 10.0, 4.0),
        PlanePoint("weights", "b", 12.0, 1.0),
        PlanePoint("networks", "0.5", 11.0, 3.0),
        PlanePoint("images", "0.5", 11.0, 3.5),
    ]
    found = summary(points)
    assert [point.label for point in found.front] == ["a", "0.5", "b"]
    assert found.front[1].way == "networks"
    assert found.limit == pytest.approx(10 * math.sqrt(2))
    assert 20 * math.log10(found.limit / 10) == pytest.approx(3.0103, abs=1e-4)
    right, top = found.reference
    assert (right, top) == pytest.approx((12.6, 4.2))
    assert found.volume["networks"] == pytest.approx((right - 11) * (top - 3))
    assert found.volume["weights"] == pytest.approx(
        (12 - 10) * (top - 4) + (right - 12) * (top - 1)
    )
    plot = plane_plot(points, found)
    assert len(plot.curves) == 3
    assert sum(len(places) for _, places in plot.dots) == 4


def event(step: int, r_v: float | None) -> dict[str, object]:
    held = {
        "real": 0.1,
        "auc": {"value": 0.6, "low": 0.5, "high": 0.7},
        "gap": {"value": 0.3, "low": 0.1, "high": 0.4},
    }
    held |= {"r_v": r_v} if r_v is not None else {"undefined": "too little"}
    train = {
        "real": 1.0,
        "generated": -1.0,
        "auc": {"value": 0.9, "low": 0.8, "high": 1.0},
        "r_t": 0.5,
    }
    return {"step": step, "kind": "overfitting", "train": train, HELD_OUT: held}


def test_memory_is_read_from_the_log(tmp_path: Path) -> None:
    lines = [event(10, None), event(20, 0.25), {"step": 20, "kind": "alarm", "set": "held_out"}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "log.jsonl").write_text(text)
    watched = Watched.read("few", tmp_path)
    assert watched.curve(HELD_OUT, "r_v") == [(20.0, 0.25)]
    assert watched.words == [
        "few",
        "0.90 (0.80 to 1.00)",
        "0.60 (0.50 to 0.70)",
        "0.30 (0.10 to 0.40)",
        "0.25",
        "0.50",
        "alarm at step 20",
    ]
    ratio, logits = memory_plots([watched])
    assert [name for name, _ in ratio.names] == ["few"]
    assert "generated" in {name for name, _ in logits.names}
    (tmp_path / "log.jsonl").write_text("")
    empty = Watched.read("few", tmp_path)
    assert empty.words == ["few", "–", "–", "–", "–", "–", "no check was made"]


def test_the_command_makes_one_page_of_five(tmp_path: Path) -> None:
    out = tmp_path / "lab"
    done = CliRunner().invoke(app, ["gan-lab", "--quick", "--out", str(out)])
    assert done.exit_code == 0, done.output
    page = (out / "index.html").read_text()
    assert page.count("<h2 id=") == 5
    sources = re.findall(r'src="([^"]*)"', page)
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "http" not in page.replace(SVG, "")
    table = json.loads((out / "gan_lab.json").read_text())
    assert len(table["artefacts"]) == 6
    assert table["samples"]["means"]["diversity"] > 0
    assert len(table["plane"]["points"]) == 4 + 5 + 5
    assert set(table["plane"]["hypervolume"]) == {"weights", "networks", "images"}
    assert [len(one["checks"]) for one in table["discriminators"]] == [1, 1]
    projected = next(one for name, one in table["artefacts"].items() if "projected" in name)
    plain = table["artefacts"]["L1 + 0.08 GAN"]
    assert projected["consistency"] > plain["consistency"] + 10
    # The mean of both modes, of the exact case, within 1 %.
    mean, *_, sample = table["averaging"]["exact"]["told"]
    assert (mean["squared"], sample["squared"]) == (
        pytest.approx(1, rel=0.01),
        pytest.approx(2, rel=0.01),
    )
    # Called again it trains nothing and says the same.
    before = (out / "gan_lab.json").read_bytes()
    told: list[str] = []
    assert train_all(out, QUICK, 0, lambda what, share: told.append(what))
    assert told == []
    with pytest.raises(RequestError, match="another seed or size"):
        run_laboratory(out, QUICK, seed=1)
    assert (out / "gan_lab.json").read_bytes() == before


@pytest.mark.slow
def test_an_interrupted_laboratory_ends_with_the_same_bytes(tmp_path: Path) -> None:
    size = replace(QUICK, content=6, gan=3)
    asked = iter([False] * 4 + [True] + [False] * 2 + [True])

    class Ends:
        @property
        def asked(self) -> bool:
            return next(asked, False)

    @contextmanager
    def interrupted():
        yield Ends()

    for name in ("pieces", "whole"):
        root = tmp_path / name / "lab"
        while run_laboratory(root, size, interrupts=interrupted) is None:
            pass
    one, other = (
        (tmp_path / name / "lab" / "gan_lab.json").read_bytes() for name in ("whole", "pieces")
    )
    assert one == other
