"""What a full disk is told as: the fault in neutral words, the next step in the command's own."""

from __future__ import annotations

import errno
import os
import pickle
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.files.errors import StorageError, advising
from realsr.images.png import encode_png

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_fault_alone_promises_nothing() -> None:
    assert str(StorageError(Path("a"), FULL)) == "cannot write a: No space left on device"


def test_the_next_step_is_that_of_whoever_began() -> None:
    with pytest.raises(StorageError) as caught, advising("run `outer` again"), advising("inner"):
        raise StorageError(Path("a"), FULL)
    expected = "cannot write a: No space left on device; run `outer` again"
    assert str(caught.value) == expected
    assert str(pickle.loads(pickle.dumps(caught.value))) == expected


GO_ON = "run the same command again to go on"


@pytest.mark.parametrize(
    ("command", "brought", "words"),
    [
        ("make-pairs {pictures} --out {out}", "make_pairs.make_pairs", f"what was made so far is kept: {GO_ON}"),
        ("replay {pictures}", "checks.replay_device", "`--check` compares and writes nothing"),
        ("upscale {pictures} --out {out} --model bicubic --scale 2", "upscale.upscale_files", "to make the rest"),
        ("train espcn_t91", "train.train", f"states saved so far are kept: {GO_ON} from the last one"),
        ("models interpolate a b --out {out}", "models._refuse_existing", "no model was written"),
        ("models export a --onnx {out}", "models._refuse_existing", "name a file on another disk"),
        ("robustness run --model bicubic --hr {pictures} --out {out}", "robustness.runs.plan_of", f"scored so far is kept: {GO_ON}"),
        ("robustness merge a b --out {out}", "robustness.tables.merge", "the run itself is as it was"),
        ("robustness render {out}", "robustness.tables.render", "the run itself is as it was"),
        ("demo two-modes --out {out}", "demo.demonstrate", "make room there and run the same command again"),
        ("demo photographs --out {out}", "demo.export_photographs", "make room there and run the same command again"),
        ("demo mismatch --out {out}", "demo.train_networks", f"trained so far is kept: {GO_ON}"),
    ],
)  # fmt: skip
def test_every_command_says_its_own_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, brought: str, words: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StorageError(tmp_path / "out", FULL)

    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8)))
    module, _, name = brought.rpartition(".")
    monkeypatch.setattr(import_module(f"realsr.cli.actions.{module}"), name, full)
    places = command.format(pictures=tmp_path / "pictures", out=tmp_path / "out")
    done = CliRunner().invoke(app, places.split())
    assert done.exit_code == 3, done.output
    fault = f"realsr: cannot write {tmp_path / 'out'}: No space left on device; "
    assert fault in done.stderr, done.stderr
    assert words in done.stderr
