"""Pictures in and out, enlarging in tiles, estimation, conditions, and what may run code."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

READING = "images/test_reading"
PNG = "images/test_png"
TILING = "inference/test_tiling"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    return Mutant(f"{file}.py", old, new, tuple(f"tests/{each}.py" for each in tests), lives)


# fmt: off
ROWS = (
    _row("realsr/images/pixels", "image.clamp(0, 1).mul_(255).round_()", "image.clamp(0, 1).mul_(255)", "images/test_pixels"),
    _row("realsr/images/crops", "return min(int(uniform * (room + 1)), room)", "return min(int(uniform * room), room)", "images/test_crops"),
    _row("realsr/images/crops", "return starts if starts[-1] == room else [*starts, room]", "return starts", "images/test_crops"),
    _row("realsr/images/crops", "Box(_place(y, size.height - side), _place(x, size.width - side), side, side)", "Box(_place(y, size.width - side), _place(x, size.height - side), side, side)", "images/test_crops"),
    _row("realsr/images/crops", "height, width = (side - side % self.scale for side in size)", "height, width = (side - side % 2 for side in size)", "images/test_crops"),
    _row("realsr/images/reading", "return ((mixed + 127) // 255).astype(np.uint8)", "return (mixed // 255).astype(np.uint8)", READING, "images/test_png_variants"),
    _row("realsr/images/raster", "return Size(width, height) if self.orientation in SIDEWAYS else Size(height, width)", "return Size(height, width)", READING),
    _row("realsr/images/png_stills", "{0: [0], 2: [2, 1, 0], 4: [0, 3], 6: [2, 1, 0, 3]}", "{0: [0], 2: [0, 1, 2], 4: [0, 3], 6: [2, 1, 0, 3]}", "images/test_png_variants", READING),
    _row("realsr/images/exif", "if isinstance(found, int) and 1 <= found <= 8 else 1", "if isinstance(found, int) and 1 <= found <= 4 else 1", READING),
    _row("realsr/images/raster", "pixels = np.rot90(pixels, -1)", "pixels = np.rot90(pixels)", READING),
    _row("realsr/images/raster", "table = (2 * steps * full + most) // (2 * most)", "table = steps * full // most", "images/test_png_variants", "images/test_tiff_variants"),
    _row("realsr/images/raster", "np.where(alpha == 0, pixels[..., :-1], np.minimum(colours, full))", "np.where(alpha == 0, 0, np.minimum(colours, full))", "images/test_tiff_variants", READING),
    _row("realsr/conditions/labels", "large = Size(scale * lr.height, scale * lr.width)", "large = Size(scale * lr.width, scale * lr.height)", "cli/test_upscale_conditions"),
    _row("realsr/conditions/labels", "labels.max() >= self.classes", "labels.max() > self.classes", "training/test_maps", "cli/test_upscale_conditions"),
    _row("realsr/conditions/network", "*_, low, high = (int(word[0, 0])", "low, high, *_ = (int(word[0, 0])", "conditions/test_noise"),
    _row("realsr/conditions/network", "1, columns.stop, stream=row)[:, columns.start :]", "1, len(columns), stream=row)", "conditions/test_noise"),
    _row("realsr/inference/alpha", "weight = torch.where(grown, near / 9, weight)", "weight = torch.where(grown, torch.ones_like(near), weight)", "inference/test_alpha"),
    _row("realsr/inference/alpha", "together / share.clamp(min=_DIVISIBLE), result", "together, result", "inference/test_pictures", "inference/test_saving"),
    _row("degrade/trust", "return code.name in self.names", "return any(name in code.name for name in self.names)", "trust/test_trust", "trust/test_models"),
    _row("degrade/trust", "return Trust(self.names | other.names)", "return Trust(self.names)", "trust/test_trust", "trust/test_commands"),
    _row("degrade/foreign", "if len(data) > most:\n", "if len(data) > most + 1:\n", "trust/test_foreign"),
    _row("degrade/foreign", "if not real.is_relative_to(root):", "if not str(real).startswith(str(root)):", "trust/test_foreign"),
    _row("degrade/foreign", "flags | getattr(os, \"O_NONBLOCK\", 0)", "flags", "trust/test_foreign"),
    _row("realsr/estimation/codec/blocks", "basis[0] /= np.sqrt(2.0)", "basis[0] /= 2.0", "estimation/codec/test_history"),
    _row("realsr/estimation/codec/last", "(down // chroma_down, across // chroma_across)", "(across // chroma_across, down // chroma_down)", "estimation/codec/test_history"),
    _row("realsr/estimation/pair/centring", "np.fft.fftfreq(wide.shape[-1])[None] * step[:, None]", "np.fft.fftfreq(wide.shape[-1])[None] * step[::-1, None]", "estimation/pair/test_kernel"),
    _row("realsr/estimation/pair/centring", "return int(2 * furthest + 1)", "return int(2 * furthest - 1)", "estimation/pair/test_kernel"),
    _row("realsr/estimation/pair/equations", "self.square - 2 * self.cross @ taps + taps @ self.gram @ taps", "self.square - self.cross @ taps + taps @ self.gram @ taps", "estimation/pair/test_kernel"),
    _row("realsr/inference/tiling", "latest = (cut_stop - shortest) // grid * grid", "latest = cut_stop - shortest", TILING),
    _row("realsr/inference/tiling", "first = (self.start - self.cut_start) * scale", "first = self.start - self.cut_start", TILING),
    _row("realsr/inference/tiling", "cut_stop = min(stop + margin, length)", "cut_stop = min(stop + margin - 1, length)", TILING),
)
