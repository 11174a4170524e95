"""One frame through a video codec and back (extra `video`): an intra frame at 4:2:0, see `video_coder`."""

from __future__ import annotations

from degrade.functional.eight_bits import Image, from_eight_bits, rgb_as, to_eight_bits
from degrade.functional.video_coder import CODECS, LARGEST_SIDE, as_frame, decode, encode


def video_frame(image: Image, codec: str, quantiser: int) -> Image:
    """An image h w c (3 or 1 channels, [0, 1]) coded as the first frame of a video.

    codec: a key of CODECS. quantiser: crf of h264, h265 and vp9, quantiser scale of mpeg2 and mpeg4. Odd sides
    are padded by repeating the last row or column, and cut again. One channel is coded as three equal ones and
    read from the green. Raises MissingExtraError without PyAV, ImageError for shapes it cannot hold.
    """
    pixels = to_eight_bits(image, codec, LARGEST_SIDE)
    height, width, channels = pixels.shape
    coder = CODECS[codec]
    packets = encode([as_frame(pixels)], coder, coder.options(quantiser))
    return from_eight_bits(rgb_as(decode(packets, coder, 0)[:height, :width], channels))
