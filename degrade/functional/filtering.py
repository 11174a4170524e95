"""Correlation of images with kernels, each sample with its own.

out[y, x] = sum over (dy, dx) of kernel[r + dy, r + dx] * image[y + dy, x + dx]: the kernel is not flipped and
its centre is the pixel itself. Pixels beyond the border are had from the sample's own height and width:
`reflect101` mirrors about the outermost pixel (dcb|abcd|cba), as often as a kernel larger than the image
needs; `replicate` repeats the outermost pixel.
"""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as torch_nn

from degrade.functional.direct_filtering import correlate_pieces, quicker_pieces

Border = Literal["reflect101", "replicate"]
Pixels = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

LEAST_SIDE = 8
"""A float64 convolution on the CPU to a single pixel takes another order of additions than to several."""

NEGLIGIBLE = 1e-8
"""Weight that may be cut off a kernel's rim: a fiftieth of the tolerance between the two forms."""

SHORTEST_CHEQUERED = 5
"""Taps a side from which float32 sums of one image would use up the tolerance."""

LONGEST_DIRECT = 11
"""Taps a side up to which OpenCV adds up tap by tap."""

CV_BORDERS: dict[Border, int] = {
    "reflect101": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
}


def border_index(positions: torch.Tensor, lengths: torch.Tensor, border: Border) -> torch.Tensor:
    """Where pixels at any position are read: int64 (b, n), within 0..length - 1 of each sample.

    positions: int64 (n,), may be negative or beyond the end. lengths: int64 (b,), at least 1.
    """
    last = lengths.view(-1, 1) - 1
    if border == "replicate":
        return torch.minimum(positions.view(1, -1).clamp(min=0), last)
    period = (2 * last).clamp(min=1)
    wave = torch.remainder(positions.view(1, -1), period)
    return torch.minimum(wave, period - wave).clamp(max=last)


def extend(
    images: torch.Tensor, axis: int, radius: int, lengths: torch.Tensor, border: Border, side: int
) -> torch.Tensor:
    """A canvas b c H W with `radius` border pixels before, and after, `side` pixels of one axis (2 or 3).

    lengths: int64 (b,), each sample's own extent along the axis; what follows it is its own mirror image.
    """
    positions = torch.arange(-radius, side + radius, device=images.device)
    index = border_index(positions, lengths, border)
    shape = list(images.shape)
    shape[axis] = positions.shape[0]
    view = [-1, 1, 1, 1]
    view[axis] = positions.shape[0]
    return torch.gather(images, axis, index.view(view).expand(shape))


def _depthwise(images: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Valid correlation of b c H W with b k l, each channel by itself, in a fixed order of taps.

    As one grouped convolution of contiguous float32 or float64 this is torch's own depthwise kernel on CUDA
    (never cuDNN, so no TF32 and no choice of algorithm) and oneDNN's direct one on the CPU. A single group
    is the exception on both, hence the doubled channel.
    """
    batch, channels, height, width = images.shape
    flat = images.reshape(1, batch * channels, height, width)
    weights = kernels.repeat_interleave(channels, 0).unsqueeze(1)
    if batch * channels == 1:
        flat, weights = flat.repeat(1, 2, 1, 1), weights.repeat(2, 1, 1, 1)
    groups = flat.shape[1]
    out = torch_nn.conv2d(flat.contiguous(), weights.contiguous(), groups=groups)
    return out[:, : batch * channels].reshape(batch, channels, *out.shape[-2:])


def correlate(
    images: torch.Tensor,
    kernels: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    border: Border = "reflect101",
) -> torch.Tensor:
    """Correlates each sample of a canvas b c H W with its own kernel.

    images: float32 or float64. kernels: (b, k, k), k odd, rounded to the images' type. heights, widths: int64
    (b,), the samples' own sizes. Returns b c H W in the images' type; beyond a sample's own size the values
    are finite and without meaning. A sample's bits depend neither on the batch, nor on H, W and k: the taps of
    a larger k are zeros. Rows of the kernel are summed in float32 and added up in float64: within 3e-7 of full
    scale of the exact sum for positive kernels of sum 1, more for ringing ones (4e-7 for a sinc of 31 taps).
    """
    if images.numel() == 0:
        return images.clone()
    side, (height, width) = kernels.shape[-1], images.shape[-2:]
    source = extend(images, 2, side // 2, heights, border, height)
    source = extend(source, 3, side // 2, widths, border, width)
    return correlate_inside(source, kernels)


def correlate_inside(source: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Correlates b c (H + k - 1) (W + k - 1) with kernels (b, k, k) to b c H W: no border enters.

    Rounding as for `correlate`, whose inner part this is.
    """
    side, weights = kernels.shape[-1], kernels.to(source.dtype)
    height, width = (extent - side + 1 for extent in source.shape[-2:])
    shape = (*source.shape[:2], height, width)
    total = torch.zeros(shape, dtype=torch.float64, device=source.device)
    for row in range(side):
        part = _depthwise(source, weights[:, row : row + 1])
        total += part[:, :, row : row + height]
    return total.to(source.dtype)


def correlate_separable(
    images: torch.Tensor,
    taps_y: torch.Tensor,
    taps_x: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    border: Border = "reflect101",
) -> torch.Tensor:
    """Correlates each sample of a canvas b c H W with its own columns and rows, in float64 throughout.

    taps_y (b, k), taps_x (b, l): k and l odd. heights, widths: int64 (b,). Returns float64 b c H W, so that a
    threshold on the result falls the same way in every form and on every device.
    """
    wide = images.to(torch.float64)
    if wide.numel() == 0:
        return wide.clone()
    height, width = images.shape[-2:]
    rows, columns = max(height, LEAST_SIDE), max(width, LEAST_SIDE)
    wide = extend(wide, 3, 0, widths, border, columns)
    wide = extend(wide, 2, taps_y.shape[-1] // 2, heights, border, rows)
    wide = _depthwise(wide, taps_y.to(torch.float64).unsqueeze(2))
    wide = extend(wide, 3, taps_x.shape[-1] // 2, widths, border, columns)
    wide = _depthwise(wide, taps_x.to(torch.float64).unsqueeze(1))
    return wide[:, :, :height, :width]


def trimmed(kernel: Floats) -> Floats:
    """The kernel's centred part that leaves out at most 1e-8 of absolute weight. kernel: (k, k) or (k,)."""
    radius = kernel.shape[0] // 2
    offsets = np.abs(np.arange(kernel.shape[0]) - radius)
    ring = offsets if kernel.ndim == 1 else np.maximum(offsets[:, None], offsets[None, :])
    weight = np.bincount(ring.ravel(), np.abs(kernel).ravel())
    beyond = np.cumsum(weight[::-1])[::-1]
    kept = int(np.count_nonzero(beyond[1:] > NEGLIGIBLE))
    centred = slice(radius - kept, radius + kept + 1)
    return kernel[(centred,) * kernel.ndim]


def correlate_image(image: Pixels, kernel: Floats, border: Border = "reflect101") -> Pixels:
    """`correlate` of one image on the CPU.

    image: h w c float32, contiguous. kernel: (k, k) float64, k odd. OpenCV adds up to 11x11 taps one by one in
    float32 and takes a DFT in float64 above, unless the kernel has few taps: see `direct_filtering`. From 5x5
    to 11x11 rounding would use up the tolerance: there the image is centred about 0 and the taps go in two
    chequered halves (OpenCV skips zeros).
    """
    weights, mode = trimmed(kernel).astype(np.float32), CV_BORDERS[border]
    if weights.shape[0] > LONGEST_DIRECT:
        return _correlate_large(image, weights, mode)
    if weights.shape[0] < SHORTEST_CHEQUERED:
        return _filter(image, weights, mode)
    centred = np.subtract(image, np.float32(0.5))
    chequered = (np.indices(weights.shape).sum(0) % 2).astype(np.float32)
    odd: Pixels = weights * chequered
    out = _filter(centred, odd, mode)
    out += _filter(centred, weights - odd, mode)
    out += np.float32(0.5 * weights.sum(dtype=np.float64))
    return out


def _correlate_large(image: Pixels, weights: Pixels, mode: int) -> Pixels:
    """By the pieces of a kernel that is positive and of few taps; by a DFT otherwise."""
    if weights.min() < -NEGLIGIBLE:
        return _filter(image, weights, mode)
    kept: Pixels = np.where(weights > np.float32(NEGLIGIBLE / weights.size), weights, np.float32(0))
    boxes = quicker_pieces(kept)
    if not boxes:
        return _filter(image, weights, mode)
    return correlate_pieces(image, kept, boxes, mode)


def _filter(image: Pixels, weights: Pixels, mode: int) -> Pixels:
    out = cv2.filter2D(image, -1, weights, borderType=mode)
    return np.asarray(out, np.float32).reshape(image.shape)


def correlate_image_separable(
    image: Pixels | Floats,
    taps_y: Floats,
    taps_x: Floats,
    border: Border = "reflect101",
    wide: bool = False,
) -> npt.NDArray[Any]:
    """`correlate_separable` of one image on the CPU: h w c, in float64 where `wide`, else in float32.

    An image of float64 goes with `wide`.
    In float32 the error stays within 3e-7 of full scale up to 25 taps, and 4e-7 up to 51.
    """
    out = cv2.sepFilter2D(
        image,
        cv2.CV_64F if wide else cv2.CV_32F,
        trimmed(taps_x),
        trimmed(taps_y),
        borderType=CV_BORDERS[border],
    )
    return np.asarray(out).reshape(image.shape)


def correlate_image_long(
    image: Pixels, taps_y: Floats, taps_x: Floats, border: Border = "reflect101"
) -> Pixels:
    """`correlate_image_separable` for positive taps of sum 1, many of them, in float32.

    About 0 the sums of many taps keep more digits: within 2.5e-7 of full scale up to 75 taps.
    """
    centred = np.subtract(image, np.float32(0.5))
    out: Pixels = correlate_image_separable(centred, taps_y, taps_x, border)
    out += np.float32(0.5 * trimmed(taps_y).sum() * trimmed(taps_x).sum())
    return out
