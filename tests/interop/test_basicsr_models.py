"""BasicSR's own models on photographs that are degraded on their device: a GAN step by an option file."""

from __future__ import annotations

import copy
import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import degrade
from degrade.errors import PipelineError
from realsr.files.errors import RequestError
from realsr.interop import basicsr, basicsr_import
from realsr.interop.basicsr_models import RealSRPhotographsDataset, degradation_of, degraded, models

OPTIONS = Path(__file__).with_name("basicsr_gan_x2.yml")

needs_basicsr = pytest.mark.skipif(
    importlib.util.find_spec("basicsr") is None, reason="BasicSR 1.4.2 is not installed"
)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    root = tmp_path / "photographs"
    root.mkdir()
    for index, name in enumerate("abc"):
        coarse = np.random.default_rng(index).integers(0, 255, (8, 8, 3), np.uint8)
        picture = cv2.resize(coarse, (51, 47), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(root / f"{name}.png"), picture[..., :1] if name == "c" else picture)
    return root


@pytest.fixture
def _global_generators() -> Iterator[None]:
    """BasicSR seeds every global generator; the other tests get theirs back."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])
    torch.set_rng_state(states[2])


def dataset(photographs: Path, **changes: Any) -> RealSRPhotographsDataset:
    section = {"name": "photographs", "type": "RealSRPhotographsDataset", "phase": "train"}
    return RealSRPhotographsDataset(
        section | {"scale": 2, "dataroot_gt": str(photographs), "gt_size": 32, "seed": 5} | changes
    )


def test_a_batch_is_degraded_by_its_addresses(photographs: Path) -> None:
    """The LR of the library itself, whatever the batch: one sample at a time, and in company."""
    data = dataset(photographs, variants=2)
    samples = [data[index] for index in range(len(data))]
    assert len(samples) == 6
    assert all(sample["gt"].shape == (3, 32, 32) for sample in samples)
    batch = {
        "gt": torch.stack([sample["gt"] for sample in samples]),
        "source": [sample["source"] for sample in samples],
        "variant": torch.tensor([sample["variant"] for sample in samples]),
    }
    degradation = degradation_of(
        {"scale": 2, "degradation": {"pipeline": "second_order", "seed": 7}}
    )
    made = degraded(degradation, batch, torch.device("cpu"))
    assert made["lq"].shape == (6, 3, 16, 16)
    keys = [degrade.Key(7, sample["source"], sample["variant"]) for sample in samples]
    traces = degrade.draw(degrade.load_pipeline("second_order", scale=2), keys)
    hr = degrade.apply_hr(traces, batch["gt"])
    assert torch.equal(made["gt"], hr)
    assert torch.equal(made["lq"], degrade.apply_lr(traces, hr))
    assert len({one.numpy().tobytes() for one in made["lq"]}) == 6


def test_a_batch_with_an_lq_stays_as_it_is() -> None:
    degradation = degradation_of({"scale": 2, "degradation": {"pipeline": "bicubic"}})
    data = {"lq": torch.zeros(1, 3, 8, 8), "gt": torch.ones(1, 3, 16, 16)}
    assert degraded(degradation, data, torch.device("cpu")) == data
    with pytest.raises(RequestError, match="use `type: RealSRPhotographsDataset`"):
        degraded(degradation, {"gt": data["gt"]}, torch.device("cpu"))


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (None, "degradation is missing: give `degradation: {pipeline: NAME}`"),
        ({"pipelin": "bicubic"}, "did you mean 'pipeline'?"),
        ({"pipeline": "bicubic", "seed": "x"}, "seed"),
        ({"pipeline": "second_ordr"}, "did you mean 'second_order'?"),
    ],
)
def test_a_section_is_read_strictly(section: Any, said: str) -> None:
    with pytest.raises((RequestError, PipelineError)) as caught:
        degradation_of({"scale": 2, "degradation": section})
    assert said in str(caught.value)


@needs_basicsr
def test_models_are_made_once_and_registered() -> None:
    basicsr.register()
    basicsr.register()
    registry = basicsr_import.load("basicsr.utils.registry").MODEL_REGISTRY
    for ours in models():
        assert registry.get(ours.__name__) is ours


@pytest.fixture
def _random_vgg(monkeypatch: pytest.MonkeyPatch) -> None:
    """VGG19's layers with weights of a fixed seed, where torchvision would download them."""
    from torchvision.models import vgg

    def made(**_: object) -> SimpleNamespace:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return SimpleNamespace(features=vgg.make_layers(vgg.cfgs["E"]))

    monkeypatch.setattr(vgg, "vgg19", made)


@needs_basicsr
@pytest.mark.usefixtures("_global_generators", "_random_vgg")
@pytest.mark.parametrize("kind", ["RealSRDegradingGANModel", "RealSRDegradingModel"])
def test_a_step_of_real_esrgans_kind_through_an_option_file(
    photographs: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    basicsr.register()
    monkeypatch.chdir(photographs.parent)
    monkeypatch.setattr(sys, "argv", ["train.py", "-opt", str(OPTIONS)])
    opt, _ = basicsr_import.load("basicsr.utils.options").parse_options(str(photographs.parent))
    training = basicsr_import.load("basicsr.train")
    logger = basicsr_import.load("basicsr.utils").get_root_logger()
    loader, *_ = training.create_train_val_dataloader(opt, logger)
    batch = next(iter(loader))
    assert "lq" not in batch
    model, plain = _built(opt, kind), _built(opt, _BASICSR_S[kind])
    for name, value in plain.net_g.state_dict().items():
        assert torch.equal(value, model.net_g.state_dict()[name])
    before = {name: value.clone() for name, value in model.net_g.state_dict().items()}
    model.feed_data(batch)
    expected = degradation_of(opt)(batch["gt"], batch["source"], batch["variant"])
    assert torch.equal(model.lq, expected.lr)
    assert torch.equal(model.gt, expected.hr)
    assert not torch.equal(model.gt, batch["gt"]), "realesrgan sharpens the HR"
    plain.feed_data({"lq": expected.lr, "gt": expected.hr})
    for each in (model, plain):
        each.update_learning_rate(1)
        each.optimize_parameters(1)
    gan = {"l_g_pix", "l_g_percep", "l_g_gan", "l_d_real", "l_d_fake"}
    assert (gan if kind.endswith("GANModel") else {"l_pix"}) <= model.log_dict.keys()
    assert model.log_dict == plain.log_dict
    assert all(value != 0 for name, value in model.log_dict.items() if name.startswith("l_"))
    after = model.net_g.state_dict()
    assert any(not torch.equal(after[name], value) for name, value in before.items())
    for name, value in plain.net_g.state_dict().items():
        assert torch.equal(after[name], value), name


_BASICSR_S = {"RealSRDegradingGANModel": "SRGANModel", "RealSRDegradingModel": "SRModel"}


def _built(opt: dict[str, Any], kind: str) -> Any:
    """A model of BasicSR's table from a fixed seed; it takes words out of the options that it is given."""
    torch.manual_seed(1)
    options = copy.deepcopy(opt) | {"model_type": kind}
    if not kind.endswith("GANModel"):
        del options["train"]["perceptual_opt"]
    return basicsr_import.load("basicsr.models").build_model(options)
