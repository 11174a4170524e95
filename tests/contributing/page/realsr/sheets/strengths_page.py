"""How strong the degradations of some pairs are, as a page that opens from disk."""

from __future__ import annotations

from collections.abc import Sequence

import degrade
from degrade import Trace
from realsr.pages import rendered


def page(traces: Sequence[Trace]) -> str:
    """One HTML document that asks for nothing outside itself: a line for each trace."""
    rows = [[", ".join(degrade.words(trace)), _strongest(trace)] for trace in traces]
    return rendered("realsr.sheets", "strengths.html", rows=rows)


def _strongest(trace: Trace) -> str:
    sigmas = [step.get("effective_sigma", 0.0) for step in degrade.physical(trace)]
    return f"{max(sigmas, default=0.0):.2f}"
