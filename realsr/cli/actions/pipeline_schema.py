"""`realsr pipelines schema`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from degrade.pipeline.schema import pipeline_schema
from realsr.cli.reporting import OK
from realsr.cli.terminal import document
from realsr.cli.trusted import own_operators


def run_schema(rows: Sequence[Path]) -> int:
    """The JSON schema of pipeline files, for editors."""
    schema = pipeline_schema(own_operators(rows))
    document(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
    return OK
