"""The README's Python runs as it stands, on photographs that it does not know."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]


def blocks(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    generator = np.random.default_rng(0)
    for number in range(4):
        pixels = generator.integers(0, 256, (280, 300, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"{number}.png")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    found = blocks("README.md")
    assert len(found) == 2
    for block in found:
        exec(compile(block, "README.md", "exec"), names)
    assert names["hr"].shape == (4, 3, 256, 256)  # type: ignore[attr-defined]
    assert names["lr"].shape == (4, 3, 64, 64)  # type: ignore[attr-defined]


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
    whole, hr, lr, chain = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    pipeline = degrade.parse_pipeline(whole, "docs/pipelines.md")
    assert len(degrade.draw(pipeline, degrade.keys(0, ["a"]))[0].lr) >= 5
    for part in (
        f"name: x\n{hr}lr: [{{op: clamp}}]",
        f"name: x\n{lr.replace('4567...', 'a' * 64)}",
        chain,
    ):
        degrade.parse_pipeline(part, "docs/pipelines.md")
