"""The benchmark's own arithmetic, and that a peer does the same work in every round."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

import degrade
from benchmarks import (
    bsrgan_peer,
    drawing,
    gpu,
    gpu_operators,
    harness,
    launches,
    operators,
    operators_work,
    photographs,
)
from benchmarks.harness import Contender
from benchmarks.operators_rows import GENERIC, ROWS
from benchmarks.training import step
from degrade.functional.psf import gaussian_psf


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


def test_the_second_peer_repeats_a_plan_and_makes_eight_bit_pairs() -> None:
    photo = photographs.crops(1, 64)[0].astype(np.float32) / 255

    def lr(plan: int) -> bsrgan_peer.Image:
        bsrgan_peer.seed_everything(plan)
        return bsrgan_peer.degrade(photo)

    first = lr(1)
    assert first.shape == (16, 16, 3)
    assert first.dtype == np.float32
    assert np.array_equal(first * 255, (first * 255).round())
    assert np.array_equal(first, lr(1))
    assert not np.array_equal(first, lr(2))


def test_the_second_peers_kernels_are_our_gaussians() -> None:
    size, ones = torch.tensor([15]), torch.ones(1, dtype=torch.float64)
    ours = gaussian_psf(size, 1.7 * ones, 0.9 * ones, 0.6 * ones, canvas=15)[0].numpy()
    theirs = bsrgan_peer.anisotropic(15, 0.6, 1.7**2, 0.9**2)
    assert np.abs(theirs - ours).max() < 1e-12
    ours = gaussian_psf(size, 1.3 * ones, 1.3 * ones, 0 * ones, canvas=15)[0].numpy()
    assert np.abs(bsrgan_peer.isotropic(15, 1.3) - ours).max() < 1e-12


def test_the_second_peer_has_the_marginals_of_the_pipeline_of_its_name() -> None:
    """Contrast and finest detail of the LR of one photograph, 150 draws each: Kolmogorov-Smirnov."""
    photo = photographs.crops(1, 64)[0].astype(np.float32) / 255
    bsrgan_peer.seed_everything(0)
    theirs = np.stack([bsrgan_peer.degrade(photo) for _ in range(150)])
    traces = degrade.draw(
        degrade.load_pipeline("bsrgan", scale=4), degrade.keys(0, map(str, range(150)))
    )
    hr = torch.from_numpy(photo).permute(2, 0, 1).expand(150, -1, -1, -1)
    ours = degrade.apply(traces, hr).permute(0, 2, 3, 1).numpy()

    def detail(lr: np.ndarray) -> np.ndarray:
        return np.asarray(np.square(np.diff(lr, axis=1)).mean((1, 2, 3)))

    assert stats.ks_2samp(theirs.std((1, 2, 3)), ours.std((1, 2, 3))).pvalue > 1e-3
    assert stats.ks_2samp(detail(theirs), detail(ours)).pvalue > 1e-3


def test_the_gpu_benchmark_refuses_in_one_sentence_where_no_such_device_is() -> None:
    with pytest.raises(SystemExit, match="CUDA device and torch finds no 'cuda:99' here; run it"):
        gpu.main(["--device", "cuda:99"])
    assert gpu.arguments([]).batches == [32, 128]


@pytest.mark.parametrize(
    ("side", "expected"), [("62", "multiple of 4"), ("0", "multiple of 4"), ("64", "--no-peer")]
)
def test_the_gpu_benchmark_refuses_a_side_that_it_cannot_measure(
    side: str, expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "_has_peer", lambda: True)
    with pytest.raises(SystemExit):
        gpu.main(["--device", "cpu", "--side", side])
    assert expected in capsys.readouterr().err
    assert gpu.arguments(["--side", "64", "--no-peer"]).side == 64


def test_the_gpu_benchmark_measures_any_device(tmp_path: Path) -> None:
    """On the CPU, small: every part fills its place in the result."""
    path = tmp_path / "gpu.json"
    given = "--device cpu --batches 2 --side 64 --count 1 --rounds 1 --no-peer --out"
    gpu.main([*given.split(), str(path)])
    result = json.loads(path.read_text())
    assert [row["usm"] for row in result["pairs"]] == [False, True]
    assert all(0 < row["floor"]["reached"] < 1 for row in result["pairs"])
    assert result["operators"]["2"]["usm"]["torch_calls"] > 0
    assert result["agreement"]["equal_values"] > 0.99
    assert max(result["agreement"]["largest_difference"].values()) == 0.0


def test_the_share_of_a_training_step_is_rehearsed_on_the_cpu(tmp_path: Path) -> None:
    path = tmp_path / "share.json"
    given = "--device cpu --pipelines gaussian8 --batch 2 --side 16 --steps 2 --blocks-a-round 1 --rounds 2"
    step.main([*given.split(), "--blocks", "1", "--features", "4", "--out", str(path)])
    (row,) = json.loads(path.read_text())["rows"]
    times = row["milliseconds_a_step"]
    assert all(times[name]["lowest"] > 0 for name in (step.READY, step.ONLINE))
    assert row["share"]["lowest"] <= row["share"]["median"] <= row["share"]["highest"] < 1
    with pytest.raises(SystemExit, match="measures a CUDA device"):
        step.main(["--device", "cuda:99"])


@pytest.mark.skipif(importlib.util.find_spec("basicsr") is None, reason="basicsr is not installed")
def test_the_peers_operations_are_counted_on_the_cpu() -> None:
    told = launches.peer_of(batch=2, side=64, seeds=2)
    least, median, most = told["launches"]
    assert 200 < least <= median <= most < 1000
    # At the least the HR is read once and the LR written.
    assert told["megabytes_a_pair"][0] > 1e-6 * 4 * 3 * (64 * 64 + 16 * 16)


def test_the_cost_of_drawing_is_measured_per_sample(tmp_path: Path) -> None:
    path = tmp_path / "drawing.json"
    given = "--pipelines bicubic second_order --batches 4 --count 3 --out"
    drawing.main([*given.split(), str(path)])
    simple, rich = json.loads(path.read_text())["rows"]
    assert 0 < simple["draw"]["lowest"] < rich["draw"]["highest"]
    assert 0 < rich["plan"]["lowest"] <= rich["plan_mean"] <= rich["plan"]["highest"]


def test_the_floor_counts_each_step_once_in_and_once_out() -> None:
    """realesrgan ends at a sixteenth of the HR; a quantise moves its image twice."""
    hr = torch.zeros(3, 3, 64, 64)
    plans = gpu.plans_of(hr, 0, usm=True)
    last = [(plan[-1],) for plan in plans]
    assert gpu.bytes_a_pair(last) == 2 * 16 * 16 * 3 * 4
    assert gpu.bytes_a_pair(plans) > gpu.bytes_a_pair(gpu.plans_of(hr, 0, usm=False))


def test_torch_calls_are_counted() -> None:
    assert gpu_operators.torch_calls(lambda: torch.zeros(3) + 1) == 2


@pytest.fixture(scope="module")
def small_operators(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every operator beside every peer, on one small photograph."""
    path = tmp_path_factory.mktemp("operators") / "operators.json"
    given = "--side 64 --batch 1 --images 1 --rounds 1 --settings 1x1 --out"
    operators.main([*given.split(), str(path)])
    return path


def test_every_operator_is_timed_beside_every_peer_that_is_installed(small_operators: Path) -> None:
    report = json.loads(small_operators.read_text())
    here = operators.installed()
    assert report["not_installed"] == [name for name, found in here.items() if not found]
    for row, result in zip(ROWS, report["results"], strict=True):
        present = {name for name in row.others if here.get(operators.library_of(name), True)}
        (setting,) = result["settings"]
        assert set(setting["times_faster"]) == present
        assert set(setting["images_per_second"]) == {"ours", "floor", *present}
        named = {operators.library_of(name) for name in row.others} | set(row.none)
        assert named >= set(operators.LIBRARIES)


def test_peers_that_are_called_equal_make_our_pixels(small_operators: Path) -> None:
    """Largest difference on 0..255 where the table says that the work is the same."""
    pixels = {
        result["operator"]: result["pixels"]
        for result in json.loads(small_operators.read_text())["results"]
    }
    equal = {
        "Gaussian blur, 13 taps": ("kornia", "torchvision", "albumentations, float32"),
        "own 21x21 filter an image": ("kornia", "torch, grouped conv2d"),
        "motion blur, 15 px": ("torch, grouped conv2d",),
        "resize to a quarter, area": ("kornia", "torch, interpolate", "albumentations, float32"),
        "unsharp mask without threshold, sigma 2": ("kornia",),
    }
    for operator, peers in equal.items():
        for peer in peers:
            if operators.installed().get(operators.library_of(peer), True):
                assert pixels[operator][peer]["largest"] < 0.01, (operator, peer)
    for jpeg in ("JPEG, quality 60, by libjpeg", "JPEG, quality 60, in tensor arithmetic"):
        assert pixels[jpeg].get("torchvision", {"largest": 0.0})["largest"] < 1e-3
    assert all(19 < pixels["Gaussian noise"][side]["noise"] < 21 for side in ("ours", "kornia"))


def test_the_tables_come_from_the_result_file(
    small_operators: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.main(["--table", "--out", str(small_operators)])
    printed = capsys.readouterr().out
    assert printed.count("| WebP, quality 60 |") >= 1
    rates = {
        name: {"median": rate} for name, rate in {"ours": 1234.5, "a": 62, "floor": 9e4}.items()
    }
    ratios = {"a": {"median": 0.5, "lowest": 0.4, "highest": 1.2}}
    setting = {"batch": 2, "threads": 3, "images_per_second": rates, "times_faster": ratios}
    row = {"operator": "x", "differs": "y", "none": [], "random": False, "settings": [setting]}
    table = operators.markdown([{**row, "pixels": {"a": {"mean": 0.25}}}])
    assert "| x | a | 1,230 | 62.0 | 90,000 | **0.5 (0.4-1.2)** | 0.25 |" in table


def test_a_peer_that_is_not_installed_is_left_out_and_settings_are_put_back() -> None:
    threads = torch.get_num_threads()
    with operators_work.batches(3, 64, batch=2, threads=2) as works:
        assert [len(work.images) for work in works] == [2, 1]
        assert works[0].each(lambda place: place) == [0, 1]
        calls = operators.calls_of(GENERIC, works[0], {"kornia": False, "albumentations": False})
        assert list(calls) == ["ours", "torch, grouped conv2d", "floor"]
    assert torch.get_num_threads() == threads
