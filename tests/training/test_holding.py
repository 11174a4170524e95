"""Photographs that a training keeps for its validation: never trained on, and the same ones at every run."""

from __future__ import annotations

from pathlib import Path

import pytest

from realsr.training import (
    TrainingConfig,
    TrainingError,
    is_ranking,
    read_config,
    recipe_file,
    train,
)
from realsr.training.check import material
from realsr.training.recipes import recipe_names
from tests.training.conftest import Make

HELD = {"validation": {"every": 2, "sets": [{"name": "held_out", "held_out": 0.3}]}}


def names(sources: object) -> set[str]:
    return {source.id for source in sources.sources}  # type: ignore[attr-defined]


def test_held_out_photographs_are_not_trained_on(make: Make) -> None:
    given = material(make(**HELD))
    trained, held = names(given.photographs), names(given.sets[0])
    assert len(held) == 2
    assert trained | held == {f"photo{number}" for number in range(7)}
    assert trained & held == set()


def test_the_choice_hangs_on_neither_seed_nor_pipeline_nor_folder(make: Make) -> None:
    first = material(make(**HELD))
    other = material(make(**HELD, seed=7))
    assert names(first.sets[0]) == names(other.sets[0])


def test_sets_of_one_share_are_one_and_a_smaller_one_lies_inside(make: Make) -> None:
    sets = [
        {"name": "clean", "held_out": 0.5},
        {"name": "hard", "held_out": 0.5, "pipeline": "second_order"},
        {"name": "few", "held_out": 0.1},
    ]
    given = material(make(validation={"sets": sets}))
    clean, hard, few = (names(each) for each in given.sets)
    assert clean == hard
    assert few < clean
    assert names(given.photographs) & clean == set()


def test_a_limit_holds_no_more_out(make: Make) -> None:
    sets = [{"name": "few", "held_out": 0.9, "limit": 2}]
    given = material(make(validation={"sets": sets}))
    assert (len(names(given.sets[0])), len(names(given.photographs))) == (2, 5)


def test_other_sets_hold_nothing_out(make: Make, photographs: Path) -> None:
    sets = [{"name": "own", "hr": [str(photographs)]}]
    assert len(names(material(make(validation={"sets": sets})).photographs)) == 7


def test_a_folder_of_one_photograph_holds_none_out(make: Make, photographs: Path) -> None:
    one = {"hr": [str(photographs / "photo0.png")], "crop": 32, "batch": 4}
    with pytest.raises(TrainingError, match="1 photograph, too few to hold some out"):
        material(make(**HELD, data=one))


@pytest.mark.parametrize("given", [{}, {"hr": ["x"], "held_out": 0.1}, {"held_out": 0.0}])
def test_a_set_has_photographs_of_its_own_or_held_out_ones(
    make: Make, given: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"held_out|hr"):
        make(validation={"sets": [{"name": "a", **given}]})


def test_a_training_goes_on_with_the_same_photographs_alone(make: Make, tmp_path: Path) -> None:
    train(make(**HELD), tmp_path / "out", stop_at=2)
    with pytest.raises(TrainingError, match="held_out"):
        train(make(), tmp_path / "out")


def test_what_is_held_out_is_told(make: Make, tmp_path: Path) -> None:
    told: list[str] = []
    train(make(**HELD), tmp_path / "out", tell=told.append)
    assert any(line.startswith("held out for validation, 2 of 7 photographs: ") for line in told)


@pytest.mark.parametrize(
    "name", [name for name in recipe_names() if not is_ranking(recipe_file(name))]
)
def test_a_recipe_needs_no_photographs_but_those_that_are_given(
    name: str, photographs: Path
) -> None:
    config = read_config(recipe_file(name), [f"data.hr=[{photographs}]"])
    for each in config.validation.sets:
        assert not each.hr
        assert each.held_out


def test_one_folder_may_be_given_without_brackets(photographs: Path) -> None:
    config = read_config(recipe_file("espcn_t91"), [f"data.hr={photographs}"])
    assert config.data.hr == (photographs,)
    assert isinstance(config, TrainingConfig)
