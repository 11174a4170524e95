"""The table: parameter counts as published or counted, and errors that help."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from realsr.models.edsr import EDSRArguments
from realsr.models.errors import ModelError
from realsr.models.table import ARCHITECTURES, architecture, build, parameter_count

ALL = (2, 3, 4)

COUNTS: dict[str, dict[int, int]] = {
    "srcnn": dict.fromkeys(ALL, 57_281),
    "fsrcnn": dict.fromkeys(ALL, 12_809),
    "fsrcnn_s": dict.fromkeys(ALL, 4_086),
    "espcn": {2: 21_284, 3: 22_729, 4: 24_752},
    "vdsr": dict.fromkeys(ALL, 665_921),
    "drcn": dict.fromkeys(ALL, 1_775_121),
    "drrn": dict.fromkeys(ALL, 297_216),
    "edsr": {2: 40_729_603, 3: 43_680_003, 4: 43_089_923},
    "edsr_baseline": {2: 1_369_859, 3: 1_554_499, 4: 1_517_571},
    "mdsr": dict.fromkeys(ALL, 7_953_987),
    "mdsr_baseline": dict.fromkeys(ALL, 3_227_203),
    "carn": {2: 964_163, 3: 1_148_803, 4: 1_111_875},
    "carn_m": {2: 257_027, 3: 303_427, 4: 294_147},
    "srdensenet": {4: 2_659_585},
    "rdn": {2: 22_123_395, 3: 22_308_035, 4: 22_271_107},
    "rcan": {2: 15_444_643, 3: 15_629_283, 4: 15_592_355},
}
"""Learned numbers, biases included, of each row's default arguments."""


def counted(name: str, **arguments: Any) -> int:
    """On the meta device: no memory, no initial weights."""
    with torch.device("meta"):
        return parameter_count(build(name, **arguments))


@pytest.mark.parametrize(
    ("name", "scale", "count"),
    [(name, scale, count) for name, by in COUNTS.items() for scale, count in by.items()],
)
def test_parameter_counts(name: str, scale: int, count: int) -> None:
    assert counted(name, scale=scale) == count


def test_the_counts_name_every_scale_that_a_row_has() -> None:
    by_row = {row.name: row.scales for row in ARCHITECTURES if row.name in COUNTS}
    assert by_row == {name: tuple(by) for name, by in COUNTS.items()}


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
        ("esrd", {"scale": 2}, "architecture 'esrd' is unknown; did you mean 'edsr'?"),
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


def test_a_name_near_to_nothing_lists_all() -> None:
    with pytest.raises(ModelError, match=r"known are srcnn, fsrcnn, .*, rcan"):
        architecture("zzz")


def test_arguments_are_typed_and_frozen() -> None:
    arguments = EDSRArguments(scale=2)
    with pytest.raises(ValidationError):
        arguments.blocks = 3
    with pytest.raises(ValidationError):
        EDSRArguments(scale=2, residual_weight=-1.0)
