import sys
import zipfile
from pathlib import Path

import pytest
from realsr.sheets.strengths_page import page
from setuptools import build_meta

import degrade

traces = degrade.draw(degrade.load_pipeline("gaussian8", 4), degrade.keys(0, ["a", "b"], 0))
text = page(traces)
assert text.startswith("<!doctype html>")
assert "<title>Strengths</title>" in text
assert text.count("<tr>") == 3
assert 'id="theme"' in text
assert "http" not in text.replace("http://www.w3.org/2000/svg", "")

Path("wheel").mkdir()
Path("README.md").write_text("of the copy")
Path("LICENSE").write_text("of the copy")
with zipfile.ZipFile(Path("wheel") / build_meta.build_wheel("wheel")) as wheel:
    names = wheel.namelist()
assert "realsr/sheets/strengths_page.py" in names
assert "realsr/sheets/templates/strengths.html" in names

sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", "tests/pages"]))
