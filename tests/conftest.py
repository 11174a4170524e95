"""Fixtures: where the shared photographs lie, and one thread for every library."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import pytest
import torch
from hypothesis import settings

# A busy machine is no finding: examples may take their time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SHARED = Path(os.environ.get("REALSR_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


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
