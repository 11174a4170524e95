"""PNG files of pairs: every decoder reads the same pixels back."""

from __future__ import annotations

import io
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from realsr.images.png import encode_png
from realsr.images.reading import Bytes

IMAGES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3])).flatmap(
    lambda shape: arrays(np.uint8, shape)
)


@given(IMAGES)
def test_two_decoders_read_the_pixels_back(image: Bytes) -> None:
    data = encode_png(image)
    by_pillow = np.array(Image.open(io.BytesIO(data)))
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert by_pillow.reshape(image.shape).tolist() == image.tolist()
    assert by_opencv.reshape(image.shape)[..., ::-1].tolist() == image.tolist()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_view_is_encoded_as_its_copy(channels: int) -> None:
    whole = np.random.default_rng(0).integers(0, 256, (40, 50, channels), dtype=np.uint8)
    view = whole[5:30, 7:41]
    assert encode_png(view) == encode_png(view.copy())


def test_photographs_are_no_larger_than_by_the_usual_writer() -> None:
    rng = np.random.default_rng(1)
    smooth = cv2.resize(
        rng.integers(0, 256, (20, 20, 3), dtype=np.uint8), (300, 300), interpolation=cv2.INTER_CUBIC
    )
    image = np.clip(smooth + rng.normal(0, 2, smooth.shape), 0, 255).astype(np.uint8)
    usual = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 3])[1].tobytes()
    assert len(encode_png(image)) < 1.1 * len(usual)


def test_flat_pictures_shrink_as_with_any_deflate() -> None:
    flat = np.full((400, 400, 3), 200, dtype=np.uint8)
    assert len(encode_png(flat)) < 20 * len(zlib.compress(flat.tobytes(), 9))
