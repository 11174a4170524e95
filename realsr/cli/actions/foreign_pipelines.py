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
from realsr.interop.seal import seal_texts


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
