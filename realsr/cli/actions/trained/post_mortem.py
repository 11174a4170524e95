"""`realsr models post-mortem`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from realsr.cli.reporting import DIFFERS, OK
from realsr.cli.terminal import hint, tell
from realsr.files.errors import RequestError
from realsr.rows import read_rows
from realsr.training import RepeatedStep, replay_step


def run_post_mortem(record: Path, *, out: Path | None, as_json: bool, rows: Sequence[Path]) -> int:
    """The command's body; DIFFERS where the step cannot be had again as it was."""
    if out is not None and out.exists() and any(out.iterdir()):
        raise RequestError(f"{out} is not empty; give another --out")
    found = replay_step(record, out, read_rows(rows), hint)
    if as_json:
        tell(json.dumps(_data(found), allow_nan=False))
    else:
        for line in _lines(found):
            tell(line)
    return OK if found.same_batch and found.same_terms else DIFFERS


def _data(found: RepeatedStep) -> dict[str, object]:
    data = asdict(found)
    return {**data, "record": found.record.model_dump(mode="json")}


def _lines(found: RepeatedStep) -> Iterator[str]:
    record = found.record
    yield f"step {record.step}: {record.culprit}"
    yield (
        "the pairs are those of the record, bit for bit"
        if found.same_batch
        else "the pairs are NOT those of the record: photographs, pipeline or libraries changed since"
    )
    for side, terms in found.terms.items():
        yield f"{side}: {_terms(terms)}"
    yield (
        "the terms are those of the record"
        if found.same_terms
        else f"the terms are NOT those of the record: {_terms(record.terms[record.side])}"
    )
    for name in found.weights:
        yield f"no finite number in the weights: {name}"
    for number, pair in enumerate(found.pairs):
        sound = "" if pair.finite else ", its pixels are no finite numbers"
        yield f"pair {number}, {pair.source}, variant {pair.variant}: {_terms(pair.terms)}{sound}"


def _terms(terms: Mapping[str, float | str]) -> str:
    return ", ".join(
        f"{name} {value if isinstance(value, str) else format(value, '.4g')}"
        for name, value in terms.items()
    )
