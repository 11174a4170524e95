"""Keys of a GAN's configuration: adaptive views, bands, turns, surgery, an autoencoder."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from realsr.losses.objective import Losses
from realsr.losses.wavelets import detail
from realsr.models.autoencoder import Autoencoder, AutoencoderArguments, autoencoder_of
from realsr.models.errors import ModelError
from realsr.training import TrainingError, parse_config, steps, train
from realsr.training.adapting import Adaptation
from realsr.training.autoencoding import NAME
from realsr.training.batches import TrainingBatch
from realsr.training.checkpoints import read_state, states
from realsr.training.config import ViewConfig
from realsr.training.config_remedies import AdaptiveConfig
from realsr.training.launch import launched
from realsr.training.optimisers import optimiser_for
from realsr.training.state import first_state
from realsr.training.surgery import TermGradients, cosines, orders, projected
from realsr.training.views import DrawnView, drawn_view
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told
from tests.training.watched_discriminator import Watched

FAST = {"target": -0.5, "every": 2, "images": 40}
AESOP = {
    "objective": {
        "terms": [{"name": "aesop"}, {"name": "adversarial", "weight": 0.1}],
        "discriminator": {"kind": "vanilla"},
    },
    "discriminator": {"name": "srgan", "features": 4},
    "autoencoder": {"steps": 3, "features": 4, "blocks": 1},
}
REMEDIES: dict[str, dict[str, Any]] = {
    "adaptive": gan() | {"discriminator_view": {"colour": 0.1, "adaptive": FAST}},
    "bands": gan() | {"discriminator_bands": {"levels": 2}},
    "turns": gan() | {"generator_every": 2, "ema": 0.9},
    "surgery": gan() | {"gradient_surgery": "pcgrad"},
    "autoencoder": AESOP,
    "two_rates": gan() | {"discriminator_optimiser": {"lr": 4e-4, "betas": [0.5, 0.9]}},
    "told_lr": gan() | {"discriminator": {"name": "srgan", "features": 4, "lr_scale": 2}},
}


@pytest.mark.parametrize("name", sorted(REMEDIES))
def test_each_is_gone_on_with_exactly_and_does_something(
    make: Make, tmp_path: Path, name: str
) -> None:
    config = make(
        **REMEDIES[name], accumulate=2, log={"every": 1, "gradients_every": 2, "tensorboard": False}
    )
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=3)
    train(config, tmp_path / "parts")
    whole = last_state(tmp_path / "whole")
    assert_equal(whole, last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    if name != "autoencoder":
        train(make(**gan(), accumulate=2), tmp_path / "plain")
        plain = last_state(tmp_path / "plain")["generator"]
        assert any(not torch.equal(plain[key], value) for key, value in whole["generator"].items())


def test_the_share_follows_r_t_by_hand() -> None:
    """Eight images a step of 160: two steps move it by a tenth."""
    found = Adaptation(AdaptiveConfig(target=0.5, every=2, images=160), batch=8)
    shares = []
    for right in (1.0, 0.9, 0.7, 0.7, 0.75, 0.75, 1.0, 1.0):
        found.see(torch.tensor([right, 0.5], dtype=torch.float64))
        shares.append(found.share)
    assert shares == pytest.approx([0, 0.1, 0.1, 0, 0, 0, 0, 0.1])
    for _ in range(100):
        found.see(torch.ones(2, dtype=torch.float64))
    assert found.share == 1.0


def view_of(share: float | None, config: ViewConfig) -> DrawnView:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        view = drawn_view(config, torch.ones(4000, 1, 16, 16), share)
    assert isinstance(view, DrawnView)
    return view


def test_changes_are_made_as_often_as_asked_and_apart() -> None:
    config = ViewConfig(colour=0.3)
    always = view_of(None, config)
    assert torch.equal(view_of(1.0, config).shift, always.shift)
    assert torch.equal(view_of(1.0, config).corner, always.corner)
    images = torch.rand(4000, 1, 16, 16)
    assert torch.allclose(view_of(0.0, config)(images), images, atol=1e-6)
    some = view_of(0.25, config)
    assert some.tone is not None
    coloured = (some.tone != 0).all(dim=1)
    blotted = (some.corner != -some.hole).any(dim=1)
    assert float(coloured.float().mean()) == pytest.approx(0.25, abs=0.03)
    assert float(blotted.float().mean()) == pytest.approx(0.25, abs=0.03)
    assert float((coloured & blotted).float().mean()) == pytest.approx(0.0625, abs=0.02)


def test_the_log_tells_the_share(make: Make, tmp_path: Path) -> None:
    train(make(**REMEDIES["adaptive"]), tmp_path)
    shares = [line["view_share"] for line in of_kind(tmp_path, "discriminator")]
    assert shares[0] == 0
    assert set(shares) & {0.2, 0.4}, "8 images of 40 a change"
    assert last_state(tmp_path)["adaptation"]["seen"] == 0


def test_a_discriminator_of_bands_sees_details_of_images_and_the_whole_lr(make: Make) -> None:
    config = make(**gan(), discriminator_bands={"levels": 2})
    state = first_state(config, launched(config))
    watched = Watched()
    assert state.rival is not None
    state.rival.network = watched
    state.rival.optimiser = optimiser_for(watched, config.optimiser)
    batch = TrainingBatch(torch.rand(4, 3, 32, 32), torch.rand(4, 3, 16, 16))
    with steps.randomness_of(state):
        report = steps.generator_step(state, batch)
        assert report.sr is not None
        steps.discriminator_step(state, batch, report.sr)
    fake, real, rival_real, rival_fake, _between = watched.seen
    for seen, images in (
        (real, batch.hr),
        (rival_real, batch.hr),
        (fake, report.sr),
        (rival_fake, report.sr),
    ):
        assert torch.allclose(seen[:, :3], detail(images, 2), atol=1e-6)
        assert float(seen[:, 3:].mean()) == pytest.approx(float(batch.lr.mean()), abs=0.02)


def test_the_generator_moves_at_each_nth_step_alone(make: Make, tmp_path: Path) -> None:
    config = make(**gan(), generator_every=3, ema=0.5, steps=6, checkpoint={"every": 1, "keep": 6})
    train(config, tmp_path)
    found = [read_state(path) for path in states(tmp_path / "states")]
    moved = [
        any(not torch.equal(a["generator"][k], b["generator"][k]) for k in a["generator"])
        for a, b in itertools.pairwise(found)
    ]
    assert moved == [False, True, False, False, True], "steps 3 and 6"
    averaged = [
        any(not torch.equal(a["ema"][k], b["ema"][k]) for k in a["ema"])
        for a, b in itertools.pairwise(found)
    ]
    assert averaged == moved
    rival = [name for name in found[0]["discriminator"] if name.endswith("weight")]
    assert all(
        any(not torch.equal(a["discriminator"][k], b["discriminator"][k]) for k in rival)
        for a, b in itertools.pairwise(found)
    )
    assert [line.get("rests", False) for line in of_kind(tmp_path, "generator")] == [
        True,
        True,
        False,
    ] * 2


vectors = st.lists(st.lists(st.integers(-4, 4), min_size=3, max_size=3), min_size=2, max_size=2)


@given(vectors)
@settings(max_examples=60, deadline=None)
def test_of_two_terms_neither_is_opposed_any_more(rows: list[list[int]]) -> None:
    g, h = (torch.tensor(row, dtype=torch.float64) for row in rows)
    found = projected(torch.stack([g, h]), [[1], [0]])
    if float(g @ h) >= 0:
        assert torch.equal(found, g + h)
    else:
        expected = g - (g @ h) / (h @ h) * h + h - (h @ g) / (g @ g) * g
        assert torch.allclose(found, expected)
        assert float(found @ g) >= -1e-9
        assert float(found @ h) >= -1e-9


def test_three_terms_by_a_straight_line() -> None:
    rows = torch.tensor([[1.0, 0.0], [-1.0, 1.0], [-1.0, -2.0]])
    others = [[2, 1], [0, 2], [1, 0]]
    expected = torch.zeros(2)
    for number, order in enumerate(others):
        row = rows[number].clone()
        for other in order:
            dot = (row * rows[other]).sum()
            if dot < 0:
                row = row - dot / (rows[other] ** 2).sum() * rows[other]
        expected = expected + row
    assert torch.allclose(projected(rows, others), expected)


def test_orders_are_of_the_step_and_leave_a_row_itself_out() -> None:
    assert orders(4, 0, 7) == orders(4, 0, 7)
    assert any(orders(4, 0, 7) != orders(4, seed, step) for seed, step in [(0, 8), (1, 7)])
    for number, order in enumerate(orders(4, 0, 7)):
        assert sorted(order) == [n for n in range(4) if n != number]


def test_gradients_that_agree_are_the_plain_sum(make: Make, tmp_path: Path) -> None:
    """l1 and charbonnier pull alike: surgery has nothing to take away."""
    terms = {"terms": [{"name": "mse"}, {"name": "mse", "label": "again", "weight": 0.5}]}
    train(make(objective=terms, optimiser={"name": "sgd", "lr": 0.1}), tmp_path / "plain")
    train(
        make(objective=terms, optimiser={"name": "sgd", "lr": 0.1}, gradient_surgery="pcgrad"),
        tmp_path / "operated",
    )
    one, other = (last_state(tmp_path / name)["generator"] for name in ("plain", "operated"))
    assert all(torch.allclose(one[key], other[key], atol=1e-6) for key in one)


def test_parts_of_a_batch_are_one_gradient(make: Make) -> None:
    weight = torch.tensor([1.0, -2.0], requires_grad=True)
    gradients = TermGradients([weight])
    for scale in (1.0, 3.0):
        raw = {
            "a": scale * weight[0] ** 2,
            "b": -scale * weight[0] + weight[1],
            "c": torch.zeros(()),
        }
        gradients.add(Losses.of(raw, dict.fromkeys(raw, 1.0)), 0.5)
    assert gradients.rows["a"].tolist() == [4.0, 0.0]
    assert gradients.rows["b"].tolist() == [-2.0, 1.0]
    assert "c" not in gradients.rows
    config = make()
    gradients.operate(launched(config), 0, 0)
    a, b = torch.tensor([4.0, 0.0]), torch.tensor([-2.0, 1.0])
    expected = a - (a @ b) / (b @ b) * b + b - (a @ b) / (a @ a) * a
    assert weight.grad is not None
    assert torch.allclose(weight.grad, expected)


def test_cosines_between_terms_stand_in_the_log(make: Make, tmp_path: Path) -> None:
    found = cosines(
        {"a": torch.tensor([1.0, 0.0]), "b": torch.tensor([-1.0, 1.0]), "c": torch.zeros(2)}
    )
    assert found == pytest.approx({"a|b": -(0.5**0.5)})
    config = make(**gan(), steps=2, log={"every": 2, "gradients_every": 2, "tensorboard": False})
    train(config, tmp_path)
    (line,) = of_kind(tmp_path, "generator")
    assert set(line["gradient_cosines"]) == {"l1|adversarial"}  # type: ignore[call-overload]
    assert -1 <= line["gradient_cosines"]["l1|adversarial"] <= 1  # type: ignore[index]


def test_the_autoencoder_is_kept_and_another_training_can_take_it(
    make: Make, tmp_path: Path
) -> None:
    said: list[str] = []
    train(make(**AESOP), tmp_path / "own", tell=said.append)
    assert sum(line.startswith("autoencoder, step") for line in said) == 3
    kept = tmp_path / "own" / NAME
    network = autoencoder_of(kept)
    assert (network.scale, len(network.encoder)) == (2, 4)
    first = Autoencoder(AutoencoderArguments(scale=2, features=4, blocks=1))
    assert any(
        not torch.equal(a, b) for a, b in zip(network.parameters(), first.parameters(), strict=True)
    )
    config = make(**AESOP | {"autoencoder": {"file": str(kept)}})
    train(config, tmp_path / "other")
    assert not (tmp_path / "other" / NAME).exists()
    one, other = (last_state(tmp_path / name) for name in ("own", "other"))
    assert_equal(one["generator"], other["generator"])
    kept.write_bytes(kept.read_bytes()[:-4] + b"\0\0\0\0")
    with pytest.raises(TrainingError, match="autoencoder: changed"):
        train(config, tmp_path / "other")


def test_an_autoencoder_of_another_scale_or_of_none_is_refused(make: Make, tmp_path: Path) -> None:
    wide = Autoencoder(AutoencoderArguments(scale=3, features=4, blocks=1))
    save_file(wide.state_dict(), tmp_path / "three.safetensors")
    save_file({"encoder.1.weight": torch.zeros(2)}, tmp_path / "none.safetensors")
    for name, words in [
        ("three", "scale 3 and 3 channels; expected 2 and 3"),
        ("none", "no autoencoder"),
    ]:
        config = make(**AESOP | {"autoencoder": {"file": str(tmp_path / f"{name}.safetensors")}})
        with pytest.raises(TrainingError, match=words):
            train(config, tmp_path / name)
    with pytest.raises(ModelError):
        autoencoder_of(tmp_path / "absent.safetensors")


def test_it_learns_to_bring_back_what_fits_its_bottleneck() -> None:
    """Images that a reduction keeps are brought back better than noise that it drops."""
    torch.manual_seed(0)
    network = Autoencoder(AutoencoderArguments(scale=2, features=8, blocks=1))
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    small = torch.rand(8, 3, 8, 8)
    smooth = torch.nn.functional.interpolate(small, scale_factor=2.0, mode="bilinear")
    before = float((network(smooth) - smooth).abs().mean())
    for _ in range(150):
        optimiser.zero_grad()
        (network(smooth) - smooth).abs().mean().backward()
        optimiser.step()
    after = float((network(smooth) - smooth).abs().mean())
    assert after < 0.5 * before
    noise = torch.rand(8, 3, 16, 16)
    assert float((network(noise) - noise).abs().mean()) > 3 * after


BASE = "{model: {name: espcn, scale: 2}, data: {hr: [x], crop: 8}, steps: 1}"
PLAYS = [
    "objective={terms: [{name: l1}, {name: adversarial}], discriminator: {kind: vanilla}}",
    "discriminator={name: patch}",
]


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        (["discriminator_bands={}"], "discriminator_bands: there is no `discriminator`"),
        (["generator_every=2"], "generator_every: there is no `discriminator`"),
        ([*PLAYS, "discriminator_bands={levels: 4}"], "levels 4 reach beyond data.crop 8"),
        (["gradient_surgery=pcgrad"], "one term, which nothing opposes"),
        ([*PLAYS, "gradient_surgery=pcgrad", "precision=fp16"], "term by term: take bf16 or 32"),
        (["gradient_surgery=pcgrat"], "pcgrad"),
        (["autoencoder={}"], "no term looks at its outputs: add aesop"),
        (["autoencoder={file: a.safetensors, features: 3}"], "leave features out"),
        (
            [*PLAYS, "discriminator_view={adaptive: {target: 2}}"],
            "discriminator_view.adaptive.target",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(settings_: list[str], words: str) -> None:
    with pytest.raises(TrainingError, match="(?s)--set .*" + words):
        parse_config(BASE, settings=settings_)


def test_in_a_file_the_line_is_named(make: Make, tmp_path: Path) -> None:
    text = BASE[1:-1].replace(", steps", "\nsteps").replace("}, data", "}\ndata")
    with pytest.raises(TrainingError, match=r"my\.yaml:4: generator_every"):
        parse_config(f"{text}\ngenerator_every: 2\n", "my.yaml")
    with pytest.raises(TrainingError, match="which this training lacks: add `autoencoder"):
        train(make(objective={"terms": [{"name": "aesop"}]}), tmp_path)
