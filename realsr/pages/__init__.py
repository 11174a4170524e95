"""What every HTML page of ours shares: a shell, light and dark, tables, charts, pictures to compare.

A page is one template that says `{% extends "shell.html" %}`, and one call of `rendered`. It opens from disk
and asks for nothing outside its folder.
"""

from __future__ import annotations

from realsr.pages.charts import Axes, round_ticks
from realsr.pages.downloads import Download, Rows, csv_bytes, write_downloads
from realsr.pages.rendering import as_script, data_uri, link, rendered

__all__ = [
    "Axes",
    "Download",
    "Rows",
    "as_script",
    "csv_bytes",
    "data_uri",
    "link",
    "rendered",
    "round_ticks",
    "write_downloads",
]
