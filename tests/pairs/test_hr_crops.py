"""On-line crops: the pairs on disk, with any workers, after any resume."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

import degrade
from realsr.cli.main import main
from realsr.files.errors import RequestError
from realsr.images.errors import SourceError
from realsr.images.pixels import to_bytes
from realsr.pairs.hr_crops import HRCrops, KeyedSampler


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    generator = np.random.default_rng(0)
    for number in range(7):
        coarse = generator.integers(0, 256, (9, 11, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((96 + number, 80), Image.Resampling.BICUBIC).save(
            folder / f"photo{number}.png"
        )
    return folder


def loader(
    photographs: Path, workers: int, sampler: KeyedSampler, batch: int = 3
) -> DataLoader[object]:
    crops = HRCrops([photographs], crop=64, scale=4, seed=7)
    return DataLoader(  # type: ignore[arg-type]
        crops,
        batch_size=batch,
        sampler=sampler,
        num_workers=workers,
        persistent_workers=workers > 0,
    )


@pytest.mark.parametrize("name", ["second_order", "realesrgan"])
def test_on_line_pairs_are_the_pairs_on_disk(name: str, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "pairs"
    options = ["--crop", "64", "--variants", "2", "--seed", "7", "--pipeline", name]
    assert main(["make-pairs", str(photographs), "--out", str(out), *options]) == 0
    module = degrade.OnlineDegradation(name, scale=4, seed=7)
    sampler = KeyedSampler(7, seed=1)
    seen = set()
    batches = loader(photographs, 2, sampler)
    for epoch in range(2):
        sampler.set_epoch(epoch)
        for batch in batches:
            hr, lr = module(batch["hr"], batch["source"], batch["variant"])  # type: ignore[index]
            for index, source in enumerate(batch["source"]):  # type: ignore[index]
                for side, images in (("hr", hr), ("lr", lr)):
                    stored = np.asarray(Image.open(out / side / f"{source}_v{epoch}.png"))
                    assert np.array_equal(to_bytes(images[index]), stored)
                seen.add((source, epoch))
    assert len(seen) == 14


def test_an_epochs_order_is_its_own_and_complete() -> None:
    sampler = KeyedSampler(50, seed=3)
    orders = []
    for epoch in range(3):
        sampler.set_epoch(epoch)
        places = list(sampler)
        assert {variant for _, variant in places} == {epoch}
        orders.append([index for index, _ in places])
        assert sorted(orders[-1]) == list(range(50))
    assert orders[0] != orders[1] != orders[2]
    assert [index for index, _ in KeyedSampler(50, seed=3)] == orders[0]


def test_resume_in_the_middle_of_an_epoch() -> None:
    sampler = KeyedSampler(20, seed=3)
    sampler.set_epoch(4)
    whole = list(sampler)
    state = sampler.state_dict(consumed=8)
    resumed = KeyedSampler(20, seed=3)
    resumed.load_state_dict(state)
    resumed.set_epoch(4)  # the loop's first line
    assert len(resumed) == 12
    assert list(resumed) == whole[8:]
    assert list(resumed) == whole, "an epoch begun anew is whole"
    resumed.set_epoch(5)
    assert len(list(resumed)) == 20
    with pytest.raises(RequestError, match="place 8 of an epoch of 5"):
        KeyedSampler(5, seed=3).load_state_dict(state)


def test_shares_of_several_processes_cover_everything_evenly() -> None:
    shares = [list(KeyedSampler(10, rank=rank, world=4)) for rank in range(4)]
    assert {len(share) for share in shares} == {3}
    assert {index for share in shares for index, _ in share} == set(range(10))
    with pytest.raises(RequestError, match="rank 4 of 4"):
        KeyedSampler(10, rank=4, world=4)


def test_a_bad_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no images under"):
        HRCrops([tmp_path], crop=64, scale=4)
    (tmp_path / "bad.png").write_bytes(b"")
    with pytest.raises(SourceError, match=r"bad\.png: the file is empty"):
        HRCrops([tmp_path], crop=64, scale=4)[0]
    Image.new("RGB", (40, 40)).save(tmp_path / "bad.png")
    with pytest.raises(SourceError, match="smaller than the crop"):
        HRCrops([tmp_path], crop=64, scale=4)[0]


def test_pixels_are_the_sources(photographs: Path) -> None:
    crops = HRCrops([photographs], crop=64, scale=4, seed=7)
    first, again = crops[(2, 5)], crops[(2, 5)]
    assert torch.equal(first["hr"], again["hr"])
    assert first["hr"].shape == (3, 64, 64)
    assert first["source"] == "photo2"
    assert not torch.equal(crops[(2, 6)]["hr"], first["hr"])
    picture = np.asarray(Image.open(photographs / "photo2.png"))
    windows = np.lib.stride_tricks.sliding_window_view(picture, (64, 64, 3)).reshape(-1, 64, 64, 3)
    assert (windows == to_bytes(first["hr"])).all(axis=(1, 2, 3)).any()


def test_grey_and_coloured_pictures_meet_in_a_batch(tmp_path: Path) -> None:
    for name, shape in {"grey": (40, 40), "colour": (40, 40, 3)}.items():
        Image.fromarray(np.full(shape, 90, np.uint8)).save(tmp_path / f"{name}.png")
    plain = HRCrops([tmp_path], crop=32, scale=4)
    mixed = HRCrops([tmp_path], crop=32, scale=4, rgb=True)
    assert {len(plain[index]["hr"]) for index in (0, 1)} == {1, 3}
    (batch,) = DataLoader(mixed, batch_size=2)
    assert batch["hr"].shape == (2, 3, 32, 32)
    assert torch.equal(mixed[1]["hr"][0], plain[1]["hr"][0])
