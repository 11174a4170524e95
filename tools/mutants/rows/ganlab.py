"""The laboratory of GANs: scores of samples, maps, drift, fronts, consistency, what is read from logs."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

SAMPLES = ("tests/metrics/test_samples.py",)
MAPS = ("tests/metrics/test_gan_maps.py",)
DRIFT = ("tests/metrics/test_drift.py",)
FRONTS = ("tests/statistics/test_fronts.py",)
PATCHES = ("tests/metrics/test_patches.py",)
CONSISTENCY = ("tests/inference/test_consistency.py",)
EXACT = ("tests/ganlab/test_exact.py",)
LAB = ("tests/ganlab/test_lab.py",)
SCORES = ("tests/ganlab/test_samples.py",)
PANEL = ("tests/robustness/test_gan_panel.py",)
PLOTS = ("tests/pages/test_plots.py",)


def _row(file: str, old: str, new: str, tests: tuple[str, ...], lives: str = "") -> Mutant:
    return Mutant(f"realsr/{file}.py", old, new, tests, lives)


# fmt: off
ROWS = (
    _row("metrics/samples", "each = float(maps.min(axis=0).mean())", "each = float(maps.mean(axis=0).min())", SAMPLES),
    _row("metrics/samples", "share = 1.0 / (equal + 1)", "share = 1.0 / (equal + 2)", SAMPLES),
    _row("metrics/samples", "return far - apart / (count * (count - 1))", "return far - apart / (count * count)", SAMPLES),
    _row("metrics/samples", "return 10.0 * math.log10(2.0 * count / (count + 1.0))", "return 10.0 * math.log10(2.0 * count / (count + 2.0))", SAMPLES),
    _row("metrics/samples", "samples.std(axis=0, ddof=1)", "samples.std(axis=0, ddof=0)", SAMPLES),
    _row("metrics/gan_maps", "return np.where(error < _error(steadier, reference), 0.0, values)", "return np.where(error > _error(steadier, reference), 0.0, values)", MAPS),
    _row("metrics/gan_maps", "count / (count - 1)", "count / count", MAPS),
    _row("metrics/gan_maps", "iterations=3", "iterations=2", MAPS),
    _row("metrics/gan_maps", ">= least_area * similar.size", ">= least_area * 2040 * 1356", MAPS),
    _row("metrics/gan_maps", "return np.maximum(apart, 0.0) * beside_edges(second)", "return np.abs(apart) * beside_edges(second)", MAPS),
    _row("metrics/drift", "max(1, part // 2)", "max(1, part)", DRIFT),
    _row("metrics/drift", "return abs(float((sr - hr).mean()))", "return float(np.abs(sr - hr).mean())", DRIFT),
    _row("metrics/drift", "return max(0.0, spike(sr, period) - max(0.0, spike(hr, period)))", "return max(0.0, spike(sr, period))", DRIFT),
    _row("metrics/patches", "drawn -= drawn.mean(axis=1, keepdims=True)", "pass", PATCHES),
    _row("statistics/fronts", "points[place][1] < least", "points[place][1] <= least", FRONTS),
    _row("statistics/fronts", "(end - x) * (reference[1] - y)", "(reference[0] - x) * (reference[1] - y)", FRONTS),
    _row("inference/after/consistency", "if error < least:\n            best, least = now, error\n        if error <= ROUNDING or", "if True:\n            best, least = now, error\n        if error <= ROUNDING or", CONSISTENCY),
    _row("inference/after/consistency", "residual = lr - degraded(now)", "residual = degraded(now) - lr", CONSISTENCY),
    _row("inference/after/consistency", "if step.op in names", "if step.op not in names", CONSISTENCY),
    _row("ganlab/two_modes/exact", "return max(1.0, abs(answer))", "return abs(answer)", EXACT),
    _row("ganlab/samples/scoring", "for number in range(1, count + 1)", "for number in range(count)", SCORES),
    _row("ganlab/lab/plane", "PRICE = math.sqrt(2.0)", "PRICE = 2.0", LAB),
    _row("robustness/page/gan_panel", "if cell.model == model and value", "if value", PANEL),
    _row("pages/plots", "shown = [place for place in whole if _finite(place)]", "shown = whole", PLOTS),
)
