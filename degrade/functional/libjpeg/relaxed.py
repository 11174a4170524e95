"""What a gradient passes through in place of the codec: its linear parts and its limits."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from degrade.functional.libjpeg.color import BITS, TO_LUMA_AND_CHROMA, TO_RGB, weighed
from degrade.functional.libjpeg.sampling import Layout, LayoutFields, summed, triangle


def relaxed(images: Tensor, layouts: Sequence[Layout]) -> Tensor:
    """The round trip of `degrade.functional.libjpeg.codec.jpeg` with every rounding left out.

    The two transforms cancel then, whatever the tables: what stays is the limit to [0, 1] and, of colours, the
    chroma's way down and up. The derivative is that of a codec whose roundings pass gradients straight through.
    """
    values = images.clamp(0.0, 1.0)
    if images.shape[1] != 3 or not layouts:
        return values
    fields = LayoutFields(layouts, images.device)
    planes = weighed(values, TO_LUMA_AND_CHROMA) / 2.0**BITS
    rows, columns = max(one.rows for one in layouts), max(one.columns for one in layouts)
    pixels = (fields["down"] * fields["across"]).to(images.dtype)
    chroma = summed(planes[:, 1:], layouts, fields, rows, columns) / pixels
    quarters = fields["smooth_down"] + fields["smooth_across"]
    weight = (4**quarters).to(images.dtype)
    wide = triangle(chroma, fields, *images.shape[2:]) / weight
    return (planes[:, :1] + weighed(wide, TO_RGB) / 2.0**BITS).clamp(0.0, 1.0)
