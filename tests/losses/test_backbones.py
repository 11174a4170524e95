from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from realsr.backbones.errors import BackboneError, MissingWeightsError
from realsr.backbones.networks import (
    BACKBONES,
    Backbone,
    BackboneName,
    Features,
    LazyFeatures,
    layer_names,
)
from realsr.backbones.weights import load_weights, named_digest

from .backbones import random_file
from .images import image

NAMES: list[BackboneName] = ["vgg16", "vgg19", "alexnet", "squeezenet1_1"]


@pytest.mark.parametrize("name", NAMES)
def test_layers_and_parameters_are_torchvisions(name: BackboneName) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        theirs = getattr(models, name)().features
        ours = torch.nn.Sequential(*(module for _, module in BACKBONES[name].layers()))
    assert [type(m).__name__ for m in ours] == [type(m).__name__ for m in theirs]
    shapes = [{key: value.shape for key, value in m.state_dict().items()} for m in (ours, theirs)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("vgg19", {"conv1_2": 3, "relu1_2": 4, "pool1": 5, "conv2_1": 6}),
        ("alexnet", {"conv1": 1, "relu2": 5, "conv3": 7}),
        ("squeezenet1_1", {"conv1": 1, "relu1": 2, "fire3": 5, "fire9": 13}),
    ],
)
def test_a_layer_is_torchvisions_output_there(name: BackboneName, layers: dict[str, int]) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = getattr(models, name)().features.eval()
    weights = {f"features.{key}": value for key, value in network.state_dict().items()}
    images = image(2, 2, 3, 64, 64, dtype=torch.float32)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    found = Features(name, layers, weights)(images)
    assert set(found) == set(layers)
    with torch.no_grad():
        for layer, count in layers.items():
            expected = torch.nn.Sequential(*network[:count])((images - mean) / deviation)
            torch.testing.assert_close(found[layer], expected.contiguous())


def test_before_and_after_the_relu(tmp_path: Path) -> None:
    backbone = Backbone(name="vgg19", weights=str(random_file("vgg19", "conv1_1", tmp_path)))
    found = backbone.load(["conv1_1", "relu1_1"])(image(1, 1, 3, 8, 8, dtype=torch.float32))
    assert (found["conv1_1"] < 0).any()
    assert torch.equal(found["conv1_1"].clamp(min=0), found["relu1_1"])


def test_it_runs_no_deeper_than_it_must(tmp_path: Path) -> None:
    """A file that ends at conv1_2 serves conv1_2, and not conv2_1."""
    backbone = Backbone(name="vgg19", weights=str(random_file("vgg19", "conv1_2", tmp_path)))
    assert len(backbone.load(["conv1_2"]).features) == 3
    with pytest.raises(MissingWeightsError, match=r"features\.5\.weight is absent"):
        backbone.load(["conv2_1"])


def test_another_networks_file_is_refused(tmp_path: Path) -> None:
    path = random_file("squeezenet1_1", "conv1", tmp_path)
    with pytest.raises(MissingWeightsError, match="not those of alexnet: features"):
        Backbone(name="alexnet", weights=str(path)).load(["conv1"])


def test_nothing_is_loaded_before_the_first_use_and_no_generator_moves(tmp_path: Path) -> None:
    lazy = LazyFeatures(Backbone(weights=str(tmp_path / "absent.pth")), ["conv1_1"])
    state = torch.random.get_rng_state()
    with pytest.raises(MissingWeightsError, match="no weights at"):
        lazy.prepare()
    path = random_file("vgg19", "conv1_1", tmp_path)
    features = LazyFeatures(Backbone(weights=str(path)), ["conv1_1"]).prepare()
    assert torch.equal(state, torch.random.get_rng_state())
    assert not features.training
    assert not any(p.requires_grad for p in features.parameters())


def test_half_precision_images_do_not_narrow_the_weights(tmp_path: Path) -> None:
    path = random_file("vgg19", "conv1_1", tmp_path)
    lazy = LazyFeatures(Backbone(weights=str(path)), ["conv1_1"])
    images = image(1, 1, 3, 8, 8, dtype=torch.float32)
    before = lazy(images)["conv1_1"]
    assert lazy(images.bfloat16())["conv1_1"].dtype == torch.float32
    assert torch.equal(lazy(images)["conv1_1"], before)


def test_the_digest_is_checked(tmp_path: Path) -> None:
    path = random_file("vgg19", "conv1_1", tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for good in (digest, digest[:8].upper()):
        Backbone(weights=str(path), sha256=good).load(["conv1_1"])
    with pytest.raises(MissingWeightsError, match=f"its SHA-256 is {digest}, expected 00000000"):
        Backbone(weights=str(path), sha256="00000000").load(["conv1_1"])


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    for name in ("broken.pth", "broken.safetensors"):
        (tmp_path / name).write_bytes(b"not weights at all")
        with pytest.raises(MissingWeightsError, match=f"{name} is not a file of weights"):
            load_weights(tmp_path / name)


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path) -> None:
    torch.save({"weights": Path("somewhere")}, tmp_path / "code.pth")
    with pytest.raises(MissingWeightsError, match=r"code\.pth is not a file of weights"):
        load_weights(tmp_path / "code.pth")


def test_torchvisions_weights_come_from_torchs_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the right name but the wrong digest is refused; an absent one that cannot be had is named."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))

    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    with pytest.raises(
        MissingWeightsError, match=r"vgg19-dcbb9e9d\.pth is neither at .*no network"
    ):
        Backbone().load(["conv1_1"])
    random_file("vgg19", "conv1_1", tmp_path / "checkpoints").rename(
        tmp_path / "checkpoints" / "vgg19-dcbb9e9d.pth"
    )
    with pytest.raises(MissingWeightsError, match="expected dcbb9e9d"):
        Backbone().load(["conv1_1"])


def test_names_of_files_carry_digests() -> None:
    assert {named_digest(row.file) for row in BACKBONES.values()} == {
        "397923af",
        "dcbb9e9d",
        "7be5be79",
        "b8a52dc0",
    }


def test_unknown_layers_have_a_near_match() -> None:
    with pytest.raises(BackboneError, match=r"did you mean .*'conv5_4'"):
        LazyFeatures(Backbone(), ["conv5_5"])
    assert layer_names("vgg16")[-1] == "pool5"


def test_an_unreadable_file_is_told_in_our_words(tmp_path: Path) -> None:
    """torch's own advise to read the file with its code."""
    path = tmp_path / "page.pth"
    path.write_bytes(b"<!DOCTYPE html> no such model")
    with pytest.raises(MissingWeightsError, match="not a file of weights") as told:
        load_weights(path)
    assert "weights_only" not in str(told.value)
