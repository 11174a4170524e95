"""The mismatch matrix from a table of values: pairing, signs, seeds, missing cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from realsr.robustness.judging.matrix import Matrix, MatrixCell, Scheme, across, matrix
from realsr.robustness.results.observations import Observation, gathered, shared_tables
from realsr.robustness.results.rows import MatrixRow, TrainedModel, diagonal, rows_of
from realsr.statistics.comparisons import Comparison
from realsr.statistics.intervals import Estimate, Interval
from realsr.statistics.untold import StatisticsError, Untold

SETS = ("bicubic_set", "blur")
MODELS = (
    TrainedModel("A", "bicubic_set", "content"),
    TrainedModel("B", "blur", "content"),
    TrainedModel("found"),
    TrainedModel("bicubic"),
)
LEVELS = {
    ("A", "bicubic_set"): 32.0,
    ("A", "blur"): 26.0,
    ("B", "bicubic_set"): 30.0,
    ("B", "blur"): 29.0,
    ("found", "bicubic_set"): 31.0,
    ("found", "blur"): 27.5,
    ("bicubic", "bicubic_set"): 28.0,
    ("bicubic", "blur"): 27.0,
}
IMAGES = tuple(f"image {number}" for number in range(8))

Change = Callable[[Observation], Observation | None]


def observed(change: Change = lambda one: one, sign: float = 1.0) -> Iterator[Observation]:
    """Every value is the model's level, what all share on the image, and a little of its own."""
    generator = np.random.default_rng(7)
    content = 3.0 * generator.standard_normal(len(IMAGES))
    for (model, test_set), level in LEVELS.items():
        for place, image in enumerate(IMAGES):
            for variant in range(2):
                value = level + content[place] + 0.05 * generator.standard_normal()
                one = change(Observation(model, test_set, image, variant, sign * value))
                if one is not None:
                    yield one


def made(change: Change = lambda one: one, *, higher: bool = True) -> Matrix:
    observations = gathered(observed(change, 1.0 if higher else -1.0))
    return matrix(observations, rows_of(MODELS), SETS, Scheme(higher))


def estimate_of(found: Estimate | Untold) -> Estimate:
    assert isinstance(found, Estimate)
    return found


def comparison_of(found: Comparison | Untold) -> Comparison:
    assert isinstance(found, Comparison)
    return found


def interval_of(found: Estimate | Untold) -> Interval:
    ends = estimate_of(found).interval
    assert isinstance(ends, Interval)
    return ends


def test_every_cell_is_there_in_order() -> None:
    found = made()
    assert [(cell.row, cell.test_set) for cell in found.cells] == [
        (model.name, test_set) for model in MODELS for test_set in SETS
    ]
    assert [cell.row for cell in found.cells if cell.is_diagonal] == ["A", "B"]
    with pytest.raises(StatisticsError, match="no cell of row 'C'"):
        found.cell("C", "blur")


def test_the_drop_is_from_the_columns_diagonal_and_paired() -> None:
    cell = made().cell("A", "blur")
    drop = comparison_of(cell.drop)
    assert drop.difference.mean == pytest.approx(3.0, abs=0.05)
    assert interval_of(cell.value).error > 0.5 > 10.0 * interval_of(drop.difference).error
    assert drop.difference.images == 8
    assert estimate_of(cell.value).cases == 2


def test_the_gain_is_over_bicubic_and_below_bicubic_is_a_share_of_pictures() -> None:
    found = made()
    assert comparison_of(found.cell("A", "bicubic_set").gain).difference.mean == pytest.approx(
        4.0, abs=0.05
    )
    assert comparison_of(found.cell("A", "blur").gain).difference.mean == pytest.approx(
        -1, abs=0.05
    )
    assert estimate_of(found.cell("A", "blur").below_baseline).mean == 1.0
    assert estimate_of(found.cell("B", "blur").below_baseline).mean == 0.0
    assert interval_of(found.cell("B", "blur").below_baseline).high > 0.2


def test_rpr_has_bicubic_as_acceptance_and_the_oracle_as_excellence() -> None:
    found = made()
    for row, expected in (("A", -0.5), ("B", 1.0)):
        rpr = found.cell(row, "blur").rpr
        assert rpr == pytest.approx(1.0 / (1.0 + math.exp(-expected)), abs=0.01)


def test_an_oracle_below_bicubic_is_a_degenerate_line() -> None:
    def spoiled(one: Observation) -> Observation:
        lower = 9.0 if (one.model, one.test_set) == ("B", "blur") else 0.0
        return Observation(
            one.model, one.test_set, one.image, one.variant, (one.value or 0.0) - lower
        )

    rpr = made(spoiled).cell("A", "blur").rpr
    assert str(rpr) == "degenerate line: the oracle is not above bicubic on blur"


def test_a_model_of_unknown_origin_is_a_row_without_a_diagonal() -> None:
    cell = made().cell("found", "blur")
    assert str(cell.drop) == str(cell.rpr) == "no diagonal: what it was trained on is unknown"
    assert estimate_of(cell.value).mean == pytest.approx(27.5, abs=3.0)
    assert comparison_of(cell.gain).difference.mean == pytest.approx(0.5, abs=0.05)


def test_the_diagonal_and_the_baseline_are_not_compared_with_themselves() -> None:
    found = made()
    assert str(found.cell("A", "bicubic_set").drop) == "this is the diagonal"
    cell = found.cell("bicubic", "blur")
    assert {str(cell.gain), str(cell.below_baseline)} == {"this is the baseline"}


def test_lower_is_better_is_the_mirror_image() -> None:
    up, down = made(), made(higher=False)
    for one, other in zip(up.cells, down.cells, strict=True):
        assert estimate_of(other.value).mean == pytest.approx(-estimate_of(one.value).mean)
        for name in ("drop", "gain"):
            first, second = getattr(one, name), getattr(other, name)
            if isinstance(first, Comparison):
                assert second.difference.mean == pytest.approx(first.difference.mean)
        assert one.below_baseline == other.below_baseline
        assert one.rpr == pytest.approx(other.rpr) if isinstance(one.rpr, float) else True


def test_holm_runs_over_all_gains_and_over_all_drops() -> None:
    found = made()
    gains = [cell.gain for cell in found.cells if isinstance(cell.gain, Comparison)]
    drops = [cell.drop for cell in found.cells if isinstance(cell.drop, Comparison)]
    assert (len(gains), len(drops)) == (6, 2)
    for family in (gains, drops):
        least = min(family, key=lambda one: one.p or 0.0)
        assert least.holm == pytest.approx(min((least.p or 0.0) * len(family), 1.0))


def failing(reason: str, *, model: str = "A", images: tuple[str, ...] = IMAGES) -> Change:
    def change(one: Observation) -> Observation:
        if (one.model, one.test_set) != (model, "blur") or one.image not in images:
            return one
        return Observation(one.model, one.test_set, one.image, one.variant, None, reason)

    return change


def test_a_model_that_failed_keeps_its_cell_and_its_reason() -> None:
    found = made(failing("out of memory"))
    cell = found.cell("A", "blur")
    assert len(cell.missing) == 16
    assert {lack.reason for lack in cell.missing} == {"out of memory"}
    for part in (cell.value, cell.drop, cell.gain, cell.below_baseline, cell.rpr):
        assert str(part) == "no picture with all numbers: A: out of memory (16 pictures)"
    whole = made()
    assert found.cell("A", "bicubic_set").value == whole.cell("A", "bicubic_set").value
    assert found.cell("B", "blur").value == whole.cell("B", "blur").value


def test_a_failed_oracle_takes_the_drop_with_it_and_says_whose_fault_it_is() -> None:
    cell = made(failing("wrong size", model="B")).cell("A", "blur")
    assert str(cell.drop) == "no picture with all numbers: B: wrong size (16 pictures)"
    assert isinstance(cell.value, Estimate)
    assert cell.missing == ()


def test_some_missing_pictures_leave_the_other_images() -> None:
    found = made(failing("NaN", images=IMAGES[:2]))
    cell = found.cell("A", "blur")
    assert (estimate_of(cell.value).images, len(cell.missing)) == (6, 4)
    assert comparison_of(cell.drop).difference.images == 6
    assert estimate_of(found.cell("B", "blur").value).images == 8


def test_values_that_are_no_numbers_are_missing_with_that_reason() -> None:
    def spoiled(one: Observation) -> Observation:
        value = math.inf if one.image == IMAGES[0] and one.model == "A" else one.value
        return Observation(one.model, one.test_set, one.image, one.variant, value)

    cell = made(spoiled).cell("A", "blur")
    assert [lack.reason for lack in cell.missing] == ["the value is inf"] * 2


def test_a_cell_that_was_never_run_says_so() -> None:
    found = made(lambda one: None if (one.model, one.test_set) == ("found", "blur") else one)
    assert str(found.cell("found", "blur").value) == "no picture with all numbers: not run"


def test_without_bicubic_there_is_no_gain() -> None:
    observations = gathered(observed())
    found = matrix(observations, rows_of(MODELS[:2]), SETS, Scheme(True))
    assert str(found.cell("A", "blur").gain) == "no baseline: bicubic was not run"


def test_one_picture_is_observed_once() -> None:
    one = Observation("A", "blur", "x", 0, 1.0)
    with pytest.raises(StatisticsError, match="two values on blur, x"):
        gathered([one, one])


def test_seeds_of_one_row_are_pooled_and_others_are_not() -> None:
    models = (
        TrainedModel("one", "blur", "content", 1, "srvgg"),
        TrainedModel("two", "blur", "content", 2, "srvgg"),
        TrainedModel("gan", "blur", "gan", 1, "srvgg"),
        TrainedModel("other", "blur", "content", 1),
        TrainedModel("another", "blur", "content", 2),
    )
    rows = rows_of(models)
    assert [len(row.models) for row in rows] == [2, 1, 1, 1]
    assert rows[0].name == "srvgg, blur, content"
    with pytest.raises(StatisticsError, match="claim one seed"):
        rows_of((models[0], TrainedModel("again", "blur", "content", 1, "srvgg")))
    with pytest.raises(StatisticsError, match="two models have one name"):
        rows_of((models[0], models[0]))


def seeded() -> Iterator[Observation]:
    generator = np.random.default_rng(3)
    content = 2.0 * generator.standard_normal(8)
    for model, level in {"one": 29.0, "two": 29.8, "bicubic": 27.0}.items():
        for place, image in enumerate(IMAGES):
            yield Observation(model, "blur", image, 0, level + content[place])


def test_pooled_seeds_carry_their_spread_into_the_interval() -> None:
    models = (
        TrainedModel("one", "blur", "content", 1, "net"),
        TrainedModel("two", "blur", "content", 2, "net"),
        TrainedModel("bicubic"),
    )
    cell = matrix(gathered(seeded()), rows_of(models), ("blur",), Scheme(True)).cells[0]
    gain = comparison_of(cell.gain)
    assert gain.difference.mean == pytest.approx(2.4)
    assert estimate_of(cell.value).seeds == 2
    # Variance of two means 0.8 apart is 0.32; over two seeds 0.16, known with one degree of freedom.
    assert interval_of(gain.difference).error == pytest.approx(0.4)
    assert interval_of(gain.difference).df == pytest.approx(1.0)


def test_the_diagonal_is_of_the_same_loss_and_family() -> None:
    rows = rows_of(
        (
            TrainedModel("A", "x", "content", family="net"),
            TrainedModel("B", "y", "content", family="net"),
            TrainedModel("C", "y", "gan", family="net"),
            TrainedModel("D", "y", "content"),
            TrainedModel("E", "y", "content"),
            TrainedModel("F", "x", "content"),
        )
    )
    named: dict[str, MatrixRow] = {row.name: row for row in rows}
    assert diagonal(rows, named["A"], "y") == named["B"]
    assert diagonal(rows, named["C"], "y") == named["C"]
    assert str(diagonal(rows, named["C"], "x")) == (
        "no diagonal: no sibling was trained on x with loss gan"
    )
    assert "D, E were all trained on y" in str(diagonal(rows, named["F"], "y"))
    assert diagonal(rows, named["D"], "y") == named["D"]


def test_a_row_over_several_sets() -> None:
    observations = gathered(observed())
    row = rows_of(MODELS)[0]
    fixed = estimate_of(across(observations, row, SETS, "fixed"))
    values = [estimate_of(cell.value).mean for cell in made().cells if cell.row == "A"]
    assert fixed.mean == pytest.approx(np.mean(values))
    assert (fixed.images, fixed.cases) == (8, 2)
    crossed = estimate_of(across(observations, row, SETS, "crossed"))
    assert str(crossed.interval) == "too few to tell: 2 degradations; 5 are needed"
    empty = gathered(observed(failing("x")))
    assert isinstance(across(empty, row, SETS, "fixed"), Untold)


def test_tables_are_of_the_images_that_all_have_in_all_variants() -> None:
    one = gathered([Observation("A", "s", image, v, v + 1.0) for image in "pqr" for v in (0, 1)])
    two = gathered(
        Observation("B", "s", image, v, 5.0) for image, v in (("p", 0), ("q", 0), ("q", 1))
    )
    first, second = shared_tables([one.of("A", "s"), two.of("B", "s")])
    assert first.tolist() == [[1.0, 2.0]]
    assert second.tolist() == [[5.0, 5.0]]


def test_a_cell_is_plain_data() -> None:
    assert isinstance(made().cells[0], MatrixCell)
    assert made() == made()
