"""The benchmark's own arithmetic, and that a peer does the same work in every round."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import harness, photographs
from benchmarks.harness import Contender


def test_contenders_take_turns_on_every_item_and_rotate() -> None:
    order: list[tuple[str, int]] = []
    contenders = [
        Contender(name, lambda item, name=name: order.append((name, item)))  # type: ignore[misc]
        for name in ("a", "b")
    ]
    seconds = harness.interleave(contenders, [0, 1], rounds=2)
    warm_up, first, second = order[:2], order[2:6], order[6:]
    assert warm_up == [("a", 0), ("b", 0)]
    assert first == [("a", 0), ("b", 0), ("b", 1), ("a", 1)]
    assert second == [("b", 0), ("a", 0), ("a", 1), ("b", 1)]
    assert {name: [len(items) for items in rounds] for name, rounds in seconds.items()} == {
        "a": [2, 2],
        "b": [2, 2],
    }


def test_rates_and_ratios_are_of_totals_over_a_round() -> None:
    seconds = {
        "slow": [[1.0, 3.0], [4.0, 4.0], [1.0, 1.0]],
        "fast": [[0.5, 0.5], [1.0, 1.0], [1.0, 1.0]],
    }
    assert harness.rates(seconds, work=10)["slow"] == harness.Spread(5.0, 2.5, 10.0)
    assert harness.speedup(seconds, over="slow", of="fast") == harness.Spread(4.0, 1.0, 4.0)


def test_a_result_holds_its_conditions(tmp_path: Path) -> None:
    body = {"ratio": harness.Spread(2.0, 1.0, 3.0)}
    path = harness.write(
        "name", body, harness.describe_machine(), tmp_path / "results" / "name.json"
    )
    result = json.loads(path.read_text())
    assert result["ratio"] == {"median": 2.0, "lowest": 1.0, "highest": 3.0}
    assert result["machine"]["cores"] >= 1
    assert len(result["machine"]["load_average"]) == 3
    assert result["machine"]["versions"]["torch"]


def test_crops_are_the_same_each_time_and_whole() -> None:
    crops = photographs.crops(7, 64)
    assert crops.shape == (7, 64, 64, 3)
    assert np.array_equal(crops, photographs.crops(7, 64))
    assert crops[6].std() > 0


@pytest.mark.parametrize("usm", [False, True])
def test_the_peer_repeats_a_plan_and_makes_eight_bit_pairs(usm: bool) -> None:
    pytest.importorskip("torchvision")
    peer = pytest.importorskip("benchmarks.real_esrgan_peer")
    hr = torch.from_numpy(photographs.crops(2, 64)).permute(0, 3, 1, 2).contiguous() / 255.0
    model = peer.RealEsrgan(usm=usm, pool=False)

    def lr(plan: int) -> torch.Tensor:
        peer.seed_everything(plan)
        return model.feed_data(hr, peer.draw_kernels(2))

    first = lr(1)
    assert first.shape == (2, 3, 16, 16)
    assert torch.equal(first * 255, (first * 255).round())
    assert torch.equal(first, lr(1))
    assert not torch.equal(first, lr(2))
