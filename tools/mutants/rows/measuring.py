"""What is measured of pictures, pairs and sets, what is kept of it, and what is fitted to it."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

HISTORY = "estimation/codec/test_history"
ROOMS = "estimation/single/test_rooms"
WIDTHS = "estimation/single/test_intervals"
PREDICTED = "estimation/single/test_predicted"
KERNEL = "estimation/pair/test_kernel"
RESAMPLER = "estimation/pair/test_resampler"
HR = "estimation/hr/test_measures"
FAULTS = "estimation/hr/test_criteria"
TELLING = "estimation/sets/test_telling"
SETS = "measuring/test_records"
ENDS = "measuring/test_set_intervals"
KEPT = "measuring/test_kept"
COMPARED = "cli/test_compare_sets"
MATCHING = "fitting/test_matching"
FAMILY = "fitting/test_family"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    """tests: files, or single tests behind `::`."""
    names = (each.partition("::") for each in tests)
    return Mutant(
        f"realsr/{file}.py",
        old,
        new,
        tuple(f"tests/{at}.py{dots}{name}" for at, dots, name in names),
        lives,
    )


# fmt: off
ROWS = (
    _row("measuring/kept", "return known is not None and known == digests(item)", "return known is not None", KEPT),
    _row("measuring/kept", "for path in (item.path, item.hr) if path is not None]\n    except", "for path in (item.path,) if path is not None]\n    except", KEPT),
    _row("measuring/kept", "if found is None or packed is None:", "if found is None:", KEPT),
    _row("measuring/kept", "self._file.truncate(end)", "self._file.truncate()", KEPT),
    _row("measuring/kept", "and value[\"own\"] == _digest(value[\"result\"])", "and bool(value[\"own\"])", KEPT),
    _row("measuring/kept", "if found == header:", "if found is not None:", KEPT),
    _row("measuring/streaming", "if not held]", "if held is not None]", KEPT),
    _row("measuring/streaming", "return digests(item), function(item)", "return function(item) and None, function(item)", KEPT),
    _row("measuring/summary", "low, high = np.quantile(np.concatenate(medians)", "low, high = np.quantile(medians[0] * 0", ENDS, SETS),
    _row("measuring/summary", "np.where(away < 0, spreads[0][chosen], spreads[1][chosen])", "np.where(away > 0, spreads[0][chosen], spreads[1][chosen])", ENDS, SETS),
    _row("measuring/summary", "return float(np.angle(np.exp(2j * angles).mean()) / 2)", "return float(np.angle(np.exp(1j * angles).mean()))", SETS),
    _row("measuring/sampling", "if length < 2 * side:", "if length < side:", COMPARED),
    _row("measuring/sampling", "return [(middle - side) // 16 * 8,", "return [(middle - side) // 2,", COMPARED),
    _row("measuring/comparing", "\"beyond_chance\": one.auc > found.chance", "\"beyond_chance\": one.auc < found.chance", COMPARED),
    _row("estimation/sets/auc", "(away > 0) + 0.5 * (away == 0)", "(away < 0) + 0.5 * (away == 0)", TELLING),
    _row("estimation/sets/auc", "inner = 1 + rest *", "inner = 1 + 0 * rest *", TELLING),
    _row("estimation/sets/auc", "np.bitwise_or.at(kinds, sources, np.where(second, 2, 1))", "np.bitwise_or.at(kinds, sources, np.where(second, 1, 2))", TELLING),
    _row("estimation/sets/classifier", "return np.asarray(np.where(second, 0.5 / share, 0.5 / (1 - share)), np.float64)", "return np.asarray(np.where(second, 0.5, 0.5), np.float64)", TELLING),
    _row("estimation/sets/classifier", "np.maximum(1 - lever, 1e-6)", "np.maximum(1 + 0 * lever, 1e-6)", TELLING),
    _row("estimation/sets/telling", "return self.auc.value > self.floor.high", "return self.auc.value > self.floor.low", TELLING, COMPARED),
    _row("estimation/sets/telling", "turned = (kinds == 3) & (generator.random(len(kinds)) < 0.5)", "turned = (kinds == 3) & (generator.random(len(kinds)) < 0.0)", TELLING),
    _row("estimation/codec/likelihood", "return levels, wrapped(MIDDLES - levels * step, step, error)", "return levels, wrapped(MIDDLES - levels * step, step, 3.0)", f"{HISTORY}::test_one_compression_is_told_from_pixels"),
    _row("estimation/codec/blocks", "part = plane[grid[0] : grid[0] + SIDE * rows, grid[1]", "part = plane[grid[0] : grid[0] + SIDE * rows, grid[0]", f"{HISTORY}::test_one_compression_is_told_from_pixels"),
    _row("estimation/codec/last", "return int(near[0]) + 1, int(gains_of.argmax()) + 1, int(near[-1]) + 1", "return int(near[0]) + 1, int(gains_of.argmax()) + 1, int(near[-1])", f"{HISTORY}::test_one_compression_is_told_from_pixels"),
    _row("estimation/codec/last", "found = quality_of(steps) or quality_of(steps.T)", "found = quality_of(steps)", f"{HISTORY}::test_a_file_is_taken_at_its_word"),
    _row("estimation/codec/earlier", "below = ALIGNED_BELOW if self.aligned else SHIFTED_BELOW", "below = -100", f"{HISTORY}::test_a_first_compression_that_is_not_coarser_cannot_be_told"),
    _row("estimation/codec/first", "if taken[1:].sum() < FEWEST_NONZERO:", "if taken[1:].sum() >= FEWEST_NONZERO:", f"{HISTORY}::test_a_coarser_first_compression_on_the_same_grid_is_told"),
    _row("estimation/codec/subsampling", "return 2 - begin % 2", "return 1 + begin % 2", f"{HISTORY}::test_chroma_is_told"),
    _row("estimation/codec/history", "if bool((pixels % 257).any()):", "if bool((pixels % 257).all()):", f"{HISTORY}::test_sixteen_bits_are_read_where_they_hold_eight"),
    _row("estimation/single/intervals", "min(max(log_width, NARROWEST), WIDEST)", "max(log_width, NARROWEST)", WIDTHS),
    _row("estimation/single/blur", "least = 0.0 if high >= NYQUIST else OF_GAUSSIAN / high", "least = OF_GAUSSIAN / high", ROOMS),
    _row("estimation/single/noise", "least = 0.0 if low < LEAST else low", "least = low", ROOMS),
    _row("estimation/single/look", "2 * int(self.values[-1] >= np.log(120)) + int(self.coding.known)", "int(self.values[-1] >= np.log(120)) + 2 * int(self.coding.known)", ROOMS),
    _row("estimation/single/look", "if clipped(pixels).mean() > MOST_CLIPPED:", "if clipped(pixels).mean() > 2 * MOST_CLIPPED:", "cli/test_odd_pictures"),
    _row("estimation/single/resampling", "both = np.stack([1 / np.maximum(at, 1e-6), 1 / (1 - at)])", "both = np.stack([1 / np.maximum(at, 1e-6), 1 / np.maximum(at, 1e-6)])", ROOMS),
    _row("estimation/pair/centring", "return int(2 * furthest + 1)", "return int(furthest + 1)", KERNEL),
    _row("estimation/pair/centring", "turns[0][:, None] * turns[1][None]", "turns[1][:, None] * turns[0][None]", KERNEL),
    _row("estimation/pair/response", "turn = np.angle(wave) / 2 % np.pi", "turn = np.angle(wave) % np.pi", KERNEL),
    _row("estimation/pair/response", "SIGMA_OF_MTF50 = float(np.sqrt(np.log(2.0) / 2.0) / np.pi)", "SIGMA_OF_MTF50 = float(np.sqrt(np.log(2.0)) / np.pi)", KERNEL),
    _row("estimation/pair/leftover", "return float((matrix.sum() - 3) / 6)", "return float((matrix.sum() - 3) / 9)", KERNEL),
    _row("estimation/hr/halos", "np.minimum(over, under)[free]", "np.maximum(over, under)[free]", HR),
    _row("estimation/hr/halos", "falling[:, None] * away", "away", HR),
    _row("estimation/hr/likeness", "away = means - means.mean()", "away = means", HR),
    _row("estimation/hr/flatness", "(whole.std(axis=(1, 3)) < EMPTY)", "(whole.std(axis=(0, 2)) < EMPTY)", HR),
    _row("estimation/hr/coarseness", "np.log(given[known])", "np.log(given[known] + 1)", HR),
    _row("fitting/matching", "back = shares * (ratio - away[self.drawn.owner])", "back = shares * ratio", MATCHING),
    _row("fitting/matching", "float(2 * self.across @ weights - weights", "float(self.across @ weights - weights", MATCHING),
    _row("fitting/matching", "ratio = self.drawn.counts @ np.log(self.shares(logs) / self.drawn.shares)", "ratio = self.drawn.counts @ np.log(self.shares(logs))", MATCHING),
    _row("fitting/projection", "weights = np.linalg.solve(known.T @ known + ridge, known.T @ told)", "weights = np.eye(known.shape[1])", MATCHING),
    _row("fitting/marginals", "return np.asarray(np.exp(found) if self.log else found, np.float64)", "return np.asarray(found, np.float64)", FAMILY),
    _row("fitting/marginals", "last = max(int(low), int(np.ceil(high)) - 1)", "last = max(int(low), int(np.ceil(high)))", FAMILY),
    _row("fitting/marginals", "(1 - share) * one.weights + share * np.diff(cumulated)", "share * one.weights + (1 - share) * np.diff(cumulated)", FAMILY),
    _row("fitting/measured", "share = len(coded) / max(1, len(known))", "share = len(coded) / max(1, len(found))", FAMILY),
    _row("fitting/trial", "for half in (mixed[0::2], mixed[1::2]):", "for half in (mixed, mixed):", "cli/test_fit_pipeline"),
)
