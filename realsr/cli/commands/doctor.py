"""`realsr doctor`."""

from __future__ import annotations

from realsr.cli.reporting import reported


@reported
def doctor() -> int:
    """Report versions, devices, codecs, threads and known traps of this installation."""
    from realsr.cli.actions.doctor import report

    return report()
