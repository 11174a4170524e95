"""The table: parameter counts as published or counted, and errors that help."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from realsr.models.base import Architecture
from realsr.models.edsr import EDSRArguments
from realsr.models.errors import ModelError
from realsr.models.table import ARCHITECTURES, architecture, build, parameter_count

ALL = (2, 3, 4)


def counted(name: str, **arguments: Any) -> int:
    """On the meta device: no memory, no initial weights."""
    with torch.device("meta"):
        return parameter_count(build(name, **arguments))


@pytest.mark.parametrize(
    ("name", "scale", "count"),
    [
        (row.name, scale, count)
        for row in ARCHITECTURES.values()
        for scale, count in row.counts.items()
    ],
)
def test_parameter_counts(name: str, scale: int, count: int) -> None:
    """Learned numbers, biases included, of each row's default arguments."""
    assert counted(name, scale=scale) == count


@pytest.mark.parametrize("row", ARCHITECTURES.values(), ids=lambda row: row.name)
def test_the_counts_name_every_scale_that_a_row_has(row: Architecture[Any]) -> None:
    assert tuple(row.counts) == row.scales


@pytest.mark.parametrize(
    ("name", "arguments", "count"),
    [
        ("srcnn", {"scale": 3, "middle": 1}, 8_129),
        ("srcnn", {"scale": 3, "middle": 3}, 24_513),
        ("srcnn", {"scale": 3, "channels": 3}, 69_251),
        ("espcn", {"scale": 4, "channels": 3}, 37_200),
        ("fsrcnn", {"scale": 3, "features": 32, "shrunk": 5, "mappings": 1}, 4_086),
        ("drrn", {"scale": 2, "units": 9}, 297_216),
        ("drrn", {"scale": 2, "batch_norm": False}, 297_216),
        ("carn", {"scale": 4, "scales": ALL}, 1_591_939),
        ("carn_m", {"scale": 4, "scales": ALL}, 414_787),
    ],
)
def test_parameter_counts_of_variants(name: str, arguments: dict[str, Any], count: int) -> None:
    assert counted(name, **arguments) == count


def test_the_papers_weights_without_biases_and_slopes() -> None:
    """SRCNN and FSRCNN publish the number of convolution weights alone."""
    published = {
        ("srcnn", 1): 8_032,
        ("srcnn", 5): 57_184,
        ("fsrcnn", 0): 12_464,
        ("fsrcnn_s", 0): 3_937,
    }
    for (name, middle), count in published.items():
        network = build(name, scale=3, **({"middle": middle} if middle else {}))
        weights = (p for p in network.parameters() if p.ndim == 4)
        assert sum(weight.numel() for weight in weights) == count


def test_small_rdn_of_the_paper() -> None:
    small = counted("rdn", scale=4, blocks=20, layers=6, growth=32)
    assert small == 5_764_227


def test_a_shared_module_counts_once() -> None:
    layer = nn.Linear(2, 3)
    assert parameter_count(nn.ModuleList([layer, layer, nn.BatchNorm1d(4, affine=False)])) == 9


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("esrd", {"scale": 2}, "no architecture 'esrd'; did you mean 'edsr'?"),
        (
            "edsr",
            {"scale": 2, "feature": 8},
            "edsr: unknown argument 'feature'; did you mean 'features'?",
        ),
        ("vdsr", {}, "vdsr: the argument 'scale' is missing"),
        ("srcnn", {"scale": 2, "middle": 2}, "srcnn: middle = 2: Input should be 1, 3 or 5"),
        ("srdensenet", {"scale": 3}, "srdensenet: no scale 3; its paper has 4"),
        ("carn", {"scale": 2, "scales": (2, 5)}, "carn: no scale 5; its paper has 2, 3, 4"),
        (
            "carn",
            {"scale": 2, "scales": (3, 4)},
            r"scale 2 is none of scales \(3, 4\); add it there",
        ),
        (
            "rcan",
            {"scale": 2, "features": 8},
            "features 8 leave the attention no channel at reduction 16",
        ),
    ],
)
def test_errors_say_what_was_expected(name: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence.replace("?", r"\?")):
        build(name, **arguments)


def test_a_name_near_to_nothing_is_told_where_all_are_listed() -> None:
    with pytest.raises(ModelError, match=r"none of \d+ is alike \(`realsr models list`\)"):
        architecture("zzz")


def test_arguments_are_typed_and_frozen() -> None:
    arguments = EDSRArguments(scale=2)
    with pytest.raises(ValidationError):
        arguments.blocks = 3
    with pytest.raises(ValidationError):
        EDSRArguments(scale=2, residual_weight=-1.0)
