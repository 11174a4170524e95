"""The page about training names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from realsr.losses.table import LOSSES
from realsr.models.discriminators import DISCRIMINATORS, build_discriminator
from realsr.training import TrainingConfig, parse_config

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
SIDES = {"enhancenet": {"size": 128}}


def test_every_test_that_it_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 50
    for file, name in named:
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"


def test_its_configuration_is_sound_and_all_keys_are_explained() -> None:
    block, small, *_ = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    config = parse_config(block, "docs/training.md")
    assert parse_config(small, "docs/training.md").steps == 200
    assert config.discriminator_view is not None
    for key in TrainingConfig.model_fields:
        assert re.search(rf"^{key}:|`{key}[:`]", TEXT, re.MULTILINE), key


def test_every_loss_that_it_names_exists() -> None:
    table = TEXT.split("| loss | here | shown by |")[1]
    first_names = [re.findall(r"`(\w+)`", row.split("|")[2]) for row in table.splitlines()[2:]]
    options = {"kind", "reduction", "r1", "r2", "every", "discriminator_view", "logits", "ranker"}
    options |= {"discriminator", "lr_scale", "auxiliary", "ranks", "overfitting", "alarm"}
    options |= {"discriminator_bands", "autoencoder", "generator_every", "gradient_surgery"}
    for name in {name for names in first_names for name in names} - options:
        assert name in LOSSES, name


def test_its_table_of_discriminators_is_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| ([\d.]+) M \|$", TEXT, re.MULTILINE)
    assert [(name, summary) for name, summary, _ in rows] == [
        (name, row.summary) for name, row in DISCRIMINATORS.items()
    ]
    for name, _, millions in rows:
        weights = build_discriminator(name, **SIDES.get(name, {})).parameters()
        assert f"{sum(each.numel() for each in weights) / 1e6:.2f}" == millions, name
