"""Gates: pass, fail, incomplete, by numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.robustness.errors import StudyError
from realsr.robustness.judging.gate import Verdict, judged, overall
from realsr.robustness.results.store import Results
from realsr.robustness.study.rules import Rule, Rules, read_rules
from realsr.statistics.bounds import Bound, quantile_bound
from realsr.statistics.intervals import Interval, interval
from tests.robustness.records import a_cell, a_metric, a_model, a_run, a_set

BASE = [20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0]


def results(tmp_path: Path, **scores: Any) -> Results:
    """A run of bicubic and model `a` (trained on bicubic) on the sets bicubic and blur; the numbers of PSNR."""
    told = {
        ("bicubic", "bicubic"): BASE,
        ("bicubic", "blur"): BASE,
        ("a", "bicubic"): [value + 2 for value in BASE],
        ("a", "blur"): [value + 1 for value in BASE],
    }
    told |= {("a", name): values for name, values in scores.items()}
    cells = [
        a_cell(model, test, f"p{number}", {"psnr_y": value})
        for (model, test), values in told.items()
        for number, value in enumerate(values)
    ]
    models = [a_model("bicubic"), a_model("a", trained_on="bicubic")]
    sets = [a_set(name) for name in ("bicubic", "blur")]
    return a_run(tmp_path, models, sets, [a_metric("psnr_y")], cells)


def judge(found: Results, **rule: Any) -> tuple[str, list[float | None]]:
    verdicts = judged(Rules(rules=(Rule(name="r", metric="psnr_y", **rule),)), found)
    return overall(verdicts), [verdict.value for verdict in verdicts]


def test_statistics_by_hand(tmp_path: Path) -> None:
    found = results(tmp_path)
    assert judge(found, sets=("blur",), at_least=24.4) == ("pass", [24.5])
    assert judge(found, sets=("blur",), at_least=24.6) == ("fail", [24.5])
    assert judge(found, sets=("blur",), statistic="worst", at_least=21) == ("pass", [21.0])
    assert judge(found, of="gain", at_least=0) == ("pass", [2.0, 1.0])
    assert judge(found, of="drop", at_most=1) == ("pass", [0.0, 1.0])
    assert judge(found, of="drop", at_most=0.5) == ("fail", [0.0, 1.0])
    assert judge(found, statistic="share_below", at_most=0)[0] == "pass"


def test_a_quantile_is_counted_from_the_bad_end(tmp_path: Path) -> None:
    """Gains of 0 to 7 dB are bad where they are low, drops of -7 to 0 where they are high."""
    found = results(
        tmp_path,
        bicubic=[value + 7 for value in BASE],
        blur=[value + gain for gain, value in enumerate(BASE)],
    )
    asked: dict[str, Any] = {"sets": ("blur",), "statistic": "quantile", "quantile": 0.1}
    assert judge(found, of="gain", at_least=0.5, **asked) == ("pass", [pytest.approx(0.7)])
    # Of what a picture loses against the network's own degradation, 0 to 7 dB, the 90 % quantile.
    assert judge(found, of="drop", at_most=6.5, **asked) == ("pass", [pytest.approx(6.3)])


def test_share_below_counts_pictures(tmp_path: Path) -> None:
    below = [value - 1 if number < 2 else value + 1 for number, value in enumerate(BASE)]
    found = results(tmp_path, blur=below)
    assert judge(found, sets=("blur",), statistic="share_below", at_most=0.2) == ("fail", [0.25])


def test_certainty_asks_more_than_the_mean(tmp_path: Path) -> None:
    spread = [value + gain for value, gain in zip(BASE, [4, -3, 3, -2, 2, -1, 1, 0], strict=True)]
    found = results(tmp_path, blur=spread)
    assert judge(found, sets=("blur",), of="gain", at_least=0.2)[0] == "pass"
    assert judge(found, sets=("blur",), of="gain", at_least=0.2, certainty=0.95)[0] == "fail"
    assert judge(results(tmp_path), of="gain", at_least=0.9, certainty=0.95)[0] == "pass"


def test_too_few_and_missing_are_incomplete_and_a_failure_outweighs_them(tmp_path: Path) -> None:
    holes = [*BASE[:-1], None]
    found = results(tmp_path, blur=holes)
    assert judge(found, at_least=0)[0] == "incomplete"
    assert judge(found, at_least=99)[0] == "fail"
    few = results(tmp_path, blur=BASE[:3])
    assert judge(few, sets=("blur",), at_least=0, certainty=0.9)[0] == "incomplete"


def test_names_that_are_not_there(tmp_path: Path) -> None:
    found = results(tmp_path)
    for rule in ({"sets": ("blurr",)}, {"models": ("b",)}):
        with pytest.raises(StudyError, match="the run has no"):
            judge(found, at_least=0, **rule)


def rules_file(path: Path, bound: float, metric: str = "psnr_y") -> Path:
    path.write_text(
        f"run: run\nrules:\n  - {{name: g, metric: {metric}, of: gain, at_least: {bound}}}\n"
    )
    return path


@pytest.mark.parametrize(("bound", "code"), [(0.5, 0), (1.5, 1)])
def test_exit_codes(tmp_path: Path, bound: float, code: int) -> None:
    results(tmp_path / "run")
    rules = rules_file(tmp_path / "rules.yaml", bound)
    found = CliRunner().invoke(app, ["robustness", "gate", str(rules)])
    assert found.exit_code == code
    assert "a on blur: mean gain of psnr_y 1" in found.output


def test_exit_codes_of_usage_and_of_nothing_there(tmp_path: Path) -> None:
    rules = rules_file(tmp_path / "rules.yaml", 0.5, "psnr_x")
    assert CliRunner().invoke(app, ["robustness", "gate", str(rules)]).exit_code == 3
    results(tmp_path / "run")
    assert CliRunner().invoke(app, ["robustness", "gate", str(rules)]).exit_code == 2
    (tmp_path / "bad.yaml").write_text(
        "rules:\n  - {name: g, metric: psnr_y, of: gane, at_least: 1}\n"
    )
    bad = CliRunner().invoke(app, ["robustness", "gate", str(tmp_path / "bad.yaml")])
    assert bad.exit_code == 2
    assert "bad.yaml:2" in bad.output


def test_a_rule_has_one_bound(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(
        "rules:\n  - {name: g, metric: psnr_y, at_least: 1, at_most: 2}\n"
    )
    with pytest.raises(StudyError, match="one of at_least and at_most"):
        read_rules(tmp_path / "two.yaml")


def verdict(found: Results, **rule: Any) -> Verdict:
    [one] = judged(Rules(rules=(Rule(name="r", metric="psnr_y", **rule),)), found)
    return one


def test_the_bound_of_a_mean_is_students_by_hand(tmp_path: Path) -> None:
    """Eight gains: the mean less t(0.95, 7 degrees) s / sqrt(8), and the interval is named."""
    gains = np.array([4.0, -3.0, 3.0, -2.0, 2.0, -1.0, 1.0, 0.0])
    found = results(tmp_path, blur=list(np.array(BASE) + gains))
    one = verdict(found, sets=("blur",), of="gain", at_least=0, certainty=0.95)
    assert one.bound == pytest.approx(gains.mean() - 1.894579 * gains.std(ddof=1) / np.sqrt(8))
    assert "(t over images, 8 images)" in str(one)


def many_sets(tmp_path: Path, table: np.ndarray) -> Results:
    """A run whose model gains a table of images x sets over bicubic."""
    images, count = table.shape
    names = [f"case{number}" for number in range(count)]
    cells = [
        a_cell(
            model,
            name,
            f"p{image:02d}",
            {"psnr_y": float(20.0 + (table[image, place] if model == "a" else 0.0))},
        )
        for model in ("bicubic", "a")
        for place, name in enumerate(names)
        for image in range(images)
    ]
    models = [a_model(name) for name in ("bicubic", "a")]
    return a_run(tmp_path, models, [*map(a_set, names)], [a_metric("psnr_y")], cells)


@pytest.mark.parametrize(
    ("shape", "method"), [((6, 7), "variance components"), ((14, 15), "two-way bootstrap")]
)
def test_sets_that_stand_for_a_space_are_random_too(
    tmp_path: Path, shape: tuple[int, int], method: str
) -> None:
    random = np.random.default_rng(0)
    table = 1 + random.normal(size=(1, shape[1])) + 0.1 * random.normal(size=shape)
    found = many_sets(tmp_path, table)
    crossed = verdict(found, of="gain", over="crossed", at_least=0, certainty=0.975)
    fixed = verdict(found, of="gain", over="fixed", at_least=0, certainty=0.975)
    expected = interval(table, "crossed")
    assert isinstance(expected, Interval)
    assert crossed.bound == pytest.approx(expected.low)
    assert f"({method}, {shape[0]} images x {shape[1]} degradations)" in str(crossed)
    assert crossed.value == fixed.value == pytest.approx(table.mean())
    assert crossed.bound is not None
    assert fixed.bound is not None
    assert crossed.bound < fixed.bound - 0.3
    assert crossed.set == f"{shape[1]} sets together"


def test_few_degradations_are_too_few_to_tell(tmp_path: Path) -> None:
    found = many_sets(tmp_path, np.random.default_rng(0).normal(size=(20, 4)))
    one = verdict(found, of="gain", over="crossed", at_least=0, certainty=0.9)
    assert one.state == "incomplete"
    assert "too few to tell: 4 degradations; 5 are needed" in one.words


def test_bounds_of_quantiles_are_order_statistics() -> None:
    """P(Binomial(20, 1/2) >= 6) = 0.979 and of 7 0.942; the least of 59 bounds the 5 % quantile at 95 %."""
    values = np.arange(1.0, 21.0)[:, None]
    low = quantile_bound(values, 0.5, 0.95, "at least")
    high = quantile_bound(values, 0.5, 0.95, "at most")
    assert isinstance(low, Bound)
    assert isinstance(high, Bound)
    assert (low.value, high.value) == (6.0, 15.0)
    assert isinstance(quantile_bound(np.ones((59, 1)), 0.05, 0.95, "at least"), Bound)
    few = quantile_bound(np.ones((58, 1)), 0.05, 0.95, "at least")
    assert str(few) == "too few to tell: 58 images; 59 are needed for a quantile"


def test_draws_of_an_image_count_once_and_cautiously() -> None:
    twice = np.stack([np.arange(59.0), np.arange(59.0) - 100], axis=1)
    found = quantile_bound(twice, 0.05, 0.95, "at least")
    assert isinstance(found, Bound)
    assert (found.value, found.kind) == (-100.0, "order statistics, 59 images")


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"statistic": "worst"}, "nothing certain about the worst"),
        ({"statistic": "quantile", "over": "crossed"}, "over several sets has no interval"),
    ],
)
def test_what_no_interval_can_answer_is_refused(asked: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Rule(name="r", metric="psnr_y", at_least=0, certainty=0.9, **asked)


def test_a_missing_number_says_whose_it_is_and_why(tmp_path: Path) -> None:
    one = verdict(results(tmp_path, blur=[*BASE[:-1], None]), sets=("blur",), at_least=0)
    assert one.words.startswith("p7 has no number for a on blur: ")
