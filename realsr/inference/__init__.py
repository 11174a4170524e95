"""Enlarging images with any model: loading, tiles, files, and what can be done to the models themselves.

upscaler = realsr.inference.load("model.safetensors")
sr = upscaler(lr)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.inference.errors import InferenceError
    from realsr.inference.files import Upscaled, UpscaleJob, upscale_files
    from realsr.inference.loading import load
    from realsr.inference.mixing import interpolated
    from realsr.inference.onnx_export import onnx_bytes
    from realsr.inference.upscaler import Tiling, Upscaler

__all__ = [
    "InferenceError",
    "Tiling",
    "UpscaleJob",
    "Upscaled",
    "Upscaler",
    "interpolated",
    "load",
    "onnx_bytes",
    "upscale_files",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "InferenceError": "realsr.inference.errors",
        "Tiling": "realsr.inference.upscaler",
        "UpscaleJob": "realsr.inference.files",
        "Upscaled": "realsr.inference.files",
        "Upscaler": "realsr.inference.upscaler",
        "interpolated": "realsr.inference.mixing",
        "load": "realsr.inference.loading",
        "onnx_bytes": "realsr.inference.onnx_export",
        "upscale_files": "realsr.inference.files",
    },
)
