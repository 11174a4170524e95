import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.images import encode_png
from realsr.pairs import FORMS, opened, read_manifest, read_pair


def realsr(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


assert {"folder", "zip"} <= set(FORMS)
Path("in").mkdir()
picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
Path("in/a.png").write_bytes(encode_png(picture))
realsr("make-pairs", "in", "--out", "out", "--crop", "48", "--format", "zip", "--device", "cpu")
assert "no findings" in realsr("verify", "out")
assert "1 equal" in realsr("replay", "out", "--check")
realsr("sheet", "out", "--out", "sheet.png")
[pair] = read_manifest(opened(Path("out")))[1]
assert read_pair(opened(Path("out")), pair).lr.shape == (12, 12, 3)

tests = ["tests/pairs/test_stores.py", "-k", "zip and (whatever or reads)"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", *tests]))
