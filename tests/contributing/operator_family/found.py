import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

import degrade
from degrade.operators.table import OPERATORS
from realsr.cli.main import main
from tools.docs.reference import page

assert "falling_light" in OPERATORS
assert "## falling_light" in page()
with contextlib.redirect_stdout(io.StringIO()) as out:
    assert main(["pipelines", "schema"]) == 0
assert '"falling_light"' in json.dumps(json.loads(out.getvalue()))

text = "name: mine\nscale: 1\nlr:\n  - {op: falling_light, fall: {uniform: [0.2, 0.8]}}\n"
trace = degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, ["a"], 0))[0]
assert trace.lr[0].op == "falling_light"
assert degrade.words(trace)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "mine.yaml").write_text(text)
    Image.new("RGB", (64, 64), (200, 100, 50)).save(folder / "a.png")
    pairs = folder / "pairs"
    arguments = ["--out", str(pairs), "--pipeline", str(folder / "mine.yaml"), "--crop", "full"]
    assert main(["make-pairs", str(folder / "a.png"), *arguments]) == 0
    assert '"falling_light"' in (pairs / "manifest.jsonl").read_text()
    assert main(["replay", str(pairs), "--check"]) == 0
    sheet = ["--out", str(folder / "sheet.png"), "--pipeline", str(folder / "mine.yaml")]
    assert main(["preview", str(folder / "a.png"), *sheet]) == 0

tests = ["tests/contract/test_operators.py", "tests/tools/test_operator_sheets.py"]
wanted = "(falling_light or has_a_case or says_what or has_a_ladder) and not sheets_are"
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", "-k", wanted, *tests]))
