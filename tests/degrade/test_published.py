"""Every published pipeline, field by field: chances, orders and both ends of every range are the papers' code's."""

from __future__ import annotations

import pytest

import degrade
from tests.degrade.published.fields import FOLDER, rows
from tests.degrade.published.others import OTHERS
from tests.degrade.published.second_order import FAMILY
from tests.degrade.published.since_2024 import SINCE_2024

TABLES = FAMILY | OTHERS | SINCE_2024


def test_every_published_pipeline_has_a_table() -> None:
    kinds = ("kind: compat", "kind: classical")
    published = {
        path.stem
        for path in FOLDER.glob("*.yaml")
        if any(f"\n{kind}\n" in path.read_text(encoding="utf-8") for kind in kinds)
    }
    assert published == set(TABLES)
    assert published <= set(degrade.pipeline_names())


@pytest.mark.parametrize("name", TABLES)
def test_every_field_is_as_published(name: str) -> None:
    found, published = rows(name), TABLES[name]
    differing = {
        key: (found.get(key), published.get(key))
        for key in {**found, **published}
        if found.get(key) != published.get(key)
    }
    assert differing == {}, "the pipeline's, and what is published"
