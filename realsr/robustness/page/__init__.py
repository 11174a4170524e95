"""A robustness study as one page that opens from disk: `render(out)` writes `index.html` beside the results."""

from __future__ import annotations

from realsr.robustness.page.render import render

__all__ = ["render"]
