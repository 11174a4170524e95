"""Colour profiles as files carry them."""

from __future__ import annotations

from PIL import ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
