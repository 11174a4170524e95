"""Pipelines: what is read, what is refused and in which words."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import degrade
from degrade.errors import PipelineError
from degrade.operators.table import OPERATORS
from degrade.pipeline import named_source
from degrade.pipeline.named import named_pipelines
from degrade.pipeline.stages import stage_model
from tests.degrade.refusals import HEAD, refusal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD + "  - op: gaussian_noise\n    sigma_25: 3\n    sigma_255: 3\n",
            "my.yaml:4: lr[0].sigma_25: unknown key 'sigma_25'; did you mean 'sigma_255'?",
        ),
        (
            HEAD + "  - op: gaussian_noise\n    sigma_255: {uniform: [1, 300]}\n",
            "my.yaml:4: lr[0].sigma_255: reaches 300.0: input should be less than or equal to 255",
        ),
        (
            HEAD + "  - op: gaussian_noise\n    sigma_255: -1\n",
            "my.yaml:4: lr[0].sigma_255: is -1: input should be greater than or equal to 0",
        ),
        (
            HEAD + "  - op: gausian_noise\n",
            "my.yaml:3: lr[0]: no operator 'gausian_noise'; did you mean 'gaussian_",
        ),
        (
            HEAD + "  - op: jpeg\n    quality: {uniform: [30, 95]}\n",
            "my.yaml:4: lr[0].quality: is a whole number",
        ),
        (HEAD + "  - op: jpeg\n", "my.yaml:3: lr[0]: the key 'quality' is missing"),
        (
            HEAD + "  - op: clamp\n    low: {unifrom: [0, 1]}\n",
            "my.yaml:4: lr[0].low: no distribution 'unifrom'; did you mean 'uniform'?",
        ),
        (
            HEAD + "  - op: clamp\n    low: {uniform: [1, 0]}\n",
            "the low end 1 is above the high end 0",
        ),
        (
            HEAD + "  - op: clamp\n    low: 0\n    low: 1\n",
            "my.yaml:5: lr[0].low: the key 'low' is there twice",
        ),
        (HEAD + "  - op: clamp\n  - op: clamp\n", "the label 'clamp' is there twice"),
        (HEAD + "  - opp: clamp\n", "my.yaml:3: lr[0]: expected a stage such as"),
        (
            HEAD + "  - maybe: 1.5\n    stages: [{op: clamp}]\n",
            "my.yaml:3: lr[0].maybe: Input should be less than",
        ),
        (
            HEAD + "  - op: gaussian_noise\n    sigma_255: {given: grey}\n",
            "is no earlier field of this stage",
        ),
        (
            "name: x\nscalee: 3\nlr: [{op: clamp}]",
            "my.yaml:2: scalee: unknown key 'scalee'; did you mean 'scale'?",
        ),
        (
            "name: x\nscale: 5\nscales: [2, 4]\nlr: [{op: clamp}]",
            "scale 5 is not one of this pipeline's: 2, 4",
        ),
        ("- 1", "my.yaml:1: expected a mapping"),
        (
            HEAD
            + "  - op: gaussian_noise\n    sigma_255: {mixture: [{weight: 1, of: {per_repeat: [1, 2]}}]}\n",
            "the stage 'gaussian_noise', field 'sigma_255': `per_repeat` has a meaning only inside `repeat`",
        ),
        (
            HEAD + "  - maybe: {per_repeat: [1, 0]}\n    stages: [{op: clamp}]\n",
            "only inside `repeat`",
        ),
        (
            HEAD + "  - op: jpeg\n    quality: true\n",
            "my.yaml:4: lr[0].quality: is True: expected no truth value",
        ),
        (
            HEAD + "  - op: gaussian_noise\n    sigma_255: 1\n    grey: no\n",
            "lr[0].grey: is 'no': expected true or false",
        ),
        (
            HEAD + "  - op: jpeg\n    quality: {integer: [1, 3000000000]}\n",
            "more than 100000 values",
        ),
        (
            HEAD + "  - op: clamp\n    low: {normal: {mean: 0, std: 1, low: 9, high: 2}}\n",
            "low < high",
        ),
        (HEAD + "  - op: clamp\n    low: " + "1" * 5000, "a number of 5000 characters"),
        (HEAD + "  - op: clamp\n    low: " + "[" * 3000, "nested too deeply"),
        ("", "my.yaml:1: expected a mapping"),
        (
            HEAD + "  - shuffle: [{op: clamp}, {op: quantise}]\n    before: [[clamp, sharpen]]\n",
            "`before` names 'sharpen'; the items are clamp, quantise",
        ),
        (
            HEAD + "  - shuffle: [{op: clamp}, {op: quantise}]\n"
            "    before: [[clamp, quantise], [quantise, clamp]]\n",
            "goes in a circle",
        ),
        (
            HEAD
            + "  - op: gaussian_blur\n    size: {integer: [7, 21]}\n    sigma_x: 1\n    sigma_y: 1\n    angle: 0\n",
            "my.yaml:4: lr[0].size: reaches 8",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_place_value_and_cure(text: str, said: str) -> None:
    assert said in refusal(text)


RESIZE = "{op: resize, factor: 1, of: %s, filter: bilinear, antialias: true}"


def test_a_reference_must_be_sure_to_have_run() -> None:
    maybe = HEAD + "  - maybe: 0.5\n    stages: [{op: quantise}]\n  - " + RESIZE % "after:quantise"
    assert "which has not surely run before it" in refusal(maybe)
    shuffled = HEAD + "  - shuffle:\n    - {op: quantise}\n    - " + RESIZE % "before:quantise"
    assert "which has not surely run before it" in refusal(shuffled)
    degrade.parse_pipeline(shuffled + "\n    before: [[quantise, resize]]\n")
    for inside in (
        "{choice: ['before:nope', input]}",
        "{mixture: [{weight: 1, of: 'before:nope'}]}",
    ):
        text = HEAD + "  - {op: resize, factor: 1, of: " + inside + ", filter: area}"
        assert "refers to 'before:nope', which has not surely run" in refusal(text)
    either = HEAD + "  - choice:\n    - {stages: [{op: quantise}]}\n    - {stages: []}\n  - "
    assert "which has not surely run" in refusal(either + RESIZE % "after:quantise")


def test_a_scale_is_the_callers_the_files_or_four() -> None:
    text = HEAD + "  - op: clamp\n"
    assert degrade.parse_pipeline(text).scale == 4
    assert degrade.parse_pipeline("scale: 2\n" + text).scale == 2
    assert degrade.parse_pipeline("scale: 2\n" + text, scale=3).scale == 3


@pytest.mark.parametrize("name", degrade.pipeline_names())
def test_a_named_pipeline_survives_its_resolved_text_and_pickling(name: str) -> None:
    pipeline = degrade.load_pipeline(name)
    again = degrade.parse_pipeline(pipeline.to_yaml())
    assert again.name == name
    assert again.digest == pipeline.digest
    assert pickle.loads(pickle.dumps(pipeline)).digest == pipeline.digest
    keys = degrade.keys(0, map(str, range(50)))
    assert degrade.draw(again, keys) == degrade.draw(pipeline, keys)


def test_the_digest_follows_what_decides_draws_and_nothing_else() -> None:
    text = HEAD + "  - op: gaussian_noise\n    sigma_255: 3\n"
    digest = degrade.parse_pipeline(text).digest
    assert degrade.parse_pipeline("summary: other words\n" + text).digest == digest
    assert degrade.parse_pipeline(text + "    grey: false\n").digest == digest
    assert degrade.parse_pipeline(text.replace("3", "4")).digest != digest
    assert degrade.parse_pipeline(text, scale=2).digest != digest


def test_names_and_paths(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"did you mean 'second_order'"):
        degrade.load_pipeline("secnd_order")
    with pytest.raises(
        PipelineError, match=r"cannot read the pipeline file .*none\.yaml: there is no such file"
    ):
        degrade.load_pipeline(tmp_path / "none.yaml")
    file = tmp_path / "copy.yaml"
    file.write_text(named_source("second_order"))
    assert degrade.load_pipeline(file).digest == degrade.load_pipeline("second_order").digest
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PipelineError, match="not UTF-8"):
        degrade.load_pipeline(file)


@pytest.mark.parametrize("name", degrade.pipeline_names())
def test_what_a_file_says_of_itself_is_read_without_its_trees(name: str) -> None:
    said, pipeline = named_pipelines()[name].words(), degrade.load_pipeline(name)
    assert (said["name"], said["kind"]) == (name, pipeline.kind)
    assert said["summary"] == " ".join(pipeline.summary.split())


def test_the_schema_knows_operators_and_forms() -> None:
    schema = degrade.pipeline_schema()
    assert {"GaussianNoiseStage", "Uniform", "ChoiceNode"} <= schema["$defs"].keys()
    assert "key" not in schema["$defs"]["GaussianNoiseStage"]["properties"]


def test_the_schema_says_of_a_stage_what_its_model_takes() -> None:
    schema = degrade.pipeline_schema()
    for name in ("gaussian_noise", "albumentations"):
        model = stage_model(OPERATORS[name]).model_json_schema()
        said = schema["$defs"][model["title"]]
        assert _written_out(said, schema["$defs"]) == _written_out(model, model["$defs"])


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = degrade.pipeline_schema()
    text = json.dumps(schema)
    assert set(re.findall(r"#/\$defs/(\w+)", text)) <= schema["$defs"].keys()
    assert "$comment" not in text


def _written_out(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema with each field's alternatives in place of a reference to them."""
    if isinstance(part, dict):
        named = str(part.get("$ref", "")).removeprefix("#/$defs/")
        if named in ("Value", "MappingValue"):
            meant = {"oneOf", "anyOf"} & definitions[named].keys()
            part = {key: inner for key, inner in part.items() if key != "$ref"} | {
                key: definitions[named][key] for key in meant
            }
        return {k: _written_out(v, definitions) for k, v in part.items() if k != "$defs"}
    return [_written_out(inner, definitions) for inner in part] if isinstance(part, list) else part
