"""The parts of a training by values computed by hand."""

from __future__ import annotations

import json
import math
import queue
import threading
from collections import Counter
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.optim import SGD

import degrade
from degrade.functional.color import studio_luma
from realsr.cli.main import main
from realsr.files.faults import SeveralFaultsError
from realsr.images.errors import SourceError
from realsr.metrics.fidelity import psnr
from realsr.metrics.ssim import ssim
from realsr.training import TrainingError
from realsr.training.batches import Batches, Share, TrainingBatch
from realsr.training.check import material
from realsr.training.config import (
    ClipConfig,
    OptimiserConfig,
    ScheduleConfig,
)
from realsr.training.config_data import SetConfig
from realsr.training.fidelity import comparable
from realsr.training.launch import launched
from realsr.training.logs import Log, read_log
from realsr.training.moving_average import decay_at, frozen_copy, update
from realsr.training.optimisers import clip, optimiser_for, set_rates
from realsr.training.prefetch import AHEAD, Prefetch
from realsr.training.progress import Pace, duration, line
from realsr.training.samples import turned
from realsr.training.schedule import rate_factor
from realsr.training.state import first_state
from realsr.training.steps import randomness_of
from realsr.training.validation import ValidationSet
from tests.training.conftest import Make

CPU = torch.device("cpu")


def test_schedules() -> None:
    steps = ScheduleConfig(name="multistep", at=(10, 20), factor=0.1)
    assert [rate_factor(steps, step, 30) for step in (9, 10, 20)] == pytest.approx([1, 0.1, 0.01])
    cosine = ScheduleConfig(name="cosine", floor=0.2)
    assert [rate_factor(cosine, step, 100) for step in (0, 50, 100)] == pytest.approx([1, 0.6, 0.2])
    restarts = ScheduleConfig(name="cosine", periods=(10, 20))
    found = [rate_factor(restarts, step, 99) for step in (5, 10, 20, 30)]
    assert found == pytest.approx([0.5, 1, 0.5, 0])
    warm = ScheduleConfig(warm_up=4)
    assert [rate_factor(warm, step, 9) for step in (0, 3, 8)] == pytest.approx([0.25, 1, 1])


def test_groups_by_name_and_rates() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    groups = ({"match": r"^1\.", "lr_scale": 0.1}, {"match": "bias", "weight_decay": 0.0})
    config = OptimiserConfig.model_validate({"lr": 1e-2, "weight_decay": 0.5, "groups": groups})
    optimiser = optimiser_for(network, config)
    set_rates(optimiser, 0.5)
    found = [
        (len(group["params"]), group["lr"], group["weight_decay"])
        for group in optimiser.param_groups
    ]
    assert found == [(2, 5e-4, 0.5), (1, 5e-3, 0.0), (1, 5e-3, 0.5)]
    wrong = OptimiserConfig.model_validate({"groups": [{"match": "upsampler"}]})
    with pytest.raises(TrainingError, match=r"'upsampler' is found in no parameter's name"):
        optimiser_for(network, wrong)


def test_clipping_by_rate_bounds_a_step_of_sgd_by_theta() -> None:
    weight = nn.Parameter(torch.zeros(3))
    optimiser = SGD([{"params": [weight], "lr": 0.1}])
    weight.grad = torch.tensor([5.0, -5.0, 0.01])
    clip(optimiser, ClipConfig(by_rate=0.02))
    optimiser.step()
    torch.testing.assert_close(weight.data, torch.tensor([-0.02, 0.02, -0.001]))
    weight.grad = torch.tensor([3.0, 4.0, 0.0])
    clip(optimiser, ClipConfig(norm=1.0))
    torch.testing.assert_close(weight.grad, torch.tensor([0.6, 0.8, 0.0]), rtol=1e-5, atol=0)


def test_the_moving_average() -> None:
    network = nn.BatchNorm2d(1)
    average = frozen_copy(network)
    nn.init.constant_(network.weight, 3.0)
    network.running_mean.fill_(7.0)  # type: ignore[union-attr]
    update(average, network, 0.75)
    assert float(average.weight) == 1.5
    assert float(average.running_mean) == 7.0  # type: ignore[arg-type]
    assert not average.weight.requires_grad
    assert decay_at(0.9, 0) == 0.1
    assert decay_at(0.9, 1000) == 0.9


@pytest.fixture(scope="module")
def pairs(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pairs") / "made"
    arguments = ["make-pairs", str(photographs), "--out", str(out), "--pipeline", "bicubic"]
    assert main([*arguments, "--scale", "2", "--crop", "40", "--workers", "1"]) == 0
    return out


def batches(make: Make, share: Share, **data: object) -> Batches:
    config = make(data=make().data.model_dump(mode="json") | data)
    given = material(config)
    return Batches(config, given.photographs, given.stored, given.pipelines, share)


def test_processes_divide_the_global_batch(make: Make) -> None:
    whole = batches(make, Share(), batch=6).at(5, CPU)
    shares = [batches(make, Share(rank, 3), batch=2).at(5, CPU) for rank in range(3)]
    for rank, share in enumerate(shares):
        assert torch.equal(share.hr, whole.hr[rank::3])
        assert torch.equal(share.lr, whole.lr[rank::3])


def test_every_source_once_an_epoch_each_time_cut_and_degraded_anew(make: Make) -> None:
    seen = batches(make, Share(), batch=7)
    first, second = seen.at(0, CPU), seen.at(1, CPU)
    assert first.hr.shape == (7, 3, 32, 32)
    assert first.lr.shape == (7, 3, 16, 16)
    assert len({sample.numpy().tobytes() for sample in (*first.hr, *second.hr)}) == 14
    assert torch.equal(first.lr, seen.at(0, CPU).lr)


def test_degraded_again_the_hr_is_the_lr(make: Make) -> None:
    batch = batches(make, Share(), batch=4).at(0, CPU)
    for part in (batch, *batch.parts(2)):
        assert part.degrade_again is not None
        assert torch.equal(part.degrade_again(part.hr), part.lr)


def test_a_mix_keeps_its_shares(make: Make, pairs: Path) -> None:
    mixed = batches(make, Share(), pairs=[str(pairs)], pairs_share=0.25)
    lines = [mixed._place(position)[0] for position in range(400)]
    assert Counter(line is mixed.stored for line in lines) == {True: 100, False: 300}
    places = [mixed._place(position) for position in range(400)]
    for chosen in (mixed.stored, mixed.photographs):
        assert [place for line, place in places if line is chosen] == list(
            range(lines.count(chosen))
        )  # type: ignore[arg-type]


def test_a_mix_keeps_its_shares_from_the_beginning_on(make: Make, pairs: Path) -> None:
    """Of the first n, whole n times the share: what was stored takes its place when it is due, not before."""
    mixed = batches(make, Share(), pairs=[str(pairs)], pairs_share=0.3)
    due = [mixed._place(position)[0] is mixed.stored for position in range(50)]
    assert [sum(due[:count]) for count in range(51)] == [int(count * 0.3) for count in range(51)]


def test_in_a_mix_the_hr_steps_of_the_pipeline_count(make: Make, pairs: Path) -> None:
    """What is degraded on-line has the HR that its pipeline made of it: here sharpened, under every LR."""
    options = {"pairs": [str(pairs)], "pairs_share": 0.5, "pipeline": "realesrgan"}
    mixed = batches(make, Share(), **options).at(0, CPU)
    alone = batches(make, Share(), **options | {"pairs": [], "pairs_share": 0.5})
    online = [index for index in range(4) if int((index + 1) * 0.5) == int(index * 0.5)]
    samples = alone.photographs
    assert samples is not None
    for number, index in enumerate(online):
        sample = samples.at(number)
        [trace] = degrade.draw(degrade.load_pipeline("realesrgan", 2), [sample.key])
        sharp = degrade.apply_hr([trace], sample.hr[None])[0]
        assert not torch.equal(sharp, sample.hr)
        assert torch.equal(mixed.hr[index], sharp)


def test_every_turn_and_flip_is_drawn_and_the_pair_stays_one() -> None:
    image = torch.arange(9.0).reshape(1, 3, 3)
    found = {
        tuple(turned(image, key).flatten().tolist()) for key in degrade.keys(0, map(str, range(99)))
    }
    assert len(found) == 8
    assert {tuple(sorted(each)) for each in found} == {tuple(map(float, range(9)))}


def test_stored_pairs_are_cut_on_one_grid(make: Make, pairs: Path) -> None:
    alone = batches(make, Share(), hr=[], pairs=[str(pairs)], augment=False)
    batch = alone.at(3, CPU)
    assert batch.degrade_again is None
    key = degrade.keys(0, ["any"])
    again = degrade.apply(degrade.draw(degrade.load_pipeline("bicubic", 2), key * 4), batch.hr)
    inner = (..., slice(3, -3), slice(3, -3))
    assert torch.equal(again[inner], batch.lr[inner])


def test_both_pictures_of_a_stored_pair_are_turned_alike(make: Make, pairs: Path) -> None:
    """Over many keys: bicubic reduction commutes with turns and flips, but for the last bit before rounding."""
    alone = batches(make, Share(), hr=[], pairs=[str(pairs)], augment=True, batch=12)
    batch = alone.at(0, CPU)
    traces = degrade.draw(degrade.load_pipeline("bicubic", 2), degrade.keys(0, ["any"]) * 12)
    inner = (..., slice(3, -3), slice(3, -3))
    again = degrade.apply(traces, batch.hr)[inner]
    assert (again - batch.lr[inner]).abs().max() <= 1.01 / 255


def test_data_faults_are_known_before_the_first_step(make: Make, pairs: Path) -> None:
    with pytest.raises(SeveralFaultsError, match=r"photo0\.png: it is 48 x 56 .*than the crop 64"):
        batches(make, Share(), crop=64)
    with pytest.raises(SeveralFaultsError, match=r"smaller than data\.crop 48"):
        batches(make, Share(), hr=[], pairs=[str(pairs)], crop=48)
    with pytest.raises(TrainingError, match=r"data\.pipeline at scale 2: .*bd_x3"):
        batches(make, Share(), pipeline="bd_x3")


def test_luma_is_what_a_luma_network_sees(make: Make) -> None:
    colour = batches(make, Share()).at(0, CPU)
    config = make(colour="y")
    given = material(config)
    luma = Batches(config, given.photographs, None, given.pipelines).at(0, CPU)
    torch.testing.assert_close(luma.hr, studio_luma(colour.hr))
    torch.testing.assert_close(luma.lr, studio_luma(colour.lr))


def test_prefetching_hands_out_in_order_and_passes_errors_on() -> None:
    def made(step: int) -> TrainingBatch:
        if step == 5:
            raise SourceError("damaged", "it is damaged")
        return TrainingBatch(torch.full((1, 1, 2, 2), float(step)), torch.zeros(1, 1, 1, 1))

    with Prefetch(made, 2, 9, CPU) as prefetch:
        assert [float(prefetch.next().hr[0, 0, 0, 0]) for _ in range(3)] == [2, 3, 4]
        with pytest.raises(SourceError, match="it is damaged"):
            prefetch.next()
    assert not any(thread.name == "batches" for thread in threading.enumerate())


def test_batches_are_made_ahead_of_the_steps_and_not_without_end() -> None:
    """While a step is under way those after it are made, by another thread, until as many wait as may."""
    begun, makers = queue.Queue[int](), set[str]()

    def made(step: int) -> TrainingBatch:
        makers.add(threading.current_thread().name)
        begun.put(step)
        return TrainingBatch(torch.full((1, 1, 2, 2), float(step)), torch.zeros(1, 1, 1, 1))

    with Prefetch(made, 0, 100, CPU) as prefetch:
        # Nobody has asked for a batch yet. One more than may wait is in the thread's hands.
        assert [begun.get(timeout=60) for _ in range(AHEAD + 1)] == list(range(AHEAD + 1))
        with pytest.raises(queue.Empty):
            begun.get(timeout=0.3)
        assert float(prefetch.next().hr[0, 0, 0, 0]) == 0
        assert begun.get(timeout=60) == AHEAD + 1
    assert makers == {"batches"}


def test_psnr_and_ssim_by_hand() -> None:
    grey = torch.full((1, 1, 32, 32), 100 / 255)
    assert psnr(comparable(grey, 2), comparable(grey + 10 / 255, 2)) == pytest.approx(
        20 * math.log10(25.5)
    )
    constant = (2 * 100 * 110 + 6.5025) / (100**2 + 110**2 + 6.5025)
    assert ssim(comparable(grey, 2), comparable(grey + 10 / 255, 2)) == pytest.approx(constant)
    assert comparable(torch.full((1, 3, 20, 20), 1.2), 3).shape == (14, 14, 1)
    assert float(comparable(torch.ones(1, 3, 4, 4), 1).max()) == pytest.approx(235.0, abs=1e-3)


@pytest.mark.data
def test_bicubic_on_set5_is_the_published_number(make: Make, shared_data: Path) -> None:
    config = make(
        model={"name": "espcn", "scale": 3}, data=make().data.model_dump(mode="json") | {"crop": 33}
    )
    folder = shared_data / "golden" / "imresize_u8_symmetric" / "Set5_HR"
    scores = ValidationSet(SetConfig(name="set5", hr=(folder,)), config).bicubic()
    assert scores.psnr == pytest.approx(30.40, abs=0.01)
    assert scores.ssim == pytest.approx(0.8682, abs=0.001)


def test_a_log_opened_again_forgets_what_lies_beyond(tmp_path: Path) -> None:
    log = Log(tmp_path, 0, tensorboard=False)
    for step in (1, 2, 3):
        log.write(step, "generator", {"raw": {"l1": float("nan")}})
    log.close()
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 4, "ki')
    Log(tmp_path, 2, tensorboard=False).close()
    assert [event["step"] for event in read_log(tmp_path)] == [1, 2]
    assert "NaN" not in (tmp_path / "log.jsonl").read_text()
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])["raw"] == {"l1": None}


@pytest.mark.parametrize("line", ["5", "null", "{}", '{"step": "1"}', '{"step": 1', "[" * 10**5])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str) -> None:
    whole = '{"step": 1, "kind": "a"}\n'
    (tmp_path / "log.jsonl").write_text(f"{whole}{line}\n{whole}")
    with pytest.raises(TrainingError, match=r"log\.jsonl:2: this line is no event"):
        Log(tmp_path, 2, tensorboard=False)


def test_random_numbers_of_a_step_are_its_own_and_come_again(make: Make) -> None:
    config = make()
    state = first_state(config, launched(config))
    before = torch.get_rng_state()

    def drawn(step: int) -> float:
        state.step = step
        with randomness_of(state):
            return float(torch.rand(()))

    assert len({drawn(0), drawn(1), drawn(2)}) == 3
    assert drawn(1) == drawn(1)
    assert torch.equal(before, torch.get_rng_state())


def test_the_line_of_progress() -> None:
    pace = Pace(pairs=16, steps=10, seconds=2.0, waited=0.06)
    assert line(10, 1210, {"l1": 0.03123}, pace) == (
        "step 10/1210: l1 0.03123, 80 pairs/s, waited for data 3 %, 4 min left"
    )
    pace.restart()
    assert (pace.rate, pace.share_waited, pace.left(5)) == (0, 0, 0)
    assert duration(12_000) == "3 h 20 min"


def test_a_log_keeps_events_whose_words_hold_line_separators(tmp_path: Path) -> None:
    names = ["a\u2028b", "c\x85d", "e\nf"]
    log = Log(tmp_path, 0, tensorboard=False)
    for step, name in enumerate(names):
        log.write(step, "validation", {"set": name})
    log.close()
    Log(tmp_path, 2, tensorboard=False).close()
    assert [event["set"] for event in read_log(tmp_path)] == names
