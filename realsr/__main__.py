"""`python -m realsr`: the same as the console script."""

from __future__ import annotations

import sys

from realsr.cli.start import main

if __name__ == "__main__":
    sys.exit(main())
