"""Sound files that runs, studies and trainings leave behind, and those that stand beside pictures."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scipy.io import savemat

from degrade.versions import versions
from realsr.files.json_lines import json_line
from realsr.images.own import MADE_BY
from realsr.robustness.cases.freezing import FrozenFile, FrozenLine, FrozenRequest, FrozenSet
from realsr.robustness.results.sweeps import SweepLine
from realsr.training.data_record import DataGroup, DataRecord
from realsr.training.resuming import KeyChange, ResumedRecord
from tests.fuzz.seeds import OLD, ROOT


def _json(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


MEASURED = b"the bytes of a picture"


def measured() -> Sequence[bytes]:
    """What `estimate --out` keeps of one picture at PLACE."""
    result = {"source": "a", "width": 1, "height": 1, "estimates": {}, "refused": {"blur": "why"}}
    header = {"format": 1, "version": versions()["degrade"], "of": "pictures"}
    digests = [hashlib.sha256(MEASURED).hexdigest()]
    own = hashlib.sha256(json_line(result)).hexdigest()
    line = {"item": "PLACE", "digests": digests, "own": own, "result": result}
    return [json_line(header) + json_line(line)]


def labels() -> Sequence[bytes]:
    pixels = np.arange(12 * 17, dtype=np.uint8).reshape(12, 17) % 3
    saved = []
    for mode in ("L", "RGB", "P"):
        buffer = io.BytesIO()
        Image.fromarray(pixels).convert(mode).save(buffer, "PNG")
        saved.append(buffer.getvalue())
    return saved


def _pristine() -> Mapping[str, Any]:
    return {"mu": np.zeros((1, 36)), "cov": np.eye(36)}


def sheets() -> Sequence[bytes]:
    buffer, marks = io.BytesIO(), PngInfo()
    marks.add_text(*MADE_BY)
    Image.new("RGB", (5, 4)).save(buffer, "PNG", pnginfo=marks)
    return [buffer.getvalue()]


def niqe_npz() -> Sequence[bytes]:
    saved = []
    for write in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        write(buffer, **{f"{name}_pris_param": each for name, each in _pristine().items()})
        saved.append(buffer.getvalue())
    return saved


def niqe_mat() -> Sequence[bytes]:
    saved = []
    for packed in (False, True):
        buffer = io.BytesIO()
        content = {f"{name}_prisparam": each for name, each in _pristine().items()}
        savemat(buffer, content, do_compression=packed)
        saved.append(buffer.getvalue())
    return saved


def cases() -> Sequence[bytes]:
    return [(OLD / "cases" / "cases.json").read_bytes()]


def frozen_sets() -> Sequence[bytes]:
    file = FrozenFile(size=(8, 9), digest="00")
    line = FrozenLine(key="a", words=("blurred",), lr=file, hr=file)
    request = FrozenRequest(scale=2, alpha="refuse", files=())
    return [_json(FrozenSet(request=request, images=(line,), failures=("b: gone",)).to_data())]


def sweeps() -> Sequence[bytes]:
    line = SweepLine(
        model="a",
        pipeline="b",
        parameter="sigma",
        values=(0.0, 1.0),
        trained_at=0.5,
        scores={"psnr_y": (30.0, 20.0)},
        intervals={"psnr_y": ((29.0, 31.0), None)},
        interval={"psnr_y": "bootstrap"},
        left_out={"psnr_y": ("c: none",)},
        breakdown={},
    )
    return [_json([line.to_data()])]


def changes() -> Sequence[bytes]:
    return [b'{"set":"a","pictures":["b","c"]}\n{"set":"d","pictures":[]}\n']


def kept_pictures() -> Sequence[bytes]:
    return [_json({"bicubic/cup/hr.png": "00" * 32, "bicubic/cup/1/lr.png": "11" * 32})]


def data_records() -> Sequence[bytes]:
    group = DataGroup(chosen="all", prints={"a": {"sha256": "00", "status": (1, 2, 3)}})  # type: ignore[dict-item]
    record = DataRecord(groups={"photographs": group}, taken=({"step": 3, "changes": ("a",)},))  # type: ignore[arg-type]
    return [record.model_dump_json().encode() + b"\n"]


def resumed() -> Sequence[bytes]:
    changes = (
        KeyChange(step=1, key="optimiser.lr", was=0.001, now=0.01),
        KeyChange(step=2, key="optimiser.weight_decay", was=0.0, now=0.01),
    )
    return [_json(ResumedRecord(changes=changes).model_dump(mode="json"))]


def rankings() -> Sequence[bytes]:
    return [(ROOT / "realsr" / "training" / "recipes" / "ranksrgan_ranker.yaml").read_bytes()]


def scores() -> Sequence[bytes]:
    return [b"[3.5, null, 2]\n", b"[3.5, -1e3, 2]\n"]


def requests() -> Sequence[bytes]:
    return [_json({"model": "bicubic", "scale": 2}), _json({"model": "lanczos", "scale": 4})]


def marks() -> Sequence[bytes]:
    return [b"folder\n"]


def logs() -> Sequence[bytes]:
    return [(OLD / "training" / "whole" / "log.jsonl").read_bytes()]


def arguments() -> Sequence[bytes]:
    """Of a transform of albumentations, as a trace holds them."""
    return [b'{"limit": 10, "range": [0.5, 1.5], "name": "a"}']


def ratings() -> Sequence[bytes]:
    page = (ROOT / "docs" / "rating.md").read_text(encoding="utf-8")
    return [page.partition("ratings.jsonl -->\n```text\n")[2].partition("```")[0].encode()]
