"""The family's pipelines are read, drawn from, and known again from their traces."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import degrade
from realsr.fitting.family import beginning, bin_of, draws, fitted_names, tree
from realsr.fitting.marginals import LEAST, Marginals, Range, Shares, tempered
from realsr.fitting.measured import histogram
from realsr.fitting.writing import pipeline_file

CASES = st.tuples(st.sampled_from([1, 2, 3, 4]), st.integers(0, 2**31))


def shaken(scale: int, seed: int) -> Marginals:
    """Weights of all sizes, 0 and nearly 1 among them."""
    random = np.random.default_rng(seed)
    out = {}
    for name, one in beginning(scale).items():
        weights = random.random(len(one.weights)) ** random.choice([0.5, 8.0])
        out[name] = one.with_weights(np.where(weights < 0.01, 0.0, weights) + 1e-12)
    return out


@settings(max_examples=15, deadline=None)
@given(CASES)
def test_every_tree_is_a_pipeline_and_every_draw_is_known(case: tuple[int, int]) -> None:
    scale, seed = case
    marginals = shaken(scale, seed)
    pipeline = degrade.parse_pipeline(yaml.safe_dump(tree(marginals, "a", scale), sort_keys=False))
    for trace in degrade.draw(pipeline, degrade.keys(seed, map(str, range(20)))):
        for name, value in draws(trace):
            one = marginals[name]
            share = float(one.weights[bin_of(one, value)])
            assert name in fitted_names(marginals)
            assert share >= 0.9 * LEAST or isinstance(one, Range), (name, value)


def test_draws_come_as_often_as_their_shares_say() -> None:
    marginals = beginning(4)
    pipeline = degrade.parse_pipeline(yaml.safe_dump(tree(marginals, "a", 4), sort_keys=False))
    traces = degrade.draw(pipeline, degrade.keys(0, map(str, range(1500))))
    found: dict[str, Counter[int]] = {}
    for trace in traces:
        for name, value in draws(trace):
            found.setdefault(name, Counter())[bin_of(marginals[name], value)] += 1
    assert set(found) == set(fitted_names(marginals))
    for name, counts in found.items():
        total = sum(counts.values())
        for number, share in enumerate(marginals[name].weights):
            room = 4 * (share * (1 - share) / total) ** 0.5 + 0.002
            assert abs(counts[number] / total - share) < room, (name, number)


def test_the_file_says_what_the_tree_says() -> None:
    marginals = shaken(4, 7)
    found = yaml.safe_load(pipeline_file(marginals, RECORD, "mine"))
    assert found["lr"] == tree(marginals, "mine", 4)["lr"]
    assert found["name"] == "mine"


AREA = {"value": 0.7, "low": 0.6, "high": 0.8, "level": 0.95, "method": "as told"}
FEATURE = {
    "name": "power",
    "auc": 0.8,
    "first": 1.0,
    "second": 2.0,
    "higher_in": "first",
    "beyond_chance": True,
}
RECORD = {
    "scale": 4, "side": 64, "seed": 3, "pictures": 20, "of": 30, "places": 20, "hr": 12, "above_floor": 0.2,
    "auc": AREA, "floor": {**AREA, "value": 0.5}, "features": [FEATURE],
    "set": {
        "pictures": 20,
        "estimates": {"mtf50": {"value": 0.25, "low": 0.2, "high": 0.3, "unit": "cycles/px", "of": 19, "method": "m"}},
        "refused": {"noise_shot": "it is not told"},
    },
}  # fmt: skip


def test_the_header_says_what_was_measured_and_how_well_it_matches() -> None:
    text = pipeline_file(beginning(4), RECORD, "mine")
    head = [line for line in text.splitlines() if line.startswith("#")]
    said = " ".join(line.lstrip("# ") for line in head)
    for part in (
        "mtf50: 0.25 cycles/px (0.2 to 0.3), of 19",
        "0.700 (0.600 to 0.800)",
        "0.500",
        "noise_shot: it is not",
    ):
        assert part in said
    assert "+0.20 above the floor: something was done" in said
    assert "0.80 more in the photographs: power" in said
    assert max(map(len, head)) <= 120


@given(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=8), st.integers(2, 9), st.booleans())
def test_finer_bins_keep_the_density(weights: list[float], pieces: int, log: bool) -> None:
    one = Range.between(0.5, 9.0, len(weights), log=log).with_weights(np.array(weights))
    finer = one.rebinned(pieces)
    shares = np.linspace(0, 1, pieces + 1)
    assert np.allclose(finer.quantile(shares), one.quantile(shares))
    assert np.allclose(finer.edges[[0, -1]], [0.5, 9.0])


def test_looking_back_mixes_where_the_fit_began() -> None:
    start = Range.between(0.0, 8.0, 4)
    one = start.with_weights(np.array([1.0, 0.0, 0.0, 0.0])).rebinned(4)
    mixed = tempered(one, start, 0.2)
    assert isinstance(mixed, Range)
    low = float(mixed.weights[:-1].sum())  # 0 to 1.5, of which the start has 3/16
    assert low == pytest.approx(0.8 * 0.75 + 0.2 * 1.5 / 8)
    kinds = Shares(("a", "b"), np.array([1.0, 0.0]))
    back = tempered(kinds, Shares(("a", "b"), np.array([0.5, 0.5])), 0.2)
    assert np.allclose(back.weights, [0.9, 0.1])


@given(st.lists(st.integers(1, 100), min_size=1, max_size=60))
def test_qualities_are_within_their_bins(qualities: list[int]) -> None:
    found = histogram(qualities)
    text = yaml.safe_dump(
        {
            "name": "a",
            "scale": 1,
            "lr": [{"op": "jpeg", "quality": found.written()}, {"op": "quantise"}],
        }
    )
    pipeline = degrade.parse_pipeline(text)
    drawn = {
        int(trace.lr[0].values["quality"])
        for trace in degrade.draw(pipeline, degrade.keys(0, map(str, range(30))))
    }
    assert min(qualities) <= min(drawn)
    assert max(drawn) <= max(qualities)
    assert found.weights.sum() == pytest.approx(1)
