"""What the README and the docs say of numbers, links and pipelines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_readme_counts_right() -> None:
    import degrade
    from degrade.operators.table import OPERATORS

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{len(OPERATORS)} operators: " in text
    assert f"{len(degrade.pipeline_names())} pipelines:" in text


@pytest.mark.parametrize(
    "page", ["README.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in target or ((ROOT / page).parent / target).exists(), target


def test_the_pipeline_of_the_docs_is_one() -> None:
    import degrade

    text = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    whole, ranges, hr, on_device, lr, chain = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    degrade.parse_pipeline(ranges, "docs/pipelines.md")
    pipeline = degrade.parse_pipeline(whole, "docs/pipelines.md")
    assert len(degrade.draw(pipeline, degrade.keys(0, ["a"]))[0].lr) >= 5
    for part in (
        f"name: x\n{hr}lr: [{{op: clamp}}]",
        f"name: x\n{on_device}lr: [{{op: clamp}}]",
        f"name: x\n{lr.replace('4567...', 'a' * 64)}",
        chain,
    ):
        degrade.parse_pipeline(part, "docs/pipelines.md")
