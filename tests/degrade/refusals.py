"""What a wrong pipeline is answered with."""

from __future__ import annotations

import pytest

import degrade
from degrade.errors import PipelineError

HEAD = "name: mine\nlr:\n"


def refusal(text: str) -> str:
    """The sentences, one a line."""
    with pytest.raises(PipelineError) as caught:
        degrade.parse_pipeline(text, "my.yaml")
    return str(caught.value)
