"""Blur that changes across the image: a grid of kernels, bilinear between its nodes.

out(p) = sum over nodes n of w_n(p) (image correlated with kernel n)(p), w_n being the bilinear weights of the
four nodes about p: Nagy and O'Leary, "Restoring images degraded by spatially variant blur" (SIAM J. Sci.
Comput. 19(4), 1998); Hirsch et al., "Efficient filter flow for space-variant multiframe blind deconvolution"
(CVPR 2010). Both forms are linear in pixels, however many nodes there are. The kernel interpolates tap by tap:
one weight a tap and pixel. The form for one image on the CPU filters around each node the part that the node
reaches: every pixel four times, and the kernels' radius around each part.
"""

from __future__ import annotations

import numpy as np
import torch

from degrade.functional.filtering import Floats, Pixels, correlate_image, extend

Cells = tuple[torch.Tensor, torch.Tensor]
"""Of each pixel along an axis: the node before it, int64 (b, n), and how far it is towards the next."""


def cells(nodes: torch.Tensor, lengths: torch.Tensor, side: int) -> Cells:
    """Where pixels lie in the grid along one axis; the outermost nodes are the outermost pixels.

    nodes: int64 (b,), at least 2. lengths: int64 (b,), the samples' own. side: pixels of the canvas; those
    beyond a sample's own take its last cell. The second part is float64, 0 to 1.
    """
    gaps = nodes.view(-1, 1) - 1
    last = (lengths.view(-1, 1) - 1).clamp(min=1)
    pixel = torch.minimum(torch.arange(side, device=nodes.device).view(1, -1), last)
    scaled = pixel * gaps
    first = torch.minimum(torch.div(scaled, last, rounding_mode="floor"), gaps - 1)
    return first, (scaled - first * last).to(torch.float64) / last


def _tap_map(values: torch.Tensor, rows: Cells, columns: Cells) -> torch.Tensor:
    """One tap's values at the nodes (b, R, C), float64, brought to all pixels (b, 1, H, W)."""
    for axis, (first, part) in ((1, rows), (2, columns)):
        shape, view = list(values.shape), [len(values), 1, 1]
        shape[axis] = view[axis] = first.shape[1]
        near = values.gather(axis, first.view(view).expand(shape))
        far = values.gather(axis, (first + 1).view(view).expand(shape))
        share = part.view(view)
        values = (1.0 - share) * near + share * far
    return values.unsqueeze(1)


def correlate_varying(
    images: torch.Tensor,
    kernels: torch.Tensor,
    nodes: tuple[torch.Tensor, torch.Tensor],
    heights: torch.Tensor,
    widths: torch.Tensor,
) -> torch.Tensor:
    """Correlates each sample of a canvas b c H W with its own grid of kernels, in float64 tap by tap.

    kernels: float64 (b, R, C, k, k), k odd; a grid of fewer nodes fills the first rows and columns. nodes:
    int64 (b,) each, rows and columns of each sample's grid, at least 2. heights, widths: int64 (b,), the
    samples' own sizes; beyond the border is the mirror image about the outermost pixel. Returns b c H W in
    the images' type. Costs k * k products with a weight and four to make the weight.
    """
    side, (height, width) = kernels.shape[-1], images.shape[2:]
    rows, columns = cells(nodes[0], heights, height), cells(nodes[1], widths, width)
    source = extend(images, 2, side // 2, heights, "reflect101", height)
    source = extend(source, 3, side // 2, widths, "reflect101", width)
    total = torch.zeros(images.shape, dtype=torch.float64, device=images.device)
    for down in range(side):
        for right in range(side):
            weight = _tap_map(kernels[..., down, right], rows, columns)
            total = total + source[:, :, down : down + height, right : right + width] * weight
    return total.to(images.dtype)


def _hats(nodes: int, length: int) -> Floats:
    """The weights of each node along one axis: (nodes, length)."""
    first, part = cells(torch.tensor([nodes]), torch.tensor([length]), length)
    weights, pixel = np.zeros((nodes, length)), np.arange(length)
    weights[first[0].numpy(), pixel] = 1.0 - part[0].numpy()
    weights[first[0].numpy() + 1, pixel] = part[0].numpy()
    return weights


def correlate_image_varying(image: Pixels, kernels: Floats) -> Pixels:
    """`correlate_varying` of one image h w c on the CPU; kernels (rows, columns, k, k)."""
    radius = kernels.shape[-1] // 2
    padded = np.pad(image, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    hats_y, hats_x = (
        _hats(n, side) for n, side in zip(kernels.shape, image.shape[:2], strict=False)
    )
    total = np.zeros(image.shape)
    for row, column in np.ndindex(kernels.shape[:2]):
        reached = np.flatnonzero(hats_y[row]), np.flatnonzero(hats_x[column])
        if not (reached[0].size and reached[1].size):
            continue
        (top, end), (left, stop) = ((int(one[0]), int(one[-1]) + 1) for one in reached)
        part = np.ascontiguousarray(padded[top : end + 2 * radius, left : stop + 2 * radius])
        out = correlate_image(part, kernels[row, column])
        weight = np.outer(hats_y[row, top:end], hats_x[column, left:stop])
        inner = out[radius : radius + end - top, radius : radius + stop - left]
        total[top:end, left:stop] += weight[..., None] * inner
    return total.astype(np.float32)
