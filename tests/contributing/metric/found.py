import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realsr.cli.main import main
from realsr.metrics import METRICS, Score, score
from realsr.robustness.results.columns import columns

black, grey = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 7, np.uint8)
found = score("mae", grey, black)
assert isinstance(found, Score)
assert found.value == 7
assert "mae" in METRICS
assert "mae" in [column.name for column in columns(("all",), 4)]

with tempfile.TemporaryDirectory() as folder:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (Path(folder) / "hr").mkdir()
    Image.fromarray(pixels).save(Path(folder) / "hr" / "a.png")
    study = Path(folder) / "study.yaml"
    study.write_text("hr: hr\npipelines: [bicubic]\nmetrics: [psnr_y, mae]\n")
    out = Path(folder) / "out"
    assert main(["robustness", "run", "--study", str(study), "--out", str(out)]) == 0
    assert '"mae"' in (out / "record.json").read_text()
    assert "mae" in (out / "index.html").read_text()

tests = ["tests/metrics/test_laws.py", "tests/metrics/test_requests.py"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", "-k", "mae", *tests]))
