"""`realsr pipelines`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import degrade
from degrade.errors import PipelineError
from degrade.operators.row import Operator
from degrade.pipeline.differences import differences
from degrade.reader.yaml_source import read_text
from realsr.cli.reporting import DIFFERS, OK, say
from realsr.cli.terminal import document, tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import RequestError
from realsr.files.faults import all_of
from realsr.files.whole import make_directory, write_whole
from realsr.interop.realesrgan_options import read_options
from realsr.interop.realesrgan_pipeline import pipeline_text
from realsr.interop.seal import seal_texts
from realsr.pairs.soundness import needs_squares, requested_pipeline


def run_resolved(name: str, scale: int | None, rows: Sequence[Path], allowed: Sequence[str]) -> int:
    """Any pipeline with its defaults written out."""
    operators = own_rows(rows, allowed).operators
    document(requested_pipeline(name, scale, operators).to_yaml())
    return OK


def run_check(files: Sequence[str], rows: Sequence[Path], allowed: Sequence[str]) -> int:
    """Whether files are pipelines whose draws end at their target; of those that are not, where and why not."""
    operators = own_rows(rows, allowed).operators
    return max(_checked(file, operators) for file in files)


def _checked(file: str, operators: Sequence[Operator[Any]]) -> int:
    try:
        pipeline = degrade.load_pipeline(file, rows=operators)
        fit = " for square crops only" if needs_squares(pipeline) else ""
    except PipelineError as error:
        say(_located(file, str(error)))
        return DIFFERS
    tell(
        f"{file}: sound{fit}; {pipeline.name} version {pipeline.version}, digest {pipeline.digest}"
    )
    return OK


def run_diff(
    first: str, second: str, scale: int | None, rows: Sequence[Path], allowed: Sequence[str]
) -> int:
    """What differs between two pipelines, a line each."""
    operators = own_rows(rows, allowed).operators
    one, other = all_of(lambda name: requested_pipeline(name, scale, operators), (first, second))
    lines = differences(one, other)
    for line in lines:
        tell(line)
    if not lines:
        tell(f"{first} and {second} draw the same")
    return DIFFERS if lines else OK


def _located(file: str, sentence: str) -> str:
    return sentence if file in sentence else f"{file}: {sentence}"


def run_import(file: Path, out: Path | None) -> int:
    """A Real-ESRGAN option file as a pipeline, printed, or written to a new file."""
    options = read_options(read_text(file, "the option file", RequestError), str(file))
    text = pipeline_text(options, str(file))
    for place in options.unknown:
        say(f"{place}: unknown, and left out")
    say(f"{options.training} training options left out")
    if out is None:
        document(text)
        return OK
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise RequestError(f"--out {out} is there already; name a new file") from error
    tell(str(out))
    return OK


def run_import_seal(file: Path, out: Path) -> int:
    """SEAL's parameter strings as pipelines in a folder, all of them or none."""
    texts = seal_texts(read_text(file, "the list of strings", RequestError), file.name)
    there = [name for name in texts if (out / name).exists()]
    if there:
        raise RequestError(f"--out {out} has {there[0]} already; name a folder without it")
    make_directory(out)
    for name, text in texts.items():
        write_whole(out / name, text.encode())
    tell(f"{out}: {len(texts)} pipelines, {min(texts)} to {max(texts)}")
    return OK


def run_schema(rows: Sequence[Path]) -> int:
    """The JSON schema of pipeline files, for editors."""
    schema = degrade.pipeline_schema(own_rows(rows).operators)
    document(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
    return OK
