"""The JPEG operator: ragged batches by tensors, each sample as the host codec has it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from degrade.functional import codec
from degrade.geometry import Placement, Size
from degrade.operators.base import Group
from degrade.operators.compression import JPEG, JpegParameters
from tests.forms import fast

SIZES = [Size(40, 37), Size(1, 1), Size(17, 23), Size(64, 50), Size(8, 9)]
RECORDS = [
    JpegParameters(quality=quality, subsampling=subsampling)
    for quality, subsampling in zip(
        (30, 95, 1, 100, 60), ("4:2:0", "4:4:4", "4:2:2", "4:1:1", "4:4:0"), strict=True
    )
]


def group(records: list[JpegParameters], sizes: list[Size]) -> Group[JpegParameters]:
    return Group(records, sizes, [Placement(size) for size in sizes], torch.device("cpu"))


@pytest.mark.parametrize("channels", [1, 3])
def test_each_sample_of_a_batch_is_coded_alone(channels: int) -> None:
    canvas = torch.rand((5, channels, 66, 53), generator=torch.Generator().manual_seed(0))
    before = canvas.clone()
    out = JPEG.forms.kernel(canvas, group(RECORDS, SIZES))
    assert torch.equal(canvas, before)
    assert torch.isfinite(out).all()
    assert JPEG.forms.single is not None
    for index, (record, size) in enumerate(zip(RECORDS, SIZES, strict=True)):
        area = canvas[index, :, : size.height, : size.width].permute(1, 2, 0).numpy()
        expected = codec.jpeg(area, record.quality, record.subsampling)
        got = out[index, :, : size.height, : size.width].permute(1, 2, 0).numpy()
        assert np.array_equal(got, expected)
        assert np.array_equal(fast(JPEG, area, record), expected)


def test_a_canvas_in_another_memory_order() -> None:
    canvas = torch.rand((5, 3, 66, 53), generator=torch.Generator().manual_seed(0))
    strided = canvas.contiguous(memory_format=torch.channels_last)
    first, second = (
        JPEG.forms.kernel(images, group(RECORDS, SIZES)) for images in (canvas, strided)
    )
    assert torch.equal(first, second)


def test_an_empty_batch() -> None:
    assert JPEG.forms.kernel(torch.empty((0, 3, 8, 8)), group([], [])).shape == (0, 3, 8, 8)


def test_it_stays_on_the_device_and_takes_grey_and_rgb() -> None:
    assert not JPEG.facts.on_host
    assert JPEG.facts.channels == (1, 3)


def test_the_record() -> None:
    assert JpegParameters(quality=50).subsampling == "4:2:0"
    assert JPEG.words.phrase(RECORDS[0]) == "JPEG q30 4:2:0"
    for values in ({"quality": 0}, {"quality": 101}, {"quality": 50.5}, {}):
        with pytest.raises(ValidationError):
            JpegParameters.model_validate(values)
    with pytest.raises(ValidationError):
        JpegParameters.model_validate({"quality": 50, "subsampling": "4:2:1"})
