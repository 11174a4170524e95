"""Operators of degradations, and the published pipelines that use them."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

PUBLISHED = "degrade/test_published"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    path = file if "." in file else f"degrade/operators/{file}.py"
    return Mutant(path, old, new, tuple(f"tests/{each}.py" for each in tests), lives)


# fmt: off
ROWS = (
    _row("noise", "(images[:, i : i + 1] * weight for i, weight in enumerate(ROUNDED_BT601))", "(images[:, i : i + 1] / 3.0 for i, weight in enumerate(ROUNDED_BT601))", "operators/test_noise", "operators/test_noise_laws"),
    _row("noise", "image[..., i : i + 1] * np.float32(weight) for i, weight in enumerate(ROUNDED_BT601)", "image[..., i : i + 1] * np.float32(weight) for i, weight in enumerate(ROUNDED_BT601[::-1])", "operators/test_noise", "operators/test_noise_laws"),
    _row("noise", "noise *= np.float32(record.sigma_255 / 255.0)", "noise *= np.float32(record.sigma_255 / 256.0)", "operators/test_noise", "operators/test_noise_laws"),
    _row("noise", "levels = torch.where(grey, canvas_levels(_luma(images)), levels)", "levels = torch.where(grey, levels, canvas_levels(_luma(images)))", "operators/test_noise", "operators/test_noise_laws"),
    _row("sensor_noise", "np.maximum(own, 0.0, out=variance)", "np.abs(own, out=variance)", "operators/test_sensor_noise"),
    _row("sensor_noise", "images + (row_sigma * rows + column_sigma * columns)", "images + (column_sigma * rows + row_sigma * columns)", "operators/test_sensor_noise"),
    _row("sensor_noise", "columns = fields.normals(1,", "columns = fields.normals(0,", "operators/test_sensor_noise"),
    _row("tonal_noise", "return t * t * (3.0 - 2.0 * t)", "return t", "operators/test_tonal_noise"),
    _row("tonal_noise", "above = ((high - wide) / softness + 1.0)", "above = ((high - wide) / softness)", "operators/test_tonal_noise"),
    _row("independent_noise", "math.sqrt(12.0) / 255.0", "math.sqrt(3.0) / 255.0", "operators/test_independent_noise", "operators/test_noise_laws"),
    _row("independent_noise", "(255.0 * math.sqrt(2.0))", "255.0", "operators/test_independent_noise", "operators/test_noise_laws"),
    _row("independent_noise", "[record.amount * record.salt for record in group.records]", "[record.salt for record in group.records]", "operators/test_independent_noise", "operators/test_noise_laws"),
    _row("independent_noise", "return images + images * (_sigma(images, group) * fields.normals(0))", "return images + (_sigma(images, group) * fields.normals(0))", "operators/test_independent_noise", "operators/test_noise_laws"),
    _row("correlated_noise", "torch.where(speckle, images * noise, noise)", "torch.where(speckle, noise, images * noise)", "operators/test_correlated_noise"),
    _row("correlated_noise", "lower[row][place] = rest / lower[place][place]", "lower[row][place] = rest", "operators/test_correlated_noise"),
    _row("procedural_noise", "pitch = 2.0**octave", "pitch = 2.0 * (octave + 1)", "operators/test_procedural_noise"),
    _row("procedural_noise", "field = fields.normals(octave, grids, _extent(grids))", "field = fields.normals(0, grids, _extent(grids))", "operators/test_procedural_noise"),
    _row("texture_noise", "return images + (sigma * grain_sigma(images)) * field", "return images + sigma * field", "operators/test_texture_noise"),
    _row("noise_bank", "return down % (2 * height), right % (2 * width)", "return down % height, right % width", "operators/test_noise_bank"),
    _row("sharpen", "chosen = (residual.abs() > limit).to(torch.float64)", "chosen = (residual > limit).to(torch.float64)", "operators/test_sharpen"),
    _row("sharpen", "sharp = (wide + weight * residual).clamp(0.0, 1.0)", "sharp = wide + weight * residual", "operators/test_sharpen"),
    _row("sharpen", "0.3 * ((self.taps - 1) * 0.5 - 1.0) + 0.8", "0.3 * (self.taps * 0.5 - 1.0) + 0.8", "operators/test_sharpen"),
    _row("overshoot", "return column(group.floats(\"weight\"), wide) * (wide - smooth)", "return column(group.floats(\"weight\"), wide) * (smooth - wide)", "operators/test_sharpen", "contract/test_operators"),
    _row("tone", "** (1.0 / gamma)", "** gamma", "operators/test_tone"),
    _row("tone", "factor * wide + (1.0 - factor) * luma(wide)", "(1.0 - factor) * wide + factor * luma(wide)", "operators/test_tone"),
    _row("tone", "torch.stack([red, torch.ones_like(red), blue], dim=1)", "torch.stack([blue, torch.ones_like(red), red], dim=1)", "operators/test_tone"),
    _row("levels", "steps = column(group.integers(\"levels\") - 1, images)", "steps = column(group.integers(\"levels\"), images)", "operators/test_levels"),
    _row("artefacts", "(1.0 + fall * square) ** -2", "(1.0 + fall * square) ** -1", "operators/test_artefacts"),
    _row("artefacts", "middle_x = (column(group.widths(), rows) - 1.0) / 2.0", "middle_x = column(group.widths(), rows) / 2.0", "operators/test_artefacts"),
    _row("artefacts", "members = torch.minimum(block, length - start).clamp(min=1)", "members = block", "operators/test_artefacts"),
    _row("artefacts", "torch.where(shape, square, torch.minimum(down, right))", "torch.where(shape, torch.minimum(down, right), square)", "operators/test_artefacts"),
    _row("printing", "(group.widths().view(-1, 1) - 1 - columns).clamp(min=0)", "(group.widths().view(-1, 1) - columns).clamp(min=0)", "operators/test_printing"),
    _row("printing", "_blurred(1.0 - light, \"bleed_px\", group)", "_blurred(light, \"bleed_px\", group)", "operators/test_printing"),
    _row("screen", "return columns * cosine + rows * sine, rows * cosine - columns * sine", "return columns * cosine - rows * sine, rows * cosine + columns * sine", "operators/test_screen"),
    _row("screen", "printed = printed * (1.0 - _ink(black, threshold[:, 3:], group))", "printed = printed - _ink(black, threshold[:, 3:], group)", "operators/test_screen"),
    _row("displacement", "read_along(images, 2, rows - down, group.heights())", "read_along(images, 2, rows + down, group.heights())", "operators/test_displacement"),
    _row("displacement", "middle + (line - middle) / scale", "middle + (line - middle) * scale", "operators/test_displacement"),
    _row("displacement", "torch.remainder(rows, 2.0) * 2.0 - 1.0", "1.0 - torch.remainder(rows, 2.0) * 2.0", "operators/test_displacement"),
    _row("lens_blur", "getattr(record, name) / scale for name in names", "getattr(record, name) * scale for name in names", "operators/test_lens_blur"),
    _row("kernel_bank", "return Placement(frame.current, Axis(1.0, shift_y), Axis(1.0, shift_x))", "return Placement(frame.current, Axis(1.0, shift_x), Axis(1.0, shift_y))", "operators/test_kernel_bank"),
    _row("resize", "position = axis.shift - _tie_shift(name, axis.scale, shift)", "position = axis.shift", "operators/test_resize"),
    _row("resize", "return out.height > current.height or out.width > current.width", "return out.height > current.height and out.width > current.width", "operators/test_resize"),
    _row("strided", "return min(phase, side - 1)", "return phase", "operators/test_strided"),
    _row("strided", "return -(-(side - _first(side, phase)) // record.step)", "return (side - _first(side, phase)) // record.step", "operators/test_strided"),
    _row("analogue", "/ 255.0 / taps.square().sum(1).sqrt()", "/ 255.0 / taps.square().sum(1)", "operators/test_analogue"),
    _row("analogue", "self.chroma_cutoff * self.subcarrier_px > 0.5", "self.chroma_cutoff * self.subcarrier_px > 1.0", "operators/test_analogue"),
    _row("glass_blur", "group.integers(\"reach\") * taken", "group.integers(\"reach\")", "operators/test_glass_blur"),
    _row("camera", "raw = saturate(raw + shot_read_sigma(raw, group) * noise, camera)", "raw = raw + shot_read_sigma(raw, group) * noise", "operators/test_camera"),
    _row("camera", "return (self.red_gain / self.exposure, 1.0 / self.exposure, self.blue_gain / self.exposure)", "return (self.red_gain / self.exposure, self.exposure, self.blue_gain / self.exposure)", "operators/test_camera"),
    _row("pipelines/diffbir.yaml", "sigma_x: {uniform: [0.1, 12]}\n            sigma_y: {uniform: [0.1, 12]}", "sigma_x: {uniform: [0.1, 12]}\n            sigma_y: {given: sigma_x}", PUBLISHED),
    _row("pipelines/realesrgan.yaml", "- maybe: {per_repeat: [1, 0.8]}", "- maybe: {per_repeat: [1, 1]}", PUBLISHED),
    _row("pipelines/realesrgan.yaml", "              - weight: 0.225\n                stages:\n                  - op: gaussian_blur", "              - weight: 0.215\n                stages:\n                  - op: gaussian_blur", PUBLISHED),
)
