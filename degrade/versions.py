"""Versions of everything that decides pixels."""

from __future__ import annotations

from importlib.metadata import version

import cv2
import torch

from degrade.functional.codec import jpeg_version
from degrade.functional.encoders import encoder_versions


def versions() -> dict[str, str]:
    """Library versions by name; `libjpeg` is the codec inside OpenCV."""
    return {
        "degrade": version("realsr-toolkit"),
        "kornia": version("kornia"),
        "libjpeg": jpeg_version(),
        "numpy": version("numpy"),
        "opencv": cv2.__version__,
        "torch": torch.__version__,
        **encoder_versions(),
    }
