"""What sets an architecture apart from its neighbours, on weights that can be followed by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn

from realsr.models.carn import Cascade
from realsr.models.colour_range import DIV2K_MEAN
from realsr.models.drrn import DRRNArguments, RecursiveBlock
from realsr.models.initialisation import identity_
from realsr.models.table import build
from tests.models.reduced import noise, small


def test_drrn_adds_the_first_feature_at_every_unit_and_not_the_last() -> None:
    """Units that change nothing: the entry is added three times to itself, not doubled three times."""
    block = RecursiveBlock(2, DRRNArguments(scale=2, features=2, units=3, batch_norm=False))
    for layer in (block.entry, block.first, block.second):
        identity_(layer)
    x = noise(1, 2, 4, 4)
    assert torch.allclose(block(x), 4 * x)


def test_a_cascade_merges_the_input_and_every_step() -> None:
    """Blocks that change nothing, fusions that add up: 2x, then 1 + 1 + 2 = 4x, then 8x."""
    cascade = Cascade(1, [nn.Identity()])
    for fusion in cascade.fusions:
        nn.init.ones_(fusion.get_parameter("0.weight"))
        nn.init.zeros_(fusion.get_parameter("0.bias"))
    x = noise(1, 1, 3, 3)
    assert torch.allclose(cascade(x), 8 * x)


@pytest.mark.parametrize(
    ("name", "last", "full"),
    [("edsr", "tail", 255), ("mdsr", "tail", 255), ("rcan", "tail", 255), ("carn", "exit", 1)],
)
def test_what_the_last_layer_gives_is_scaled_and_added_to_the_mean(
    name: str, last: str, full: int
) -> None:
    network = small(name, 2)
    layer = network.get_submodule(last)
    nn.init.zeros_(layer.get_parameter("weight"))
    nn.init.constant_(layer.get_parameter("bias"), 0.1 * full)
    expected = torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1).expand(1, 3, 6, 8) + 0.1
    assert torch.allclose(network(noise(1, 3, 3, 4)), expected)


def test_rdn_without_its_blocks_enlarges_the_shallow_features() -> None:
    network = small("rdn", 2)
    for parameter in network.get_submodule("fusion").parameters():
        nn.init.zeros_(parameter)
    lr = noise(1, 3, 5, 5)
    parts = (network.get_submodule(name) for name in ("shallow", "upsampler", "tail"))
    assert torch.equal(network(lr), nn.Sequential(*parts)(lr))


def test_the_body_of_fsrcnn_serves_another_scale() -> None:
    two, four = build("fsrcnn", scale=2), build("fsrcnn", scale=4)
    four.get_submodule("body").load_state_dict(two.get_submodule("body").state_dict(), strict=True)
    assert two.state_dict().keys() == four.state_dict().keys()


def test_each_use_of_drrns_unit_normalises_by_its_own_statistics() -> None:
    network = small("drrn", 2).train()
    network(noise(2, 3, 8, 8))
    means = [value for key, value in network.state_dict().items() if key.endswith("running_mean")]
    assert len(means) == 2 * 2 + 1
    assert all(not torch.equal(a, b) for a, b in pairwise(means))
