import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from realsr.cli.main import main
from realsr.metrics import METRICS
from realsr.metrics.weights import found_weights
from tests.losses.backbones import random_file

row = METRICS["feature_error"]
assert row.trained is not None
assert [file.name for file in row.trained.files] == ["alexnet"]
with tempfile.TemporaryDirectory() as folder:
    torch.hub.set_dir(folder)
    reason = found_weights({}, {"feature_error"}, torch.device("cpu")).reasons["feature_error"]
    assert "--weights alexnet=FILE" in reason

    weights = random_file("alexnet", "relu2", Path(folder))
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (Path(folder) / "hr").mkdir()
    Image.fromarray(pixels).save(Path(folder) / "hr" / "a.png")
    study = Path(folder) / "study.yaml"
    study.write_text(
        "hr: hr\npipelines: [bicubic]\nmetrics: [psnr_y, feature_error]\n"
        f"weights: {{alexnet: {weights}}}\n"
    )
    out = Path(folder) / "out"
    assert main(["robustness", "run", "--study", str(study), "--out", str(out)]) == 0
    record = json.loads((out / "record.json").read_text())
    [told] = [each for each in record["metrics"] if each["name"] == "feature_error"]
    assert "weights " in told["convention"]
    cell = json.loads((out / "cells.jsonl").read_text().splitlines()[0])
    assert cell["scores"]["feature_error"] > 0

tests = ["tests/metrics/test_requests.py", "-k", "feature_error"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", *tests]))
