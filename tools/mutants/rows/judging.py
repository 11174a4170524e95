"""Metrics, statistics and what a robustness run comes to."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

VALUES = "metrics/test_values"
GOLDENS = "metrics/test_goldens"
LAWS = "metrics/test_laws"
STATISTICS = "statistics/test_statistics"
SEAL = "robustness/test_seal"
OPINIONS = "statistics/test_opinions"
PREFERENCES = "statistics/test_preferences"
RATER_FILE = "rating/test_rater_file"
RATINGS = "rating/test_analysis"
SESSION = "rating/test_session"
GUARD = "serving/test_guard"
PLAN = "rating/test_plan"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    return Mutant(f"realsr/{file}.py", old, new, tuple(f"tests/{each}.py" for each in tests), lives)


# fmt: off
ROWS = (
    _row("statistics/opinions", "_weighted(table - bias, spread**-2)", "_weighted(table - bias, spread**-1)", OPINIONS),
    _row("statistics/opinions", "centred**2, axis) / np.maximum(count - less, 1)", "centred**2, axis) / np.maximum(count, 1)", OPINIONS),
    _row("statistics/opinions", "(kurtosis >= 2.0) & (kurtosis <= 4.0)", "(kurtosis >= 2.0) & (kurtosis <= 3.0)", OPINIONS),
    _row("statistics/opinions", "out > 0.05 *", "out > 0.10 *", OPINIONS),
    _row("statistics/opinions", "< 0.3 * np.maximum(out, 1)", "< 0.1 * np.maximum(out, 1)", OPINIONS),
    _row("statistics/opinions", "if of_columns.max() >= of_rows.max():", "if of_columns.max() > of_rows.max() + 1:", OPINIONS),
    _row("statistics/preferences", 'connection="strong"', 'connection="weak"', PREFERENCES),
    _row("statistics/preferences", "half = np.maximum(own, _of_groups(choices, value, spread, groups))", "half = own", PREFERENCES),
    _row("statistics/preferences", "(table, (choices.second, choices.first), 1.0 - choices.won)", "(table, (choices.second, choices.first), choices.won)", PREFERENCES),
    _row("rating/rater_file", "os.fsync(file.fileno())", "pass", RATER_FILE),
    _row("rating/rater_file", "file.truncate(end)\n        try", "try", RATER_FILE),
    _row("rating/plan", "models=first.models[::-1]", "models=first.models", PLAN),
    _row("rating/plan", "tuple(draw.sample(group, len(group)))", "tuple(group)", PLAN),
    _row("rating/session", "or stimulus.digest() != one.digest", "", SESSION),
    _row("rating/session", 'said = f"{file.header.rater} {trial} {side}"', 'said = f"{shown.picture} {model}"', SESSION),
    _row("rating/opinions", "first = [one for one in answers if one.trial.repeats is None]\n    stimuli", "first = list(answers)\n    stimuli", RATINGS),
    _row("rating/analysis", 'TURNED = {"left": "right", "same": "same", "right": "left"}', 'TURNED: dict[str, str] = {}', RATINGS),
    _row("rating/analysis", "grades[picture, HR] >= grades[picture, BICUBIC]", "grades[picture, HR] < grades[picture, BICUBIC]", RATINGS),
    _row("serving/guard", 'origin != f"http://{host}"', 'not origin.startswith("http://")', GUARD),
    _row("serving/guard", 'part in ("", ".", "..") or', 'part in ("", ".") or', GUARD),
    _row("serving/guard", 'host.rsplit(":", 1)[0] not in HOSTS', 'not host.startswith(tuple(HOSTS))', GUARD),
    _row("metrics/spectrum", "twice[:, -1] = 1.0", "twice[:, -1] = 2.0", VALUES, LAWS),
    _row("metrics/spectrum", "(radius >= band[0]) & (radius < band[1])", "(radius > band[0]) & (radius <= band[1])", VALUES, LAWS),
    _row("metrics/spectrum", "(first * second.conj()).real", "(first * second).real", VALUES, LAWS),
    _row("metrics/spectrum", "np.hanning(side + 2)[1:-1]", "np.hanning(side)", VALUES, LAWS),
    _row("metrics/spectrum", "return Detail(power_1 / power_2, coherence)", "return Detail(power_2 / power_1, coherence)", VALUES, LAWS),
    _row("metrics/fidelity", "PEAK = 255.0", "PEAK = 219.0", VALUES, GOLDENS),
    _row("metrics/ssim", "factor = part.full if level == len(WEIGHTS) - 1 else part.contrast", "factor = part.full", VALUES, GOLDENS),
    _row("metrics/ssim", "_C2 = (0.03 * 255.0) ** 2", "_C2 = 0.03 * 255.0**2", VALUES, GOLDENS),
    _row("metrics/ssim", "var_difference -= mean_difference", "var_difference -= mean_total", VALUES, GOLDENS),
    _row("metrics/gmsd", "_T = 170.0", "_T = 255.0", VALUES, GOLDENS),
    _row("metrics/gmsd", "similarity.std(ddof=1)", "similarity.std()", VALUES, GOLDENS),
    _row("metrics/planes", "inside = slice(border, -border or None)", "inside = slice(border, -border - 1 if border else None)", VALUES, GOLDENS),
    _row("metrics/planes", "return np.floor(result + 0.5) if rounded else result", "return np.floor(result) if rounded else result", VALUES, GOLDENS),
    _row("metrics/vif", "_EYE = 0.4", "_EYE = 2.0", VALUES, GOLDENS),
    _row("metrics/vif", "seen, whole = seen + parts[0], whole + parts[1]", "seen, whole = seen + parts[0], whole + parts[0]", VALUES, GOLDENS),
    _row("metrics/colour", "500.0 * (x - y), 200.0 * (y - z)", "500.0 * (x - y), 200.0 * (z - y)", VALUES, GOLDENS, LAWS, "metrics/test_artefacts"),
    _row("metrics/colour", "_KNEE = 6.0 / 29.0", "_KNEE = 6.0 / 26.0", VALUES, GOLDENS, LAWS),
    _row("metrics/natural_scenes", "values = (image - mean) / (deviation + 1.0)", "values = (image - mean) / (deviation + 1.0 / 255.0)", "metrics/test_niqe"),
    _row("metrics/natural_scenes", "_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))", "_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (-1, -1))", "metrics/test_niqe"),
    _row("metrics/natural_scenes", "mean = (fit.right - fit.left) * fit.second_over_first", "mean = fit.right - fit.left", "metrics/test_niqe"),
    _row("metrics/niqe", "spread = np.linalg.pinv((pristine.covariance + np.cov(known, rowvar=False)) / 2.0)", "spread = np.linalg.pinv(pristine.covariance + np.cov(known, rowvar=False))", "metrics/test_niqe"),
    _row("metrics/artefact_maps", "return np.maximum(_period_two(first) - _period_two(second), 0.0)", "return _period_two(first)", "metrics/test_artefacts"),
    _row("metrics/interpolation", "return _resized(picture, 1.0 / scale)", "return _resized(picture, 1.0 / (scale + 1))", VALUES, GOLDENS, LAWS),
    _row("statistics/resampling", "minlength=draws * size).reshape(draws, size) / size", "minlength=draws * size).reshape(draws, size) / (size - 1)", STATISTICS),
    _row("statistics/components", "cases * float(rows @ rows) / (images - 1)", "cases * float(rows @ rows) / images", STATISTICS),
    _row("statistics/components", "images * float(columns @ columns) / (cases - 1)", "images * float(columns @ columns) / (images - 1)", STATISTICS),
    _row("statistics/components", "square = sum(part.value**2 / part.df for part in parts)", "square = sum(part.value**2 * part.df for part in parts)", STATISTICS),
    _row("statistics/components", "Term(-squares.rest / cells, rows * columns)", "Term(squares.rest / cells, rows * columns)", STATISTICS),
    _row("statistics/comparisons", "factors = len(values) - np.arange(len(values))", "factors = np.full(len(values), len(values))", STATISTICS),
    _row("statistics/comparisons", "np.maximum.accumulate(np.asarray(values, dtype=np.float64)[order] * factors)", "np.asarray(values, dtype=np.float64)[order] * factors", STATISTICS),
    _row("statistics/comparisons", "table: TwoWayTable = one - two", "table: TwoWayTable = two - one", STATISTICS),
    _row("statistics/intervals", "means.var(ddof=1)) / len(tables)", "means.var(ddof=1))", STATISTICS),
    _row("statistics/intervals", "NormalDist().inv_cdf((1.0 + level) / 2.0)\n    centre", "NormalDist().inv_cdf(level)\n    centre", STATISTICS),
    _row("statistics/intervals", "BOOTSTRAP_FROM = 14", "BOOTSTRAP_FROM = 5", STATISTICS),
    _row("statistics/intervals", "return student.two_sided(mean / found.error, found.df)", "return student.two_sided(mean / found.error, found.df + 1.0)", STATISTICS),
    _row("statistics/student", "return m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))", "return m * (b - m) * x / ((a + 2.0 * m) * (a + 2.0 * m))", STATISTICS),
    _row("statistics/bounds", "if 1.0 - below < certainty:", "if 1.0 - below < level:", "robustness/test_gate"),
    _row("statistics/breakdown", "np.sqrt(images)", "np.sqrt(images - 1)", STATISTICS, "robustness/test_sweep"),
    _row("statistics/breakdown", "share = means[place - 1] / (means[place - 1] - means[place])", "share = means[place] / (means[place] - means[place - 1])", STATISTICS, "robustness/test_sweep"),
    _row("statistics/clustering", "savings = np.maximum(nearest[:, None] - between, 0.0).sum(0)", "savings = (nearest[:, None] - between).sum(0)", STATISTICS, "robustness/test_representative"),
    _row("statistics/ranks", "order = sorted(tables, key=lambda name: -sign * tables[name].mean())", "order = sorted(tables, key=lambda name: -tables[name].mean())", STATISTICS),
    _row("statistics/tail", "counted[counted <= quantile].mean()", "counted[counted >= quantile].mean()", STATISTICS, SEAL),
    _row("robustness/judging/seal", "accepted = distance >= 0.0", "accepted = distance > 0.0", SEAL),
    _row("robustness/judging/seal", "return (-self.ar, self.rpr_i, -self.rpr_a, -self.rpr_u)", "return (-self.ar, -self.rpr_i, -self.rpr_a, -self.rpr_u)", SEAL),
    _row("robustness/judging/seal", "lower, upper = np.quantile(rpr, [0.25, 0.75])", "lower, upper = np.quantile(rpr, [0.05, 0.95])", SEAL),
    _row("robustness/judging/seal", "rpr_u=_mean(rpr[~accepted])", "rpr_u=_mean(rpr[accepted])", SEAL),
    _row("robustness/judging/lines", "(1.0 if self.higher_is_better else -1.0)", "1.0", SEAL),
    _row("robustness/judging/lines", "self.gaps <= self.least_gap", "self.gaps < self.least_gap", SEAL),
    _row("robustness/judging/acceptance", "share.sum() ** 2 / (share**2).sum()", "share.sum() / (share**2).sum()", "robustness/test_acceptance"),
    _row("robustness/judging/matrix", "worse = own < other if self.scheme.higher_is_better else own > other", "worse = own < other", "robustness/test_matrix"),
    _row("robustness/judging/matrix", "return self.compare(oracle, row, test_set)", "return self.compare(row, oracle, test_set)", "robustness/test_matrix"),
    _row("robustness/judging/gate", "return 1.0 - rule.quantile if _bad_is_high(rule, better) else rule.quantile", "return rule.quantile", "robustness/test_gate"),
    _row("robustness/judging/gate", "if \"fail\" in states:\n        return \"fail\"", "if states == {\"fail\"}:\n        return \"fail\"", "robustness/test_gate"),
    _row("robustness/judging/case_gaps", "return found if isinstance(found, Untold) else -found", "return found", "robustness/test_acceptance", SEAL),
)
