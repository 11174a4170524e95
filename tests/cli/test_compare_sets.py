"""`realsr compare-sets` from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.estimation.seen import Seen
from realsr.estimation.single.feature_names import NAMES
from realsr.files.errors import RequestError
from realsr.measuring.compared_words import compared_lines
from realsr.measuring.comparing import compared
from realsr.measuring.items import Item
from realsr.measuring.sampling import SIDES, Sampled, common_side, places, sample, source_of

COUNT = 10
SIDE = 64
Change = Callable[[Image.Image], Image.Image]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compare-sets", *map(str, arguments), "--workers", "1"])


def folder(root: Path, first: int, change: Change = lambda one: one, count: int = COUNT) -> Path:
    """So many places of a photograph, one after another from the `first` on."""
    root.mkdir()
    picture = Image.fromarray(data.astronaut())
    for number in range(first, first + count):
        row, column = divmod(number, 8)
        box = (column * SIDE, row * SIDE, column * SIDE + SIDE, row * SIDE + SIDE)
        change(picture.crop(box)).save(root / f"{number:02}.png")
    return root


@pytest.fixture(scope="module")
def blurred(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Result]:
    """What the command says of the sharp folder and another, blurred one that has a text in it, too."""
    root = tmp_path_factory.mktemp("sets")
    one = folder(root / "sharp", 0)
    other = folder(root / "soft", COUNT, lambda one: one.filter(ImageFilter.GaussianBlur(1.0)))
    (other / "text.png").write_bytes(b"nothing")
    done = run(one, other, "--json")
    return root, json.loads(done.stdout), done


def test_json_is_one_object(blurred: tuple[Path, dict[str, Any], Result]) -> None:
    root, told, done = blurred
    assert done.exit_code == 3
    assert "text.png" in done.stderr
    assert (told["first"], told["second"]) == (str(root / "sharp"), str(root / "soft"))
    assert told["pictures"] == told["sources"] == [COUNT, COUNT]
    assert told["side"] == SIDE
    assert told["refused"] == {}
    for name in ("auc", "floor"):
        assert told[name]["low"] <= told[name]["value"] <= told[name]["high"]


def test_a_blurred_folder_is_told_apart_by_what_is_missing(
    blurred: tuple[Path, dict[str, Any], Result],
) -> None:
    told = blurred[1]
    assert told["differ"]
    assert told["auc"]["value"] > 0.9 > told["floor"]["high"]
    best = told["features"][0]
    assert best["beyond_chance"]
    assert best["higher_in"] == "first"
    marginal = told["marginals"]["mtf50"]
    assert marginal["first"]["median"] > marginal["second"]["median"]
    assert 0.5 < marginal["auc"] <= 1
    assert marginal["first"]["of"] <= COUNT


def made(first: int, shift: float) -> list[Sampled]:
    """Pictures whose features are random, the first of them shifted; all but two have an MTF50."""
    generator = np.random.default_rng(first)
    rows = generator.normal(size=(COUNT, len(NAMES)))
    rows[:, 0] += shift
    items = [Item(str(number), Path(str(number))) for number in range(first, first + COUNT)]
    told = [{"mtf50": 0.1 * shift + 0.01 * number} for number in range(COUNT)]
    return [
        Sampled(item, row.astype(np.float32), known if number > 1 else {})
        for number, (item, row, known) in enumerate(zip(items, rows, told, strict=True))
    ]


def test_a_folder_is_not_told_from_itself() -> None:
    record = compared(made(0, 0.0), made(0, 0.0), 64)
    assert not record["differ"]
    words = "\n".join(compared_lines(record, "A", "B"))
    assert "no better than chance" in words
    assert "no feature alone gives them away" in words


def test_halves_of_one_folder_lie_on_their_floor(tmp_path: Path) -> None:
    """Places of one photograph, dealt by a seed: in 2.5 % of the seeds they would differ."""
    whole = folder(tmp_path / "whole", 0, count=2 * COUNT)
    halves = [tmp_path / "even", tmp_path / "odd"]
    for half in halves:
        half.mkdir()
    mixed = np.random.default_rng(0).permutation(sorted(path.name for path in whole.iterdir()))
    for number, name in enumerate(mixed):
        (whole / name).rename(halves[number % 2] / name)
    told = json.loads(run(*halves, "--json").stdout)
    assert not told["differ"]
    assert told["floor"]["low"] < 0.5 < told["floor"]["high"]
    assert told["auc"]["value"] <= told["floor"]["high"]
    assert told["auc"]["low"] < told["floor"]["value"] < told["auc"]["high"]
    assert "dealt at random" in told["floor"]["method"]


def test_words_say_which_set_has_more() -> None:
    words = "\n".join(compared_lines(compared(made(0, 0.0), made(COUNT, 9.0), 64), "A", "B"))
    assert f"1.00  more in B: {NAMES[0]}" in words
    assert (
        "1.00  mtf50: 0.055 (0.027 to 0.083) in A; 0.955 (0.927 to 0.983) in B cycles/px" in words
    )


def test_too_few_pictures_are_refused_with_their_number(tmp_path: Path) -> None:
    sharp = folder(tmp_path / "sharp", 0)
    (tmp_path / "few").mkdir()
    for number in range(3):
        Image.fromarray(data.astronaut()[:64, :64]).save(tmp_path / "few" / f"{number}.png")
    done = run(sharp, tmp_path / "few", "--json")
    assert done.exit_code == 2
    assert "the second set has 3 photographs" in done.stderr
    refused = json.loads(done.stdout)["refused"]
    assert refused.keys() == {"auc", "floor", "features"}
    assert all("the second set has 3 photographs" in why for why in refused.values())
    with pytest.raises(RequestError, match="first set has 9 photographs"):
        compared(made(0, 0.0)[1:], made(COUNT, 0.0), 64)


def test_pairs_of_one_photograph_are_one_source() -> None:
    keys = ("a", "a_v2", "a_v12_y00012_x00400", "a_y00000_x00000", "b_v1", "a_y1_x2")
    sources = [source_of(Item(key, Path(key))) for key in keys]
    assert sources == ["a", "a", "a", "a", "b", "a_y1_x2"]


def test_the_side_is_the_largest_that_nine_tenths_have(tmp_path: Path) -> None:
    items = []
    for number, side in enumerate([200] * 9 + [60]):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (side + 100, side)).save(path)
        items.append(Item(str(number), path))
    assert common_side([items]) == 192
    assert common_side([items, items[8:]]) == 48
    assert common_side([items[9:], items]) == 48
    (tmp_path / "text.png").write_bytes(b"nothing")
    assert common_side([[Item("text", tmp_path / "text.png")]]) == SIDES[-1]
    assert "48 x 48" not in str(sample(items[9], 48).fault)
    assert "60 x 160 px; the sets are compared at 64 x 64" in str(sample(items[9], 64).fault)


@pytest.mark.parametrize("shape", [(64, 64), (127, 128), (300, 70), (513, 1000)])
def test_places_lie_on_the_grid_within_the_picture_and_do_not_overlap(
    shape: tuple[int, int],
) -> None:
    rows, columns = np.indices(shape)
    pixels = np.stack([rows // 8 % 256, columns // 8 % 256, (rows % 8) * 8 + columns % 8], 2)
    found = list(places(Seen(pixels.astype(np.uint8)), 64))
    assert len(found) == np.prod([2 if length >= 128 else 1 for length in shape])
    seen = [(int(one[0, 0, 0]), int(one[0, 0, 1])) for one in found]
    for one in found:
        assert one.shape == (64, 64, 3)
        assert one[0, 0, 2] == 0
    for a, b in [(a, b) for a in seen for b in seen if a < b]:
        assert abs(a[0] - b[0]) >= 8 or abs(a[1] - b[1]) >= 8
