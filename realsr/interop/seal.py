"""SEAL's 100 representative degradations as pipelines, seal_000 to seal_099, one a string.

Source: Zhang et al., SEAL (ICLR 2024); XPixelGroup/SEAL 64b81a6. Every number is the string's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from degrade.errors import PipelineError
from degrade.pipeline import Pipeline, parse_pipeline
from realsr.interop.seal_second_order import second_order
from realsr.interop.seal_shuffle import shuffle
from realsr.interop.seal_strings import SealString, read_list

Node = dict[str, Any]

FORMS = {"FisrtOrder": second_order, "shuffleorder": shuffle}
WORDS = {
    "FisrtOrder": (
        "SEAL's degradation {0}: two rounds and a tail, as Real-ESRGAN has them.",
        [
            "noise without a seed (each sample has its own here)",
            "one beta for all pictures, drawn without a seed (each sample draws its own here)",
        ],
    ),
    "shuffleorder": (
        "SEAL's degradation {0}: BSRGAN's steps in a stated order.",
        [
            "noise without a seed (each sample has its own here)",
            "the camera step, which has no model and does nothing there",
        ],
    ),
}
SHOWN_BETAS: Mapping[int, Mapping[str, float]] = {8222: {"blur_2": 1.64}, 7321: {"blur_1": 1.0}}
"""What the published code drew where a string leaves a beta open, by number in the pool and stage.

Read off the pictures of seal_003 and seal_004, all 14 of which agree with one end of the range: the bicubic
enlargement's PSNR within 0.05 and 0.04 dB (root mean square), against 0.46 and 0.60 dB at the other end.
Elsewhere each sample draws its own.
"""
HEADER = "# Line {0} of {1}, number {2} of its pool, read by `realsr pipelines import-seal`.\n"


def seal_texts(
    text: str, name: str, betas: Mapping[int, Mapping[str, float]] = SHOWN_BETAS
) -> dict[str, str]:
    """The pipeline files of a list of strings, by file name.

    name: the list's, for the header comments and for errors. betas: in place of those that strings leave open,
    by number in the pool and stage. Raises PipelineError with every line that cannot be read, and what was
    expected there; nothing is skipped.
    """
    files: dict[str, str] = {}
    faults: list[str] = []
    for string in read_list(text, name):
        try:
            pipeline = seal_pipeline(string, betas.get(string.pool, {}))
        except PipelineError as error:
            faults.append(str(error))
            continue
        header = HEADER.format(string.number, " ".join(name.split()), string.pool)
        files[f"{pipeline.name}.yaml"] = header + pipeline.to_yaml()
    if faults:
        raise PipelineError("\n".join(faults))
    return files


def seal_pipeline(string: SealString, betas: Mapping[str, float]) -> Pipeline:
    """The pipeline of one string. betas: by stage, in place of those that it leaves open. Raises PipelineError
    where a word is not what belongs in its place."""
    data = yaml.safe_dump(_data(string, betas), sort_keys=False)
    return parse_pipeline(data, string.where)


def open_betas(string: SealString) -> dict[str, tuple[float, float]]:
    """The stages whose beta a string leaves open, and the ends of its range. Raises PipelineError."""
    stages = _data(string, {})["lr"]
    return {
        str(stage["label"]): tuple(stage["beta"]["uniform"])
        for stage in stages
        if isinstance(stage.get("beta"), dict)
    }


def _data(string: SealString, betas: Mapping[str, float]) -> Mapping[str, Any]:
    words = string.words()
    form = words.peek()
    if form not in FORMS:
        raise PipelineError(
            f"{string.where}: expected a string that begins with {' or '.join(FORMS)}; found {form[:40]!r}"
        )
    summary, not_copied = WORDS[form]
    number = string.number - 1
    stages = [_shown(stage, betas) for stage in FORMS[form](words)]
    if not any(isinstance(stage.get("beta"), dict) for stage in stages):
        not_copied = [each for each in not_copied if not each.startswith("one beta")]
    return {
        "name": f"seal_{number:03d}",
        "kind": "compat",
        "summary": summary.format(number),
        "source": f"XPixelGroup/SEAL 64b81a6, degradation_center_100.txt, line {string.number}",
        "not_copied": not_copied,
        "scales": [4],
        "scale": 4,
        "lr": stages,
    }


def _shown(stage: Node, betas: Mapping[str, float]) -> Node:
    beta = betas.get(str(stage.get("label")))
    return stage if beta is None else stage | {"beta": beta}
