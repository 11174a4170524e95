"""`realsr collect-noise` and `realsr collect-kernels`: their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import Sources
from realsr.cli.reporting import reported

NewFolder = Annotated[Path, typer.Option(metavar="DIR", help="The bank: a new folder.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many work at a time.", show_default="one a core")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@reported
def collect_noise(
    sources: Sources,
    out: NewFolder,
    side: Annotated[int, typer.Option(min=16, max=512, help="Of a patch, in pixels.")] = 48,
    most: Annotated[int, typer.Option(min=1, help="Patches of one picture, the most even.")] = 8,
    as_json: AsJson = False,
    workers: Workers = None,
) -> int:
    """Collect patches of noise from where pictures show nothing, as a bank for the operator noise_bank.

    Exit: 0 collected, 2 usage or no such place, 3 collected without some that could not be read.
    """
    from realsr.cli.actions.collect import run_collect_noise

    return run_collect_noise(sources, out, side=side, most=most, as_json=as_json, workers=workers)


@reported
def collect_kernels(
    lr: Annotated[
        list[Path],
        typer.Option(metavar="L", help="LR pictures of pairs: a file or a directory. Repeatable."),
    ],
    hr: Annotated[
        list[Path],
        typer.Option(
            metavar="H", help="Their HR: a file, or a directory with the same names. Repeatable."
        ),
    ],
    out: NewFolder,
    as_json: AsJson = False,
    workers: Workers = None,
) -> int:
    """Collect the kernels of pairs of LR and HR, as a bank for the operator kernel_bank_blur.

    Exit: 0 collected, 2 usage or no kernel, 3 collected without some pairs.
    """
    from realsr.cli.actions.collect import run_collect_kernels

    return run_collect_kernels(lr, hr, out, as_json=as_json, workers=workers)
