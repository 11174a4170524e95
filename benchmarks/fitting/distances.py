"""How far the named pipelines lie from one another: the AUC between LR that each makes of the same crops.

    python -m benchmarks.fitting.distances FOLDER

FOLDER keeps what is made: called again with the same settings, the command goes on. Photographs are
scikit-image's. Every pipeline gets the same crops, at its own scale where it has no x4, and
draws of its own; LR have one size, and a last JPEG is stated, as its file states it. The classifier is that of
`compare-sets`: it learns on some photographs and is tested on the others. A pipeline against itself has other
draws on the same crops.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import resources
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

import benchmarks.harness as harness
import degrade
from degrade import Key, Pipeline
from degrade.execute.threads import single_threaded_cv2
from degrade.pipeline.named import named_source
from realsr.estimation.codec.blocks import Bytes
from realsr.estimation.sets.auc import wins
from realsr.estimation.single.features import features
from realsr.files.json_lines import whole_value
from realsr.fitting.simulating import last_coding
from realsr.fitting.trial import LrRows, together
from realsr.images.crops import Cut
from realsr.images.pixels import all_to_bytes, to_floats
from realsr.pairs.crops import crop_of_photograph
from realsr.pairs.workers import CPU

PHOTOGRAPHS = (
    *("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "coins.png"),
    *("grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png"),
    *("motorcycle_left.png", "retina.jpg", "rocket.jpg"),
)
"""Of scikit-image, 256 x 256 and larger, one of every scene."""
SCALE = 4


@dataclass(frozen=True, slots=True)
class Protocol:
    """crops: of each photograph. side: of an LR, in pixels. seed: of places and draws."""

    crops: int = 8
    side: int = 64
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Apart:
    """Two pipelines, the AUC between their LR and its interval at 95 %."""

    first: str
    second: str
    value: float
    low: float
    high: float


def photographs() -> Iterator[tuple[str, Bytes]]:
    """Names and pixels h w 3."""
    folder = resources.files("skimage") / "data"
    for name in PHOTOGRAPHS:
        with (folder / name).open("rb") as file, Image.open(file) as image:
            yield name, np.asarray(image.convert("RGB"))


def pipeline_of(name: str) -> Pipeline:
    """At SCALE; at its own scale where it has no such one."""
    own = degrade.load_pipeline(name)
    return own if own.scales and SCALE not in own.scales else degrade.load_pipeline(name, SCALE)


def lr_rows(name: str, other: bool, asked: Protocol) -> LrRows:
    """Features of every photograph's LR. other: by a second set of draws on the same crops."""
    pipeline, rows, sources = pipeline_of(name), [], []
    cut = Cut(pipeline.scale, asked.side * pipeline.scale)
    for source, pixels in photographs():
        places = [Key(asked.seed, source, number) for number in range(asked.crops)]
        crops = [crop_of_photograph(pixels, cut, key) for key in places]
        draws = [Key(_draws(name, other, asked), source, key.variant) for key in places]
        traces = degrade.draw(pipeline, draws)
        images = all_to_bytes(_lower(traces, to_floats(crops, CPU)))
        rows += [features(lr, last_coding(one)) for lr, one in zip(images, traces, strict=True)]
        sources += [source] * asked.crops
    return LrRows(np.array(rows, np.float64), tuple(sources))


_lower: Callable[..., torch.Tensor | Sequence[torch.Tensor]] = partial(degrade.apply, threads=1)


def _draws(name: str, other: bool, asked: Protocol) -> int:
    """Each pipeline draws by a seed of its own, so that no two of them share their values."""
    return int(_digest(name, other, asked.seed)[:8], 16)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True)
class KeptRows:
    """What a folder holds of an earlier run: features by pipeline, areas by pair, both by what decided them."""

    folder: Path
    asked: Protocol

    def rows(self, name: str, other: bool = False) -> LrRows:
        path = self.folder / f"{name}-{self._decides(name, other)}.npz"
        if not path.exists():
            made = lr_rows(name, other, self.asked)
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as file:
                np.savez(file, values=made.values, sources=np.array(made.sources))
            unfinished.replace(path)
        with np.load(path) as held:
            return LrRows(held["values"], tuple(map(str, held["sources"])))

    def apart(self, first: str, second: str) -> Apart:
        decides = self._decides(first, False) + self._decides(second, first == second)
        known = self._known().get(decides)
        if known is not None:
            return Apart(**known)
        found = wins(*together(self.rows(first), self.rows(second, first == second)))
        area = Apart(first, second, found.auc(), *found.interval())
        with self._lines.open("a") as file:
            file.write("\n" + json.dumps({"decides": decides, "area": asdict(area)}) + "\n")
        return area

    @property
    def _lines(self) -> Path:
        return self.folder / "areas.jsonl"

    def _known(self) -> dict[str, dict[str, Any]]:
        """Of whole lines; one that a kill cut short is made again."""
        data = self._lines.read_bytes() if self._lines.exists() else b""
        lines = map(whole_value, data.splitlines(keepends=True))
        return {line["decides"]: line["area"] for line in lines if isinstance(line, dict)}

    def _decides(self, name: str, other: bool) -> str:
        return _digest(named_source(name), other, self.asked, PHOTOGRAPHS)[:16]


def areas(kept: KeptRows, names: Sequence[str]) -> list[Apart]:
    """Of every two of them, and of each with itself."""
    return [kept.apart(*pair) for pair in combinations_with_replacement(names, 2)]


def table(found: Sequence[Apart], names: Sequence[str], nearest: int = 3) -> Iterator[str]:
    """A row of Markdown for each pipeline: itself, some that everybody knows, and the nearest others."""
    known = [name for name in ("bicubic", "realesrgan", "second_order") if name in names]
    heads = ["pipeline", "itself", *known, "nearest"]
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for name in names:
        own = {
            one.second if one.first == name else one.first: one for one in found if name in _of(one)
        }
        near = sorted((one.value, other) for other, one in own.items() if other != name)[:nearest]
        cells = [_cell(own[name]), *("" if other == name else _cell(own[other]) for other in known)]
        words = ", ".join(f"`{other}` {value:.2f}" for value, other in near)
        yield f"| `{name}` | {' | '.join(cells)} | {words} |"


def _of(one: Apart) -> tuple[str, str]:
    return one.first, one.second


def _cell(one: Apart) -> str:
    return f"{one.value:.2f} ({one.low:.2f}-{one.high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="keeps what is made; a later call goes on")
    parser.add_argument("--crops", type=int, default=Protocol().crops, help="of each photograph")
    parser.add_argument("--names", nargs="+", default=degrade.pipeline_names())
    parser.add_argument("--out", type=Path, help="where the figures go, as JSON")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    kept, began = KeptRows(asked.folder, Protocol(asked.crops)), time.process_time()
    with single_threaded_cv2():
        for name in asked.names:
            kept.rows(name)
            print(f"{name}: {time.process_time() - began:.0f} CPU seconds", flush=True)
        found = areas(kept, asked.names)
    print(*table(found, asked.names), sep="\n")
    spent = time.process_time() - began
    print(f"{spent:.0f} CPU seconds in this call")
    if asked.out:
        body = {
            "protocol": asdict(kept.asked),
            "photographs": PHOTOGRAPHS,
            "areas": [asdict(one) for one in found],
        }
        harness.write("distances", body, harness.describe_machine(), asked.out)


if __name__ == "__main__":
    main()
