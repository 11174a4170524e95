"""Fixtures: where the shared photographs lie, and one thread for every library."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import cv2
import pytest
import torch
from hypothesis import settings

# A busy machine is no finding: examples may take their time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SHARED = Path(os.environ.get("REALSR_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_REQUIRED = os.environ.get("REALSR_BROWSER") == "required"
"""Whether a page that cannot be tried in a browser is a failure, as it is in CI, and not a test left out."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How large the proofs are whose size can be chosen: `make test-slow ARGS="--signals 20"`."""
    parser.addoption("--signals", type=int, default=60, help="Signals for each command.")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photographs and goldens; absent outside the team's machines."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared data at {SHARED}; set REALSR_SHARED_DATA")
    return SHARED


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Test workers share the cores: without this they would fight for them."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, driven by playwright; none is downloaded. Skipped, or failed, where it is absent."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        _without_browser("needs the Python package playwright: the extra `browser`")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        _without_browser(f"no browser on PATH; looked for {', '.join(BROWSERS)}")
    # Chromium refuses its sandbox to root, as in containers.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=flags)
        yield started
        started.close()


def _without_browser(reason: str) -> NoReturn:
    if BROWSER_REQUIRED:
        pytest.fail(f"{reason} (REALSR_BROWSER=required)")
    pytest.skip(reason)
