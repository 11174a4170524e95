"""A space of three kinds of degradation, and pictures that tell them apart."""

from __future__ import annotations

import cv2
import numpy as np

THREE_KINDS = """
name: three_kinds
lr:
  - label: kind
    choice:
      - weight: 0.6
        stages: [{op: gaussian_blur, size: 21, sigma_x: {uniform: [2.9, 3.1]}, sigma_y: {given: sigma_x}, angle: 0}]
      - weight: 0.3
        stages: [{op: gaussian_noise, sigma_255: {uniform: [39, 41]}}]
      - weight: 0.1
        stages: [{op: jpeg, quality: {integer: [4, 6]}}]
  - {op: resize, of: target, factor: 1, filter: bicubic, antialias: true}
  - {op: clamp}
  - {op: quantise}
"""


def photographs(count: int = 3, side: int = 96) -> list[np.ndarray]:
    """Smooth ramps under blurred noise: enough detail for every feature."""
    generator = np.random.default_rng(0)
    ramp = np.linspace(60.0, 190.0, side)[None, :, None]
    return [
        np.clip(
            ramp
            + 4.0 * cv2.GaussianBlur(generator.normal(0.0, 30.0, (side, side, 3)), (0, 0), 1.2),
            0,
            255,
        ).astype(np.uint8)
        for _ in range(count)
    ]
