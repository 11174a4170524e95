"""`realsr pipelines import` and `import-seal`: what others wrote as pipelines of ours."""

from __future__ import annotations

from pathlib import Path

from degrade.reader.yaml_source import read_text
from realsr.cli.reporting import OK, say
from realsr.cli.terminal import document, tell
from realsr.files.errors import RequestError
from realsr.files.whole import make_directory, write_whole
from realsr.interop.realesrgan_options import read_options
from realsr.interop.realesrgan_pipeline import pipeline_text
from realsr.interop.seal import SHOWN_BETAS, open_betas, seal_texts
from realsr.interop.seal_betas import estimated_betas
from realsr.interop.seal_pictures import pictures_of
from realsr.interop.seal_strings import read_list


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


def run_import_seal(file: Path, out: Path, pictures: Path | None = None) -> int:
    """SEAL's parameter strings as pipelines in a folder, all of them or none. pictures: its published ones, by
    which betas that the strings leave open are estimated."""
    text = read_text(file, "the list of strings", RequestError)
    texts = seal_texts(text, file.name)
    there = [name for name in texts if (out / name).exists()]
    if there:
        raise RequestError(f"--out {out} has {there[0]} already; name a folder without it")
    if pictures is not None:
        texts = seal_texts(
            text, file.name, {**SHOWN_BETAS, **_estimated(text, file.name, pictures)}
        )
    make_directory(out)
    for name, pipeline in texts.items():
        write_whole(out / name, pipeline.encode())
    tell(f"{out}: {len(texts)} pipelines, {min(texts)} to {max(texts)}")
    return OK


def _estimated(text: str, name: str, pictures: Path) -> dict[int, dict[str, float]]:
    """By number in the pool and stage, of every string that leaves a beta open and has pictures there."""
    opened = [(string, open_betas(string)) for string in read_list(text, name)]
    waiting = [string for string, betas in opened if betas]
    given = {string.pool: pictures_of(pictures, string.number - 1) for string in waiting}
    if not any(given.values()):
        raise RequestError(
            f"--pictures {pictures} has no LQ/deg_NNN of a string that leaves a beta open; expected SEAL's "
            f"folders GT and LQ, say LQ/deg_{waiting[0].number - 1:03d}"
            if waiting
            else f"--pictures {pictures}: no string of {name} leaves a beta open"
        )
    found: dict[int, dict[str, float]] = {}
    for string in waiting:
        pairs, label = given[string.pool], f"seal_{string.number - 1:03d}"
        if pairs is None:
            say(
                f"{label}: no pictures, so each sample draws its beta, or it is the one that is known"
            )
            continue
        for each in estimated_betas(string, pairs):
            say(f"{label}: {each}")
            found.setdefault(string.pool, {})[each.label] = round(each.beta, 3)
    return found
