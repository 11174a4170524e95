"""Colour profiles: which pictures are in sRGB already, and how the others get there.

Conversion is LittleCMS's, relative colorimetric, in 8 bits.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from realsr.images.errors import SourceError
from realsr.images.raster import GREY, Bytes, Kept

_SAME = 2
"""Levels of 255 by which a profile that is called sRGB differs, all versions of it taken together."""
_NEUTRAL = 6
"""Levels by which what a profile calls grey may differ between red, green and blue."""
_CICP_SRGB = frozenset({(1, 13), (1, 1), (1, 6), (2, 2)})
"""Primaries and transfer of BT.709 and sRGB, and `unspecified` (ITU-T H.273)."""
_STEPS = np.arange(0, 256, 17, dtype=np.uint8)


@dataclass(frozen=True)
class Conversion:
    """From a profile to sRGB. name: the profile's own. digest: SHA-256 of its bytes, in hexadecimal."""

    name: str
    digest: str
    transform: ImageCms.ImageCmsTransform
    is_grey: bool

    def record(self) -> dict[str, str]:
        """As a manifest tells it."""
        return {"profile": self.name, "profile_digest": self.digest, "converted_to": "sRGB"}

    def apply(self, pixels: Bytes) -> Bytes:
        """`h w c` uint8; alpha (c = 2 or 4) stays."""
        colours = 3 if pixels.shape[2] >= 3 else 1
        made = _through(self.transform, np.ascontiguousarray(pixels[..., :colours]), self.is_grey)
        return np.concatenate([made[..., :colours], pixels[..., colours:]], axis=2)


def conversion_of(kept: Kept, colours: str) -> Conversion | None:
    """What brings a picture with this profile to sRGB; None where it is there already, or says nothing.

    Raises SourceError for a profile that is broken, of another kind of colours, or under which equal red, green
    and blue are no grey.
    """
    for kind, body in kept.png:
        if kind == b"cICP" and tuple(body[:2]) not in _CICP_SRGB:
            raise SourceError(
                "profile",
                f"its colours are a video system's (cICP {body[0]}, {body[1]}); convert it to sRGB first",
            )
    if kept.icc is None:
        return None
    return _of_profile(kept.icc, colours)


@lru_cache(maxsize=64)
def _of_profile(icc: bytes, colours: str) -> Conversion | None:
    profile = _opened(icc)
    space = profile.profile.xcolor_space.strip()
    name = (profile.profile.profile_description or "unnamed").strip("\0\n ")
    if space != "RGB" and not (space == "GRAY" and colours == GREY):
        raise SourceError(
            "profile",
            f"its colour profile ({name}) is of {space}, its pixels are {colours}; convert it to sRGB first",
        )
    is_grey = space == "GRAY"
    transform = _transform(profile, is_grey)
    _check_neutral(transform, is_grey, name)
    probe = _grid() if colours != GREY else _STEPS.reshape(1, -1, 1)
    made = _through(transform, probe, is_grey)[..., : probe.shape[2]]
    if np.abs(made.astype(int) - probe).max() <= _SAME:
        return None
    return Conversion(name, hashlib.sha256(icc).hexdigest(), transform, is_grey)


def _opened(icc: bytes) -> ImageCms.ImageCmsProfile:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except Exception as error:  # the library raises OSError and its own
        raise SourceError(
            "profile",
            f"its colour profile is broken ({error}); remove it, or convert it to sRGB first",
        ) from error


def _transform(profile: ImageCms.ImageCmsProfile, is_grey: bool) -> ImageCms.ImageCmsTransform:
    try:
        return ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            "L" if is_grey else "RGB",
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            # A grey curve would be sampled too coarsely for its darks.
            ImageCms.Flags.NOOPTIMIZE if is_grey else ImageCms.Flags.NONE,
        )
    except Exception as error:
        raise SourceError(
            "profile",
            f"its colour profile cannot be converted from ({error}); remove it, or convert it to sRGB first",
        ) from error


def _check_neutral(transform: ImageCms.ImageCmsTransform, is_grey: bool, name: str) -> None:
    greys = _through(transform, _STEPS.reshape(1, -1, 1), is_grey).astype(int)[0]
    apart = int((greys.max(axis=1) - greys.min(axis=1)).max())
    if apart > _NEUTRAL or (np.diff(greys[:, 1]) < 0).any():
        raise SourceError(
            "profile",
            f"its colour profile ({name}) is not like RGB: equal values are no grey under it; convert it to "
            "sRGB first",
        )


def _grid() -> Bytes:
    """Every 17th level of all three channels."""
    axes = np.meshgrid(_STEPS, _STEPS, _STEPS, indexing="ij")
    return np.stack(axes, axis=-1).reshape(1, -1, 3)


def _through(transform: ImageCms.ImageCmsTransform, pixels: Bytes, is_grey: bool) -> Bytes:
    """`h w 1` or `h w 3` -> `h w 3`."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    if not is_grey:
        image = image.convert("RGB")
    made = ImageCms.applyTransform(image, transform)
    return np.array(made)
