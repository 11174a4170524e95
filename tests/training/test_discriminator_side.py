"""Against a discriminator that learns by heart or grows too strong: views, and rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from realsr.models.discriminators.table import DISCRIMINATORS
from realsr.training import TrainingError, parse_config, steps, train
from realsr.training.batches import TrainingBatch
from realsr.training.config import PauseConfig, ViewConfig
from realsr.training.launch import launched
from realsr.training.optimisers import optimiser_for
from realsr.training.pausing import Pause, accuracy
from realsr.training.state import first_state
from realsr.training.views import DrawnView, blotted, drawn_view, moved, toned
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told
from tests.training.watched_discriminator import Watched


def noise(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def view_of(config: ViewConfig, lr: Tensor, seed: int = 0) -> DrawnView:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        view = drawn_view(config, lr)
    assert isinstance(view, DrawnView)
    return view


def test_a_shift_and_a_hole_by_hand() -> None:
    images = torch.arange(1.0, 10.0).view(1, 1, 3, 3).repeat(2, 1, 1, 1)
    down_left, none = moved(images, torch.tensor([[1, -1], [0, 0]]))
    assert down_left[0].tolist() == [[0, 0, 0], [2, 3, 0], [5, 6, 0]]
    assert torch.equal(none, images[1])
    (cut, beyond) = blotted(images, torch.tensor([[1, 1], [-1, -1]]), 2)
    assert cut[0].tolist() == [[1, 2, 3], [4, 0, 0], [7, 0, 0]]
    assert beyond[0].tolist() == [[0, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_tones_by_hand() -> None:
    images = torch.tensor([0.2, 0.4, 0.6]).view(1, 3, 1, 1)
    assert toned(images, torch.tensor([[0.2, -1.0, 0.0]])).flatten().tolist() == pytest.approx(
        [0.5, 0.5, 0.5]
    )
    assert toned(images, torch.tensor([[0.0, 0.0, 1.0]])).flatten().tolist() == pytest.approx(
        [0.1, 0.4, 0.7]
    )


def test_real_generated_and_lr_images_are_seen_alike() -> None:
    lr = noise(6, 3, 16, 12)
    hr = lr.repeat_interleave(4, 2).repeat_interleave(4, 3)
    view = view_of(ViewConfig(colour=0.3), lr)
    assert torch.allclose(view(hr)[..., ::4, ::4], view(lr))
    assert torch.equal(view(hr), view(hr.clone()))
    changed = (view(hr) != hr).flatten(1).any(dim=1)
    assert bool(changed.all())


def test_shifts_reach_their_bound_and_holes_are_squares() -> None:
    lr = torch.ones(400, 1, 16, 16)
    view = view_of(ViewConfig(translation=0.125, cutout=0.0), lr)
    assert set(view.shift.flatten().tolist()) == {-2, -1, 0, 1, 2}
    holes = (view_of(ViewConfig(translation=0.0, cutout=0.5), lr)(lr) == 0).flatten(1).sum(dim=1)
    assert int(holes.max()) == 64
    assert int(holes.min()) == 16
    nothing = ViewConfig(translation=0.0, cutout=0.0)
    assert torch.equal(view_of(nothing, lr)(lr), lr)


def test_gradients_pass_a_view_twice() -> None:
    images = noise(2, 3, 8, 8).requires_grad_(True)
    view = view_of(ViewConfig(colour=0.2), images, seed=2)
    assert torch.autograd.gradcheck(view, images)
    assert torch.autograd.gradgradcheck(lambda x: view(x).square(), images)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("vanilla", [0.75, 0.5]), ("lsgan", [0.5, 0.75]), ("relativistic_average", [0.75, 1.0])],
)
def test_accuracies_by_hand(kind: Any, expected: list[float]) -> None:
    real, fake = torch.tensor([[-2.0], [0.3], [0.6], [8.0]]), torch.tensor([[-1.0, 0.2, 0.7, -0.3]])
    assert accuracy(kind, real, fake).tolist() == expected


def test_it_rests_only_while_it_is_good_on_both_sides() -> None:
    pause = Pause(PauseConfig(accuracy=0.8))
    rests = []
    for real, generated in [(0.9, 0.5), (0.9, 0.8), (0.7, 1.0), (0.2, 0.2)]:
        rests.append(pause.due)
        pause.see(torch.tensor([real, generated], dtype=torch.float64))
    assert rests == [False, False, True, False]
    assert pause.rested == 1
    slow = Pause(PauseConfig(accuracy=0.8, smoothing=0.5))
    for value in (1.0, 0.5, 0.9):
        slow.see(torch.full((2,), value, dtype=torch.float64))
    assert slow.running == pytest.approx(0.825)


def test_a_resting_discriminator_judges_and_does_not_move(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "accuracy", lambda *_: torch.tensor([0.9, 1.0]))
    config = make(**gan(), discriminator_pause={"accuracy": 0.8}, steps=4)
    train(config, tmp_path, stop_at=1)
    before = last_state(tmp_path)
    train(config, tmp_path)
    after, lines = last_state(tmp_path), of_kind(tmp_path, "discriminator")
    assert [line["rests"] for line in lines] == [False, True, True, True]
    assert after["pause"] == {"running": pytest.approx(0.9), "rested": 3}
    assert lines[-1]["raw"].keys() == {"adversarial", "gradient_penalty"}  # type: ignore[attr-defined]
    names = [
        name for name in before["discriminator"] if "running" not in name and "num" not in name
    ]
    assert all(torch.equal(before["discriminator"][n], after["discriminator"][n]) for n in names)
    assert any(
        not torch.equal(weight, after["generator"][name])
        for name, weight in before["generator"].items()
    )


def test_both_steps_go_through_one_view_each(make: Make) -> None:
    config = make(**gan(), discriminator_view={})
    state = first_state(config, launched(config))
    watched = Watched()
    assert state.rival is not None
    state.rival.network = watched
    state.rival.optimiser = optimiser_for(watched, config.optimiser)
    batch = TrainingBatch(torch.ones(4, 3, 32, 32), torch.ones(4, 3, 16, 16))
    with steps.randomness_of(state):
        report = steps.generator_step(state, batch, norms=True)
        assert report.sr is not None
        steps.discriminator_step(state, batch, report.sr)
    fake, real, rival_real, rival_fake, _between = watched.seen
    for one, other in ((fake, real), (rival_fake, rival_real)):
        black = one[:, :3].abs().amax(dim=1) == 0
        assert torch.equal(black, other[:, :3].amax(dim=1) == 0)
        beside = other[:, 3:].mean(dim=1) < 0.5
        assert float((beside == black).float().mean()) > 0.99
    assert not torch.equal(real, rival_real)
    assert report.norms["adversarial"] > 0


SHY: dict[str, Any] = {
    "discriminator_view": {"colour": 0.1},
    "discriminator_pause": {"accuracy": 0.6, "smoothing": 0.5},
}


def test_views_and_rest_resume_exactly(make: Make, tmp_path: Path) -> None:
    config = make(**gan(), **SHY, accumulate=2)
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=3)
    train(config, tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    train(make(**gan(), discriminator_pause=SHY["discriminator_pause"]), tmp_path / "plain")
    plain, seen = (last_state(tmp_path / name)["generator"] for name in ("plain", "whole"))
    assert any(not torch.equal(plain[name], seen[name]) for name in plain)


@pytest.mark.parametrize("name", sorted(DISCRIMINATORS))
def test_every_discriminator_trains_beside_its_lr(make: Make, tmp_path: Path, name: str) -> None:
    width = {"features": 4}
    small = {"name": name, "lr_scale": 2} | (
        {"member": "enhancenet", "member_arguments": width, "sizes": 2}
        if name == "multi_scale"
        else width
    )
    rival = gan() | {"discriminator": small}
    data = make().data.model_dump(mode="json") | {"batch": 2}
    assert train(make(**rival, **SHY, data=data, steps=1), tmp_path).finished


def test_keys_without_a_discriminator_are_refused() -> None:
    text = "{model: {name: espcn, scale: 2}, data: {hr: [x], crop: 8}, steps: 1}"
    with pytest.raises(TrainingError, match=r"discriminator_view: there is no `discriminator`"):
        parse_config(text, settings=["discriminator_view={}"])
