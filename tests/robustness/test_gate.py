"""Gates: pass, fail, incomplete, by numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.robustness.errors import StudyError
from realsr.robustness.gate import judged, overall
from realsr.robustness.rules import Rule, Rules, read_rules
from realsr.robustness.store import Results, RunFolder, write_results

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
        {
            "model": model,
            "set": test,
            "image": f"p{number}",
            "variant": 0,
            "scores": {"psnr_y": value},
            "not_computed": {},
            "failed": None,
        }
        for (model, test), values in told.items()
        for number, value in enumerate(values)
    ]
    record = {
        "version": 1,
        "models": [
            {"name": "bicubic", "trained_on": None},
            {"name": "a", "trained_on": "bicubic"},
        ],
        "sets": [{"name": name, "pipeline": name} for name in ("bicubic", "blur")],
        "metrics": [{"name": "psnr_y", "better": "higher"}],
    }
    tmp_path.mkdir(exist_ok=True)
    return write_results(RunFolder(tmp_path), record, cells)


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


def test_resampling_is_of_pictures(tmp_path: Path) -> None:
    """The interval of a mean is that of the central limit, within a few per cent."""
    random = np.random.default_rng(1)
    gains = random.normal(0.5, 1.0, 400)
    found = results(tmp_path, blur=list(np.array(BASE * 50)[:400] + gains))
    verdicts = judged(
        Rules(
            rules=(Rule(name="r", metric="psnr_y", sets=("blur",), at_least=0, certainty=0.975),)
        ),
        found,
    )
    values = np.array(BASE * 50)[:400] + gains
    expected = values.mean() - 1.96 * values.std() / 20
    assert verdicts[0].bound == pytest.approx(expected, abs=0.03)
