"""Networks whose code is spandrel's: which there are, what they are told, and the contract that they keep."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from realsr.models.bounds import built_within
from realsr.models.cards import ModelCard
from realsr.models.elsewhere.detection import check_read_back, detected
from realsr.models.elsewhere.entries import ENTRIES
from realsr.models.elsewhere.network import NetworkRules, extended
from realsr.models.elsewhere.refused import OURS, REASONS
from realsr.models.errors import ModelError
from realsr.models.recognition import fits
from realsr.models.table import ARCHITECTURES, build, parameter_count
from tests.models.elsewhere import LEAST, SMALL, small

spandrel = pytest.importorskip("spandrel", reason="the extra interop is not installed")

QUICK = ("span", "realplksr", "swinir", "safmn", "seemore", "mosr", "nafnet", "dncnn")
"""Of each way to be built, one that is soon made."""


def test_every_network_of_spandrels_trains_is_ours_or_is_refused_with_a_reason() -> None:
    theirs = {
        support.architecture.id.casefold() for support in spandrel.MAIN_REGISTRY.architectures()
    }
    ours = {entry.place.partition(":")[0].casefold() for entry in ENTRIES}
    extra = {name for name, said in REASONS.items() if "licence" in said}
    assert theirs - {each for each in theirs if each.startswith("realsr_")} == ours | {*OURS} | (
        {*REASONS} - extra
    )
    assert {entry.name for entry in ENTRIES} == {*SMALL}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("spandrel/spam", "no architecture 'spandrel/spam'; did you mean 'spandrel/span'?"),
        ("spandrel/xxxxxx", "`realsr models list` has all of them"),
        ("SPAN", "spandrel's is 'spandrel/span'"),
        ("spandrel/ESRGAN", "ours too: name it 'rrdbnet'"),
        ("spandrel/gfpgan", "restores aligned faces"),
        ("spandrel/lama", "takes their mask"),
        ("spandrel/srformer", "licence is restrictive"),
    ],
)
def test_names_that_are_none(name: str, said: str) -> None:
    with pytest.raises(ModelError) as error:
        build(name, scale=2)
    assert said in str(error.value)
    assert name not in ARCHITECTURES


def test_arguments_are_the_classes_own() -> None:
    from spandrel.architectures.SPAN import SPAN

    fields = ARCHITECTURES.row("spandrel/span").arguments.model_fields
    known = {*inspect.signature(inspect.unwrap(SPAN.__init__)).parameters} - {"self"}
    assert {*fields} == known - {"num_in_ch", "num_out_ch", "upscale"} | {"scale", "channels"}
    for told, said in (
        ({"feature_chanels": 8}, "did you mean 'feature_channels'?"),
        ({"upscale": 2}, "unknown argument 'upscale'"),
        ({"feature_channels": "many"}, "feature_channels = 'many'"),
    ):
        with pytest.raises(ModelError) as error:
            build("spandrel/span", scale=2, **told)
        assert said in str(error.value)
    with pytest.raises(ModelError, match=r"no scale 16; .* 1, 2, 3, 4"):
        build("spandrel/span", scale=16)
    with pytest.raises(ModelError, match="less than or equal to 3"):
        build("spandrel/realplksr", scale=2, channels=4)
    with pytest.raises(ModelError, match="its code refuses these arguments"):
        build("spandrel/mosr", scale=2, upsampler="none")


@pytest.mark.parametrize("name", QUICK)
def test_any_size_any_batch(name: str) -> None:
    network, scale = small(name).eval(), LEAST[name]
    images = torch.rand(2, 3, 19, 5, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        both = network(images.clone())
        apart = [network(image.clone()) for image in images.split(1)]
    assert both.shape == (2, 3, 19 * scale, 5 * scale)
    torch.testing.assert_close(both, torch.cat(apart), rtol=1e-4, atol=1e-5)


@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(1, 24), st.integers(1, 16), st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_pictures_are_extended_as_spandrel_extends(
    height: int, width: int, minimum: int, multiple: int, square: bool
) -> None:
    from spandrel.__helpers.size_req import pad_tensor

    image = torch.rand(1, 1, height, width)
    rules = spandrel.SizeRequirements(minimum=minimum, multiple_of=multiple, square=square)
    _, theirs = pad_tensor(image.clone(), rules)
    ours = extended(image, NetworkRules(1, minimum, multiple, square))
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    "name", [name for name in SMALL if name not in ("grl", "scunet", "uformer")]
)
def test_a_card_is_bounded_without_memory(name: str) -> None:
    """And a state dict is known again: spandrel tells its name and arguments."""
    network, row = small(name), f"spandrel/{name}"
    card = ModelCard(architecture=row, arguments=SMALL[name], scale=LEAST[name], colour="rgb")
    size = 4 * parameter_count(network)
    torch.testing.assert_close(
        [*map(torch.numel, built_within(card.built, size, "x").state_dict().values())],
        [*map(torch.numel, network.state_dict().values())],
    )
    found = detected(network.state_dict(), "x")
    assert found is not None
    assert (found.name, found.arguments["scale"]) == (row, LEAST[name])
    again = build(row, **found.arguments)
    again.load_state_dict(network.state_dict())
    assert not fits(network.state_dict())


def test_a_card_that_asks_for_more_than_its_file_is_refused() -> None:
    card = ModelCard(
        architecture="spandrel/swinir", arguments={"embed_dim": 6000}, scale=2, colour="rgb"
    )
    with pytest.raises(ModelError, match="larger than the file"):
        built_within(card.built, 10_000, "forged.safetensors")


def test_arguments_that_a_file_does_not_tell_are_refused() -> None:
    network = build("spandrel/span", scale=2, feature_channels=8, img_range=1.0)
    with pytest.raises(ModelError, match=r"would read img_range 255\.0 in place of 1\.0"):
        check_read_back(network, "spandrel/span")  # type: ignore[arg-type]
    check_read_back(small("span"), "spandrel/span")  # type: ignore[arg-type]


def test_a_saved_state_depends_on_the_weights_alone() -> None:
    """SPAN keeps what it computes of its weights beside them, and computes it where it evaluates."""
    network = small("span")
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.01)
    before = network.state_dict()
    stale = {name: value.clone() for name, value in before.items()}
    network.eval()(torch.rand(1, 3, 8, 8))
    for name, value in network.state_dict().items():
        assert torch.equal(value, stale[name]), name


def test_what_is_ours_too_is_told_by_our_name(tmp_path: Path) -> None:
    from spandrel.architectures.Compact import Compact
    from spandrel.architectures.ESRGAN import ESRGAN

    compact = Compact(num_feat=8, num_conv=3, upscale=2)
    found = detected(compact.state_dict(), "x")
    assert found is not None
    assert found.name == "srvgg"
    ours = build(found.name, **found.arguments)
    ours.load_state_dict(compact.state_dict())
    picture = torch.rand(1, 3, 9, 7)
    torch.testing.assert_close(ours(picture), compact(picture))
    esrgan = detected(ESRGAN(num_filters=8, num_blocks=2).state_dict(), "x")
    assert esrgan == ("rrdbnet", {"scale": 4, "channels": 3, "features": 8, "blocks": 2})


def test_what_does_not_train_is_refused_by_its_file() -> None:
    from spandrel.architectures.DRUNet import DRUNet

    network = DRUNet(in_nc=4, out_nc=3, nc=[8, 8, 8, 8], nb=2)
    with pytest.raises(ModelError, match=r"x is a DRUNet: it is told the level of the noise"):
        detected(network.state_dict(), "x")
    assert detected({"weight": torch.zeros(1)}, "x") is None
