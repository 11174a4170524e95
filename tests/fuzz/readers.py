"""Every reader of files that are not ours: what it is given, how it is called, what it may raise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import degrade
from degrade.errors import DegradeError
from degrade.functional.downsamplers import read_safetensors
from degrade.functional.kernel_bank import read_bank
from degrade.functional.noise_bank import read_patches
from realsr.backbones.weights import load_weights
from realsr.cli.trusted import configured
from realsr.files.json_lines import read_json_lines
from realsr.images.failures import read_failures
from realsr.images.own import recorded
from realsr.images.reading import Reading, opened
from realsr.inference import load
from realsr.interop.realesrgan_options import read_options
from realsr.interop.seal import seal_texts
from realsr.pairs.journal import Journal
from realsr.pairs.manifest import read_manifest
from realsr.pairs.store.books import Books
from realsr.pairs.store.table import opened as opened_store
from realsr.robustness.results.store import read_results
from realsr.robustness.running.cache import Cache
from realsr.robustness.study.rules import read_rules
from realsr.robustness.study.study import read_study
from realsr.training import read_config
from realsr.training.checkpoints import read_state, state_path
from realsr.training.logs import read_log
from tests.fuzz import seeds
from tests.fuzz.reader import Reader, put
from tests.fuzz.record_readers import RECORD_READERS
from tests.fuzz.store_readers import STORE_READERS


def _picture(suffix: str) -> Callable[[Path, bytes], object]:
    def read(folder: Path, data: bytes) -> None:
        with opened(put(folder, f"picture{suffix}", data), Reading(max_pixels=2**24)) as source:
            source.pixels()

    return read


def _pipeline(folder: Path, data: bytes) -> None:
    pipeline = degrade.load_pipeline(put(folder, "pipeline.yaml", data), 4)
    [trace] = degrade.draw(pipeline, degrade.keys(0, ["a"]))
    degrade.words(trace)
    degrade.parse_pipeline(pipeline.to_yaml())


def _manifest(folder: Path, data: bytes) -> None:
    put(folder, "pipeline.yaml", b"")
    put(folder, "manifest.jsonl", data)
    _header, pairs = read_manifest(opened_store(folder))
    for pair in pairs:
        degrade.trace_from_data(pair.trace)


def _journal(folder: Path, data: bytes) -> None:
    put(folder, "manifest.partial.jsonl", data)
    journal = Journal(Books(folder))
    journal.listed()
    journal.close()


def _lines(folder: Path, data: bytes) -> None:
    path = put(folder, "lines.jsonl", data)
    recorded(path)
    read_failures(path)


def _any_lines(folder: Path, data: bytes) -> None:
    list(read_json_lines(put(folder, "lines.jsonl", data)))


def _run(folder: Path, data: bytes) -> None:
    """Its record and its cells in one: what is behind the first line's end are cells."""
    record, _, cells = data.partition(b"\n")
    put(folder, "record.json", record)
    put(folder, "cells.jsonl", cells)
    read_results(folder)


def _cache(folder: Path, data: bytes) -> None:
    put(folder, "scores.jsonl", data)
    Cache(folder)


def _state(folder: Path, data: bytes) -> None:
    path = state_path(folder, 1)
    path.with_suffix(".sha256").unlink(missing_ok=True)
    path.write_bytes(data)
    seeds.restored(read_state(path))


def _log(folder: Path, data: bytes) -> None:
    put(folder, "log.jsonl", data)
    read_log(folder)


def _model(suffix: str) -> Callable[[Path, bytes], object]:
    return lambda folder, data: load(put(folder, f"model{suffix}", data))


def _weights(folder: Path, data: bytes) -> None:
    load_weights(put(folder, "weights.pth", data))


def _bank(suffix: str) -> Callable[[Path, bytes], object]:
    return lambda folder, data: read_bank(str(put(folder, f"bank{suffix}", data)))


READERS = (
    *(
        Reader(f"picture{suffix}", seeds.pictures(suffix), _picture(suffix))
        for suffix in (".png", ".jpg", ".tif", ".webp", ".avif", ".bmp", ".jp2", ".heic")
    ),
    Reader("pipeline", seeds.pipelines, _pipeline, seeds.PIPELINE_WORDS),
    Reader("manifest", seeds.manifests, _manifest, seeds.MANIFEST_WORDS),
    Reader("journal", seeds.manifests, _journal, seeds.MANIFEST_WORDS),
    Reader("records-of-pictures", seeds.record_lines, _lines, ()),
    Reader("json-lines", seeds.record_lines, _any_lines, (), (DegradeError, ValueError)),
    Reader("run", seeds.runs, _run, ()),
    Reader("cache", seeds.caches, _cache, ()),
    Reader("state", seeds.states, _state),
    Reader("log", seeds.record_lines, _log, (), (DegradeError, ValueError)),
    *(
        Reader(f"model{suffix}", seeds.models(suffix), _model(suffix))
        for suffix in (".pth", ".safetensors", ".onnx", ".pt")
    ),
    Reader(
        "downsampler",
        seeds.downsamplers,
        lambda folder, data: read_safetensors(data),
        None,
        (ValueError,),
    ),
    Reader("backbone", seeds.models(".pth"), _weights),
    *(
        Reader(f"bank{suffix}", seeds.banks(suffix), _bank(suffix), None, (ValueError,))
        for suffix in (".npy", ".mat", ".png")
    ),
    Reader("bank-7.3", seeds.hdf5_banks, _bank(".mat"), None, (ValueError,)),
    Reader(
        "noise",
        seeds.banks(".npy"),
        lambda folder, data: read_patches(str(put(folder, "noise.npy", data))),
        None,
        (ValueError,),
    ),
    Reader(
        "study",
        seeds.studies,
        lambda folder, data: read_study(put(folder, "study.yaml", data)),
        (),
    ),
    Reader(
        "rules", seeds.rules, lambda folder, data: read_rules(put(folder, "rules.yaml", data)), ()
    ),
    Reader(
        "training",
        seeds.trainings,
        lambda folder, data: read_config(put(folder, "training.yaml", data)),
        seeds.TRAINING_WORDS,
    ),
    Reader(
        "trust",
        seeds.trusts,
        lambda folder, data: configured(put(folder, "trust.yaml", data)),
        (),
    ),
    Reader(
        "realesrgan",
        seeds.realesrgan,
        lambda folder, data: read_options(data.decode("utf-8", "replace")),
        (),
    ),
    Reader(
        "seal",
        seeds.seals,
        lambda folder, data: seal_texts(data.decode("utf-8", "replace"), "seal"),
        (),
    ),
    *RECORD_READERS,
    *STORE_READERS,
)
