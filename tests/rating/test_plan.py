"""What a rater is shown: drawn alike, spread evenly, repeated far enough apart."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from realsr.rating.plan import Kind, plan

kinds = st.sampled_from(["acr", "pairs"])
sizes = st.tuples(st.integers(1, 6), st.integers(2, 5))


def pictures(size: tuple[int, int]) -> dict[str, list[str]]:
    count, models = size
    return {f"p{number}": [f"m{model}" for model in range(models)] for number in range(count)}


@given(kind=kinds, size=sizes, seed=st.integers(-3, 3))
def test_everything_is_shown_once_and_no_repeat_where_none_is_asked(
    kind: Kind, size: tuple[int, int], seed: int
) -> None:
    trials = plan(kind, pictures(size), "ann", seed, 10**6, 0)
    count, models = size
    whole = count * (models if kind == "acr" else models * (models - 1) // 2)
    shown = {(one.picture, frozenset(one.models)) for one in trials}
    assert len(trials) == len(shown) == whole
    assert all(one.repeats is None for one in trials)


@given(kind=kinds, size=sizes, most=st.integers(1, 12), repeats=st.integers(0, 9))
def test_a_repeat_shows_the_same_turned_round_and_not_at_once(
    kind: Kind, size: tuple[int, int], most: int, repeats: int
) -> None:
    trials = plan(kind, pictures(size), "ann", 0, most, repeats)
    fresh = [one for one in trials if one.repeats is None]
    assert len(fresh) <= most
    again = [(place, one) for place, one in enumerate(trials) if one.repeats is not None]
    assert len(again) == min(
        repeats,
        max(
            1,
            len(fresh)
            - -(-(len(fresh) + min(repeats, len(fresh))) // 4)
            + min(repeats, len(fresh)),
        ),
        len(fresh),
    )
    assert len({one.repeats for _, one in again}) == len(again)
    for place, one in again:
        assert one.repeats is not None
        first = trials[one.repeats]
        assert first.repeats is None
        assert (first.picture, first.models[::-1]) == (one.picture, one.models)
        assert one.repeats < place


def test_repeats_lie_a_quarter_of_the_way_apart() -> None:
    for seed in range(50):
        trials = plan("acr", pictures((6, 5)), "ann", seed, 1000, 6)
        gaps = [place - one.repeats for place, one in enumerate(trials) if one.repeats is not None]
        assert len(gaps) == 6
        assert min(gaps) >= len(trials) // 4 - 6


def test_every_tenth_comes_again_unless_told() -> None:
    trials = plan("acr", pictures((6, 5)), "ann", 0, 1000)
    assert sum(one.repeats is not None for one in trials) == 3


def test_the_same_arguments_the_same_trials_another_rater_or_seed_others() -> None:
    whole = pictures((6, 5))
    first = plan("pairs", whole, "ann", 0, 30)
    assert plan("pairs", whole, "ann", 0, 30) == first
    assert plan("pairs", whole, "bob", 0, 30) != first
    assert plan("pairs", whole, "ann", 1, 30) != first


def test_a_part_is_spread_evenly_over_models_and_pictures() -> None:
    for seed in range(20):
        acr = plan("acr", pictures((10, 4)), "ann", seed, 20, 0)
        models = Counter(one.models[0] for one in acr)
        assert max(models.values()) - min(models.values()) <= 1
        pairs = plan("pairs", pictures((10, 4)), "ann", seed, 30, 0)
        couples = Counter(frozenset(one.models) for one in pairs)
        assert len(couples) == 6
        assert max(couples.values()) - min(couples.values()) <= 1


def test_sides_are_drawn_without_favour() -> None:
    trials = [
        one for seed in range(40) for one in plan("pairs", pictures((5, 2)), "a", seed, 99, 0)
    ]
    assert 70 <= sum(one.models[0] == "m0" for one in trials) <= 130
