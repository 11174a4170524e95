"""`realsr gan-lab`, `realsr samples` and `realsr interpolate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realsr.cli.interruption import INTERRUPTED, postponed
from realsr.cli.progress import Spoken
from realsr.cli.reporting import OK, several
from realsr.cli.terminal import tell
from realsr.cli.threads import one_thread
from realsr.cli.trusted import trusted
from realsr.files.errors import advising
from realsr.ganlab.lab.laboratory import run_laboratory
from realsr.ganlab.lab.trainings import FULL, QUICK
from realsr.ganlab.samples.report import report as report_samples
from realsr.ganlab.samples.scoring import means
from realsr.inference.loading import load
from realsr.pairs.job import resolve_device
from realsr.rows import read_rows

AGAIN = "make room there and run the same command again"


@dataclass(frozen=True, kw_only=True)
class SamplesRequest:
    """The options as they were typed."""

    model: str
    out: Path
    pipeline: str
    count: int
    crop: int
    seed: int
    scale: int | None
    device: str
    allowed: Sequence[str] = ()
    rows: Sequence[Path] = ()


@advising(AGAIN)
def run_samples(sources: Sequence[Path], request: SamplesRequest) -> int:
    """The command's body; its exit code."""
    upscaler = load(
        request.model,
        scale=request.scale,
        device=resolve_device(request.device),
        trust=trusted(request.allowed, [request.model]),
        rows=read_rows(request.rows),
    )
    scores = report_samples(
        upscaler,
        sources,
        request.pipeline,
        request.out,
        samples=request.count,
        side=request.crop,
        seed=request.seed,
        told=Spoken(),
    )
    whole = means(scores)
    tell(
        f"{request.count} samples of {several(len(scores), 'picture')}: diversity {whole['diversity']:.2f}, "
        f"CRPS {whole['crps']:.2f}, the mean gains {whole['gain']:.2f} dB, LR-consistency "
        f"{whole['lr_consistency']:.1f} dB (z = 0: {whole['plain_consistency']:.1f})"
    )
    tell(f"page in {request.out / 'index.html'}")
    return OK


@advising("what was trained so far is kept: run the same command again to go on")
def run_gan_lab(out: Path, seed: int, quick: bool) -> int:
    """The command's body; its exit code."""
    with one_thread():
        table = run_laboratory(out, QUICK if quick else FULL, seed, Spoken(), postponed)
    if table is None:
        return INTERRUPTED
    for name, one in table["artefacts"].items():
        tell(f"{name:36} {one['psnr']:.2f} dB, LR-consistency {one['consistency']:.1f} dB")
    samples = table["samples"]["means"]
    tell(
        f"samples: diversity {samples['diversity']:.1f}, their mean gains {samples['gain']:.2f} dB"
    )
    tell(f"page in {out / 'index.html'}")
    return OK
