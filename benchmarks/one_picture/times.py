"""Seconds of processor time that one picture of 512 x 512 takes, by row of the table of estimators."""

from __future__ import annotations

import argparse
import statistics
import time

from benchmarks.one_picture.pictures import jpeg
from benchmarks.photographs import crops
from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen
from realsr.estimation.table import PICTURE_ROWS

PICTURES, SIDE, QUALITY = 7, 512, 85


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    seconds: dict[str, list[float]] = {}
    for pixels in crops(PICTURES, 400):
        found = Findings()
        seen = Seen(jpeg(pixels.repeat(2, axis=0).repeat(2, axis=1)[:SIDE, :SIDE], QUALITY))
        for row in PICTURE_ROWS:
            start = time.process_time()
            found |= row.function(seen, Inquiry(slow=True), found)
            taken = time.process_time() - start
            seconds.setdefault(", ".join(one.name for one in row.quantities), []).append(taken)
    for names, every in seconds.items():
        print(f"{statistics.median(every):.2f} s ({min(every):.2f} to {max(every):.2f}): {names}")


if __name__ == "__main__":
    main()
