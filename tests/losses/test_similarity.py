from __future__ import annotations

import numpy as np
import pytest
import torch

from realsr.losses.base import Batch
from realsr.losses.errors import LossError
from realsr.losses.similarity import LEAST, WANG_WEIGHTS, ms_ssim, similarity_maps, ssim

from .images import image, loss, pair


def close(seed: int, *shape: int) -> Batch:
    """An image and a noisy copy, so that structure is shared."""
    hr = image(seed, *shape)
    return Batch((hr + 0.3 * (image(seed + 1, *shape) - 0.5)).clamp(0, 1), hr)


@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_is_scikit_images(channels: int) -> None:
    metrics = pytest.importorskip("skimage.metrics")
    batch = close(3, 1, channels, 24, 29)
    expected = metrics.structural_similarity(
        batch.sr[0].permute(1, 2, 0).numpy(),
        batch.hr[0].permute(1, 2, 0).numpy(),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=1.0,
        channel_axis=-1,
    )
    assert float(ssim(batch.sr, batch.hr)) == pytest.approx(expected, abs=1e-12)
    assert float(loss("ssim")(batch)) == pytest.approx(1 - expected, abs=1e-12)


def test_of_constant_images_only_the_light_counts() -> None:
    dark, light = torch.full((1, 1, 11, 11), 0.2), torch.full((1, 1, 11, 11), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.04 + 0.36 + 1e-4)
    assert float(ssim(dark, light)) == pytest.approx(expected, rel=1e-4)
    assert float(ssim(dark.double(), light.double())) == pytest.approx(expected, rel=1e-6)


def test_autocast_does_not_narrow_the_variances() -> None:
    batch = close(3, 1, 3, 24, 24)
    sr, hr = batch.sr.float(), batch.hr.float()
    plain = ssim(sr, hr)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert float(ssim(sr, hr)) == float(plain)


def test_equal_images_have_no_loss() -> None:
    hr = image(5, 2, 3, 48, 48)
    assert float(loss("ssim")(Batch(hr, hr))) == pytest.approx(0, abs=1e-12)
    three = {"weights": WANG_WEIGHTS[:3]}
    assert float(loss("ms_ssim", **three)(Batch(hr, hr))) == pytest.approx(0, abs=1e-12)


def halved(images: np.ndarray) -> np.ndarray:
    return 0.25 * (
        images[0::2, 0::2] + images[1::2, 0::2] + images[0::2, 1::2] + images[1::2, 1::2]
    )


def test_ms_ssim_by_scikit_image_scale_by_scale() -> None:
    """The last scale's SSIM and the finer ones' contrast-structure, the latter from Wang's moments in numpy."""
    filters = pytest.importorskip("scipy.ndimage")
    batch = close(7, 1, 1, 48, 52)
    a, b = batch.sr[0, 0].numpy(), batch.hr[0, 0].numpy()

    def blur(x: np.ndarray) -> np.ndarray:
        return filters.gaussian_filter(x, 1.5, truncate=3.5)[5:-5, 5:-5]

    product = 1.0
    for scale, weight in enumerate((0.3, 0.5)):
        if scale:
            a, b = halved(a), halved(b)
        ma, mb = blur(a), blur(b)
        covariance = blur(a * b) - ma * mb
        spread = blur(a * a) - ma**2 + blur(b * b) - mb**2
        value = (2 * covariance + 9e-4) / (spread + 9e-4)
        if scale:
            value = value * (2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4)
        product *= value.mean() ** weight
    assert float(ms_ssim(batch.sr, batch.hr, (0.3, 0.5))) == pytest.approx(product, abs=1e-12)


def test_a_negative_scale_neither_breaks_nor_pulls() -> None:
    hr = image(9, 1, 1, 24, 24)
    sr = (1 - hr).requires_grad_(True)
    assert float(similarity_maps(sr, hr)[1].mean().detach()) < 0
    found = ms_ssim(sr, hr, (0.5, 0.5), window=7)
    assert float(found.detach()) == pytest.approx(LEAST, rel=1e-6)
    (gradient,) = torch.autograd.grad(found, sr)
    assert torch.isfinite(gradient).all()


def test_too_small_for_the_window() -> None:
    with pytest.raises(LossError, match="at least the window's 11"):
        loss("ms_ssim")(pair(1, 3, 96, 96))
