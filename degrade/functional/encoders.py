"""Versions of the encoders that decide pixels, by name, without loading the optional ones."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

import cv2
import PIL
from PIL import features

OPTIONAL_PACKAGES = ("av", "pillow-heif")
"""Their wheels bring encoders of their own, so the package's version names those too."""


def encoder_versions() -> dict[str, str]:
    """`libwebp` is the codec inside OpenCV; `libavif`, `openjpeg` and `pillow-libjpeg` are Pillow's.

    `av` and `pillow-heif` appear where they are installed.
    """
    found = {
        "libwebp": _in_opencv("WEBP"),
        "libavif": features.version("avif"),
        "openjpeg": features.version("jpg_2000"),
        "pillow-libjpeg": features.version("libjpeg_turbo") or features.version("jpg"),
        "pillow": PIL.__version__,
        **{package: _installed(package) for package in OPTIONAL_PACKAGES},
    }
    return {name: text for name, text in found.items() if text is not None}


def _in_opencv(codec: str) -> str | None:
    line = re.search(rf"^\s*{codec}:\s*(.*?)\s*$", cv2.getBuildInformation(), re.MULTILINE)
    return line.group(1) if line else None


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
