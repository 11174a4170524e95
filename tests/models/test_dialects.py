"""Other people's keys, wrappers and prefixes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from realsr.models.dialects import StateDict, esrgan_keys, state_dict_of, understood
from realsr.models.errors import ModelError
from realsr.models.rrdbnet import RRDBNet, RRDBNetArguments

ONE, TWO = torch.tensor([1.0]), torch.tensor([2.0])
BARE = {"conv_first.weight": ONE, "body.0.weight": ONE}


def prefixed(prefix: str, value: torch.Tensor = ONE) -> StateDict:
    return {prefix + key: value for key in BARE}


@pytest.mark.parametrize(
    "checkpoint",
    [
        BARE,
        {"params": BARE},
        {"params_ema": BARE, "params": prefixed("", TWO)},
        {"params": prefixed("", TWO), "params-ema": BARE},
        {"state_dict": BARE, "epoch": 3},
        {"model_state_dict": BARE, "optimizer_state_dict": {"lr": 1.0}},
        {"model": BARE},
        {"net": BARE},
        {"anything": BARE},
        {"state_dict": {"params_ema": BARE}},
        {"state_dict": prefixed("module.")},
        prefixed("netG."),
        prefixed("_orig_mod."),
        prefixed("module._orig_mod."),
        prefixed("net_g."),
        {"state_dict": prefixed("model."), "pytorch-lightning_version": "2.4"},
        {**prefixed("generator.", TWO), **prefixed("generator_ema."), "discriminator.a": TWO},
        {**prefixed("generator."), "discriminator.conv0.weight": TWO},
        {**prefixed("online_model.", TWO), **prefixed("ema_model."), "step": TWO},
        {"iter": 5, **BARE},
    ],
    ids=range(20),
)
def test_the_weights_are_found_and_the_averaged_ones_preferred(checkpoint: Any) -> None:
    assert state_dict_of(checkpoint) == BARE


def test_the_sequence_of_2018_keeps_its_name() -> None:
    state = {"model.0.weight": ONE, "model.1.sub.0.RDB1.conv1.0.weight": ONE}
    assert state_dict_of(state) == state
    assert state_dict_of(prefixed("module.") | {}) == BARE
    assert state_dict_of({"module." + key: value for key, value in state.items()}) == state


def test_a_checkpoint_without_weights_is_refused() -> None:
    with pytest.raises(ModelError, match="no weights in this checkpoint: its keys are 'epoch'"):
        state_dict_of({"epoch": 3, "optimizer": {}})


def key_of_2018(key: str) -> str:
    """Of the first release, written from our key layer by layer."""
    layer, _, parameter = key.rpartition(".")
    parts = layer.split(".")
    if parts[0] == "body":
        return f"model.1.sub.{parts[1]}.RDB{parts[2][-1]}.conv{parts[3][-1]}.0.{parameter}"
    places = {"conv_first": "0", "conv_body": "1.sub.2", "conv_up1": "3"}
    places |= {"conv_up2": "6", "conv_hr": "8", "conv_last": "10"}
    return f"model.{places[layer]}.{parameter}"


def key_of_the_trunk(key: str) -> str:
    layer, _, parameter = key.rpartition(".")
    parts = layer.split(".")
    if parts[0] == "body":
        return f"RRDB_trunk.{parts[1]}.RDB{parts[2][-1]}.conv{parts[3][-1]}.{parameter}"
    names = {"conv_first": "conv_first", "conv_body": "trunk_conv", "conv_up1": "upconv1"}
    names |= {"conv_up2": "upconv2", "conv_hr": "HRconv", "conv_last": "conv_last"}
    return f"{names[layer]}.{parameter}"


@pytest.mark.parametrize("theirs", [key_of_2018, key_of_the_trunk])
def test_all_names_of_esrgan_are_one_network(theirs: Callable[[str], str]) -> None:
    arguments = RRDBNetArguments(scale=4, blocks=2, features=4, growth=2)
    ours = RRDBNet(arguments).state_dict()
    old = {theirs(key): value for key, value in ours.items()}
    assert old.keys() != ours.keys()
    assert understood({"params": old}).keys() == ours.keys()
    assert all(understood(old)[key] is value for key, value in ours.items())


def test_another_networks_keys_are_left_alone() -> None:
    assert esrgan_keys(BARE) == BARE
