"""Eight bits and back, against numpy's own rounding, and the digest against bytes written out."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from realsr.images.pixels import all_to_bytes, pixel_digest, to_bytes, to_float, to_floats

CPU = torch.device("cpu")
LEVELS = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)


def test_every_level_is_its_share_of_255_and_comes_back() -> None:
    image = to_float(LEVELS, CPU)
    assert image.shape == (1, 16, 16)
    np.testing.assert_array_equal(image[0].numpy(), LEVELS[:, :, 0] / np.float32(255))
    np.testing.assert_array_equal(to_bytes(image), LEVELS)


@given(st.lists(st.floats(-0.25, 1.25, width=32), min_size=1, max_size=32))
def test_a_value_becomes_the_nearest_level(values: list[float]) -> None:
    """Of the product in float32, which is what 255 x is there; halves go to the even level."""
    image = torch.tensor(values, dtype=torch.float32)[None, None]
    clipped = np.clip(np.array(values, np.float32), 0, 1) * np.float32(255)
    expected = [round(Fraction(float(value))) for value in clipped]
    assert to_bytes(image)[0, :, 0].tolist() == expected
    assert all_to_bytes(image[None])[0][0, :, 0].tolist() == expected


def test_halves_go_to_the_even_level() -> None:
    halves = torch.tensor([0.5, 1.5, 2.5, 253.5, 254.5]) / 255
    assert (halves * 255).tolist() == [0.5, 1.5, 2.5, 253.5, 254.5]
    assert to_bytes(halves[None, None])[0, :, 0].tolist() == [0, 2, 2, 254, 254]


def test_many_are_each_as_one() -> None:
    generator = np.random.default_rng(0)
    same = [generator.integers(0, 256, (3, 5, 3), dtype=np.uint8) for _ in range(3)]
    for images in (same, [*same, same[0][:2]]):
        found = to_floats(images, CPU)
        for one, image in zip(found, images, strict=True):
            assert torch.equal(one, to_float(image, CPU))
        for back, image in zip(all_to_bytes(found), images, strict=True):
            np.testing.assert_array_equal(back, image)


def test_the_digest_is_of_size_and_bytes() -> None:
    image = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    expected = hashlib.sha256(b"1x2x3:uint8:\x00\x01\x02\x03\x04\x05").hexdigest()
    assert pixel_digest(image) == expected
    assert pixel_digest(image.transpose(1, 0, 2)) != expected
    turned = np.ascontiguousarray(image[:, ::-1])[:, ::-1]
    assert pixel_digest(turned) == expected
