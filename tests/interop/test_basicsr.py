"""Our data in BasicSR's option files: registered, read strictly, and trained on by its own SRModel."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader
from typer.testing import CliRunner

import degrade
from realsr.cli.main import app
from realsr.files.errors import RequestError
from realsr.images.errors import SourceError
from realsr.interop import basicsr, basicsr_import
from realsr.interop.basicsr_datasets import RealSROnlineDataset, RealSRPairsDataset
from realsr.pairs.hr_crops import HRCrops
from realsr.pairs.manifest import read_manifest
from realsr.pairs.store.table import opened

OPTIONS = Path(__file__).with_name("basicsr_x2.yml")

needs_basicsr = pytest.mark.skipif(
    importlib.util.find_spec("basicsr") is None, reason="BasicSR 1.4.2 is not installed"
)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    root = tmp_path / "photographs"
    (root / "inner").mkdir(parents=True)
    for index, name in enumerate(("a", "b", "inner/c")):
        coarse = np.random.default_rng(index).integers(0, 255, (8, 8, 3), np.uint8)
        picture = cv2.resize(coarse, (51, 47), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(root / f"{name}.png"), picture)
    return root


def online(photographs: Path, **changes: Any) -> RealSROnlineDataset:
    section = {
        "name": "photographs",
        "type": "RealSROnlineDataset",
        "phase": "train",
        "scale": 2,
        "dataroot_gt": str(photographs),
        "pipeline": "second_order",
        "gt_size": 32,
        "seed": 5,
        "io_backend": {"type": "disk"},
        "batch_size_per_gpu": 4,
    }
    return RealSROnlineDataset(section | changes)


@pytest.fixture
def pairs(photographs: Path, tmp_path: Path) -> Path:
    options = ["--pipeline", "bicubic", "--scale", "2", "--crop", "40"]
    made = CliRunner().invoke(
        app, ["make-pairs", str(photographs), "--out", str(tmp_path / "pairs"), *options]
    )
    assert made.exit_code == 0, made.output
    return tmp_path / "pairs"


def stored(pairs: Path, **changes: Any) -> RealSRPairsDataset:
    section = {
        "name": "stored",
        "phase": "train",
        "scale": 2,
        "dataroot": str(pairs),
        "gt_size": 32,
    }
    return RealSRPairsDataset(section | changes)


def test_an_online_sample_is_the_one_that_the_library_draws(photographs: Path) -> None:
    dataset = online(photographs, variants=4)
    crop = HRCrops([photographs], crop=32, scale=2, seed=5)[1, 2]
    hr, lr = degrade.OnlineDegradation("second_order", scale=2, seed=5)(crop["hr"][None], ["b"], 2)
    sample = dataset[2 * 3 + 1]
    assert len(dataset) == 12
    assert torch.equal(sample["gt"], hr[0])
    assert torch.equal(sample["lq"], lr[0])
    assert sample["lq_path"] == sample["gt_path"] == str(photographs / "b.png")
    assert sample["lq"].shape == (3, 16, 16)


def test_variants_differ_and_indices_repeat_themselves(photographs: Path) -> None:
    dataset = online(photographs, variants=2, use_hflip=True, use_rot=True)
    first, again, other = dataset[0], online(photographs, variants=9)[0], dataset[3]
    assert torch.equal(first["lq"], dataset[0]["lq"])
    assert first["gt_path"] == other["gt_path"]
    assert not torch.equal(first["lq"], other["lq"])
    assert again["gt"].shape == first["gt"].shape


def test_turns_are_drawn_by_address_and_all_happen(photographs: Path) -> None:
    plain = online(photographs, variants=20, pipeline="bicubic")
    turned = online(photographs, variants=20, pipeline="bicubic", use_hflip=True, use_rot=True)
    seen = set()
    for index in range(0, 60, 3):
        hr, other = plain[index]["gt"], turned[index]["gt"]
        turns = [
            (m, u, t)
            for m in (0, 1)
            for u in (0, 1)
            for t in (0, 1)
            if torch.equal(_turned(hr, m, u, t), other)
        ]
        assert len(turns) == 1
        seen.add(turns[0])
    assert len(seen) >= 6


def _turned(image: torch.Tensor, mirrored: int, upside_down: int, transposed: int) -> torch.Tensor:
    image = image.flip(-1) if mirrored else image
    image = image.flip(-2) if upside_down else image
    return image.transpose(-1, -2) if transposed else image


def test_a_sample_is_the_same_from_a_worker_process(photographs: Path) -> None:
    dataset = online(photographs, variants=2)
    state = random.getstate(), np.random.get_state()[1].tolist()
    loader = DataLoader(dataset, batch_size=3, num_workers=1)
    batches = list(loader)
    assert torch.equal(batches[1]["lq"][2], dataset[5]["lq"])
    assert (random.getstate(), np.random.get_state()[1].tolist()) == state


def test_validation_takes_whole_pictures_and_grey_becomes_colour(photographs: Path) -> None:
    cv2.imwrite(str(photographs / "grey.png"), np.full((33, 40), 90, np.uint8))
    dataset = online(photographs, phase="val", pipeline="bicubic", use_hflip=True)
    assert dataset[0]["gt"].shape == (3, 46, 50)
    assert dataset[0]["lq"].shape == (3, 23, 25)
    grey = dataset[2]
    assert grey["gt"].shape == (3, 32, 40)
    assert torch.equal(grey["gt"], torch.full((3, 32, 40), 90 / 255))


def test_unknown_keys_are_refused_with_the_near_one(photographs: Path) -> None:
    with pytest.raises(
        RequestError, match="photographs: unknown key 'gt_sise'; did you mean 'gt_size'"
    ):
        online(photographs, gt_sise=32)
    with pytest.raises(RequestError, match="gt_size is missing"):
        online(photographs, gt_size=None)
    with pytest.raises(RequestError, match="variants: Input should be greater"):
        online(photographs, variants=0)


def test_stored_pairs_are_cropped_and_turned_together(pairs: Path) -> None:
    dataset = stored(pairs, variants=30, use_hflip=True, use_rot=True)
    assert len(dataset) == 90
    hr = cv2.imread(str(pairs / "hr" / "b.png"))[:, :, ::-1] / np.float32(255)
    places = set()
    for index in range(1, 90, 3):
        sample = dataset[index]
        assert sample["gt"].shape == (3, 32, 32)
        assert sample["lq"].shape == (3, 16, 16)
        assert sample["lq_path"] == str(pairs / "lr" / "b.png")
        assert sample["gt_path"] == str(pairs / "hr" / "b.png")
        places.add(float(sample["gt"].sum()))
        # The mean of 2 x 2 HR pixels follows the LR closely only where both are cut and turned alike.
        mean = torch.nn.functional.avg_pool2d(sample["gt"], 2)
        assert float((mean - sample["lq"]).abs().mean()) < 0.01
    assert len(places) > 10
    whole = stored(pairs, phase="val")[1]
    assert np.array_equal(whole["gt"].permute(1, 2, 0).numpy(), hr)
    assert whole["lq"].shape == (3, 20, 20)


def test_stored_pairs_that_do_not_fit_are_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="pairs of scale 2, the option file says 4"):
        stored(pairs, scale=4)
    with pytest.raises(RequestError, match="gt_size 33 is not a multiple of the scale 2"):
        stored(pairs, gt_size=33)
    with pytest.raises(RequestError, match="no folder of pairs"):
        stored(tmp_path / "photographs")
    with pytest.raises(SourceError, match="smaller than the crop"):
        stored(pairs, gt_size=48)[0]


@needs_basicsr
def test_registering_twice_is_no_harm_and_a_taken_name_is_said() -> None:
    basicsr.register()
    basicsr.register()
    registry = basicsr_import.load("basicsr.utils.registry").DATASET_REGISTRY
    assert registry.get("RealSRPairsDataset") is RealSRPairsDataset
    ours = registry._obj_map.pop("RealSRPairsDataset")
    registry._obj_map["RealSRPairsDataset"] = int
    try:
        with pytest.raises(RequestError, match="another dataset RealSRPairsDataset"):
            basicsr.register()
    finally:
        registry._obj_map["RealSRPairsDataset"] = ours
    assert basicsr_import.ALIAS not in sys.modules


@needs_basicsr
def test_its_own_folder_dataset_reads_our_pairs(pairs: Path) -> None:
    build = basicsr_import.load("basicsr.data").build_dataset
    section = {
        "name": "folders",
        "type": "PairedImageDataset",
        "phase": "val",
        "scale": 2,
        "dataroot_gt": str(pairs / "hr"),
        "dataroot_lq": str(pairs / "lr"),
        "io_backend": {"type": "disk"},
    }
    theirs, ours = build(section), stored(pairs, phase="val")
    keys = [pair.key for pair in read_manifest(opened(pairs))[1]]
    assert len(theirs) == len(ours) == len(keys) == 3
    found = {sample["lq_path"]: sample for sample in theirs}
    for own in (ours[index] for index in range(3)):
        sample = found[own["lq_path"]]
        assert sample["gt_path"] == own["gt_path"]
        torch.testing.assert_close(sample["lq"], own["lq"], atol=1e-6, rtol=0)
        torch.testing.assert_close(sample["gt"], own["gt"], atol=1e-6, rtol=0)


@pytest.fixture
def _global_generators() -> Iterator[None]:
    """BasicSR seeds every global generator; the other tests get theirs back."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])
    torch.set_rng_state(states[2])


@needs_basicsr
@pytest.mark.usefixtures("_global_generators")
def test_one_step_of_its_model_through_an_option_file(
    photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    basicsr.register()
    monkeypatch.chdir(photographs.parent)
    monkeypatch.setattr(sys, "argv", ["train.py", "-opt", str(OPTIONS)])
    opt, _ = basicsr_import.load("basicsr.utils.options").parse_options(str(photographs.parent))
    training = basicsr_import.load("basicsr.train")
    logger = basicsr_import.load("basicsr.utils").get_root_logger()
    loader, _, _, epochs, iterations = training.create_train_val_dataloader(opt, logger)
    model = basicsr_import.load("basicsr.models").build_model(opt)
    before = {name: value.clone() for name, value in model.net_g.state_dict().items()}
    model.update_learning_rate(1)
    batch = next(iter(loader))
    model.feed_data(batch)
    model.optimize_parameters(1)
    after = model.net_g.state_dict()
    assert batch["lq"].shape == (2, 3, 16, 16)
    assert (epochs, iterations) == (1, 1)
    assert float(model.log_dict["l_pix"]) > 0
    assert any(not torch.equal(after[name], value) for name, value in before.items())
