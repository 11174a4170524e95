"""Versions of everything that decides pixels."""

from __future__ import annotations

import re
from importlib.metadata import version

import cv2
import torch


def versions() -> dict[str, str]:
    """Library versions by name; `libjpeg` is the codec inside OpenCV."""
    build = re.search(r"^\s*JPEG:\s*(.*?)\s*$", cv2.getBuildInformation(), re.MULTILINE)
    return {
        "degrade": version("realsr-toolkit"),
        "libjpeg": build.group(1) if build else "unknown",
        "numpy": version("numpy"),
        "opencv": cv2.__version__,
        "torch": torch.__version__,
    }
