"""What the docs say to other trainers: the keys of their published option files, and folders that make-pairs writes."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.docs.pages import text_of

PUBLISHED = {
    "traiNNer-redux": {
        "name",
        "type",
        "dataroot_gt",
        "dataroot_lq",
        "meta_info",
        "lq_size",
        "use_hflip",
        "use_rot",
        "num_worker_per_gpu",
        "batch_size_per_gpu",
        "accum_iter",
    },
    "neosr": {
        "type",
        "dataroot_gt",
        "dataroot_lq",
        "patch_size",
        "batch_size",
        "accumulate",
        "augmentation",
        "aug_prob",
    },
}
"""Keys of `datasets: train:` in RealPLKSR_fidelity.yml of traiNNer-redux 12160ad and train_span.toml of neosr 0b6e65f."""
TYPES = {"traiNNer-redux": "pairedimagedataset", "neosr": "paired"}


def section(trainer: str) -> dict[str, Any]:
    found = re.search(
        rf"```(yaml|toml)\n# {trainer}\n(.*?)```", text_of("docs/basicsr.md"), re.DOTALL
    )
    assert found
    read: Any = yaml.safe_load(found[2]) if found[1] == "yaml" else tomllib.loads(found[2])
    train: dict[str, Any] = read["datasets"]["train"]
    return train


@pytest.mark.parametrize("trainer", PUBLISHED)
def test_every_key_is_one_of_its_published_option_file(trainer: str) -> None:
    train = section(trainer)
    assert train.keys() <= PUBLISHED[trainer]
    assert train["type"] == TYPES[trainer]


@pytest.mark.parametrize("trainer", PUBLISHED)
def test_the_folders_are_those_that_make_pairs_writes(trainer: str) -> None:
    """`hr` and `lr` of one folder, whose files have equal names (tests/pairs)."""
    train = section(trainer)
    for key, folder in (("dataroot_gt", "hr"), ("dataroot_lq", "lr")):
        roots = train[key] if isinstance(train[key], list) else [train[key]]
        assert roots == [f"DIR/{folder}"]
