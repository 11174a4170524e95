"""Configurations: strict, with errors that say where and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from realsr.training import (
    TrainingError,
    is_ranking,
    parse_config,
    read_config,
    read_ranking,
)
from realsr.training.config_file import config_text
from realsr.training.recipes import recipe_file, recipe_names

TEXT = """
model: {name: espcn, scale: 3}
data:
  hr: [photographs]
  crop: 72
steps: 100
"""


def test_defaults_and_settings() -> None:
    config = parse_config(TEXT, settings=["optimiser.lr=1e-3", "data.hr.0=other", "ema=0.99"])
    assert config.optimiser.lr == 1e-3
    assert config.data.hr == (Path("other"),)
    assert config.seen == "y"
    assert config.model_arguments == {"channels": 1, "scale": 3}
    assert config.objective_name == "l1"


def test_written_out_it_reads_back(make: object) -> None:
    config = parse_config(TEXT, settings=["objective=esrgan", "discriminator.name=vgg"])
    assert parse_config(config_text(config)) == config


def test_a_set_of_its_own_photographs_is_written_as_it_always_was() -> None:
    sets = "validation: {sets: [{name: a, hr: v}, {name: b, held_out: 0.1}]}"
    config = parse_config(f"{TEXT}{sets}\n")
    first, second = yaml.safe_load(config_text(config))["validation"]["sets"]
    assert list(first) == ["name", "hr", "pipeline", "limit"]
    assert second["held_out"] == 0.1
    assert parse_config(config_text(config)) == config


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["data.worker=3"], r"--set data\.worker=3: data\.worker: unknown key 'worker'; did you mean 'workers'\?"),
        (["optimizer.lr=1"], r"unknown key 'optimizer'; did you mean 'optimiser'\?"),
        (["model.name=espcnn"], r"no architecture 'espcnn'; did you mean 'espcn'\?"),
        (["model.featurs=[4, 4]"], r"espcn: unknown argument 'featurs'; did you mean 'features'\?"),
        (["model.scale=5"], r"espcn: no scale 5; its paper has "),
        (["discriminator={name: vgg, featurs: 4}"], r"vgg: unknown argument 'featurs'; did you mean"),
        (["discriminator.name=vg"], r"no discriminator 'vg'; did you mean 'vgg'"),
        (["objective=esrgn"], r"no objective 'esrgn'; did you mean 'esrgan'\?"),
        (["objective=esrgan"], r"add `discriminator: \{name: vgg\}`"),
        (["discriminator.name=vgg"], r"no adversarial term"),
        (["data.crop=70"], r"data\.crop 70 is no multiple of the scale 3"),
        (["accumulate=3"], r"data\.batch 16 is not divided by accumulate 3"),
        (["schedule.name=multistep"], r"`at` lists the steps of multistep"),
        (["clip.norm=1", "clip.value=1"], r"give one of norm, value and by_rate"),
        (["optimiser.groups=[{match: '('}]"], r"'\(' is no regular expression"),
        (["data.hr.3=x"], r"3 names nothing inside"),
        (["lr"], r"expected key=value"),
        (["optimizer.lr=1"], r"^--set optimizer\.lr=1: optimizer: unknown key 'optimizer'; did you mean 'optimis"),
        (["optimiser.lr.x=1"], r"^--set optimiser\.lr\.x=1: optimiser\.lr: "),
        (["data.hr=photos", "data.HR=x"], r"^--set data\.HR=x: data\.HR: unknown key 'HR'; did you mean 'hr'"),
    ],
)  # fmt: skip
def test_faults_are_named(settings: list[str], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        parse_config(TEXT, settings=settings)


def test_a_fault_of_the_file_has_its_line() -> None:
    with pytest.raises(TrainingError, match=r"^my\.yaml:5: data\.crop: .*integer"):
        parse_config(TEXT.replace("72", "large"), "my.yaml")
    with pytest.raises(
        TrainingError, match=r"^my\.yaml:7: stops: unknown key 'stops'; did you mean 'steps'\?"
    ):
        parse_config(TEXT + "stops: 3\n", "my.yaml")


@pytest.mark.parametrize("name", recipe_names())
def test_recipes_are_sound(name: str) -> None:
    path = recipe_file(name)
    assert (read_ranking(path) if is_ranking(path) else read_config(path)).steps > 0


def test_recipes_come_by_name_and_files_by_their_ending() -> None:
    assert recipe_file("my.yaml") == Path("my.yaml")
    with pytest.raises(TrainingError, match=r"'espcn_t19'; did you mean 'espcn_t91'\?"):
        recipe_file("espcn_t19")
    with pytest.raises(TrainingError, match=r"'xyz'; known are drcn_t91, .*\.yaml ending"):
        recipe_file("xyz")


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("accumulate: 3\n", r"<text>:3: data: data\.batch 16 is not divided"),
        ("discriminator: {name: vgg}\n", r"<text>:7: discriminator: the objective has no advers"),
        ("discriminator_view: {cutout: 0.1}\n", r"<text>:7: discriminator_view: discriminator_v"),
    ],
)
def test_keys_that_do_not_go_together_are_told_with_their_line(added: str, said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        parse_config(f"{TEXT}{added}")


def test_a_configuration_tells_its_places() -> None:
    config = parse_config(TEXT, settings=["data.crop=69", "data.crop=72"])
    assert config.where("data", "hr") == "<text>:4: data.hr"
    assert config.where("data", "maps") == "<text>:3: data.maps"
    assert config.where("data", "crop") == "--set data.crop=72: data.crop"
