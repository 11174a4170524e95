"""`realsr rate`: the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.reporting import reported

rate = typer.Typer(
    help="What people see: pictures rated blind in a browser, and what the ratings say.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@rate.command("open")
@reported
def open_page(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN|DIR...",
            help="A folder that `realsr robustness run` made; or folders of enlarged pictures, one a model, "
            "with equal names.",
        ),
    ],
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Show two at a time, and ask which is better.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where ratings go.", show_default="RUN/ratings"),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="A test set of the run. Repeatable.", show_default="all"),
    ] = None,
    hr: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The true pictures, shown hidden among the rest."),
    ] = None,
    lr: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="What was enlarged; its bicubic enlargement too."),
    ] = None,
    scale: Annotated[int, typer.Option(min=1, help="Of what was enlarged.")] = 4,
    most: Annotated[int, typer.Option(min=1, help="Of trials a rater.")] = 100,
    repeats: Annotated[
        int | None,
        typer.Option(min=0, help="Trials that come twice, hidden.", show_default="every tenth"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other orders.")] = 0,
    rater: Annotated[
        str | None, typer.Option(help="A name that the page is opened with.", show_default="asked")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it; or only print the address.")
    ] = True,
) -> int:
    """Serve a page on this machine on which people rate pictures, not knowing whose they are.

    Every answer is on disk before the next picture is shown. Ctrl-C ends it; the same command goes on.
    Exit: 130 ended by Ctrl-C, 2 usage or pictures that cannot be rated.
    """
    from realsr.cli.actions.rate import Opening, run_open

    asked = Opening(places, pairs, out, tuple(sets or ()), hr, lr, scale, most, repeats, seed)
    return run_open(asked, rater=rater, port=port, browser=browser)


@rate.command("analyse")
@reported
def analyse(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...|FILE...", help="Folders of ratings, or of runs with some; or files."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Say what ratings tell of models, and of raters: means, biases, strengths, with intervals.

    Exit: 0 analysed, 2 usage, or nothing to analyse.
    """
    from realsr.cli.actions.rate import run_analyse

    return run_analyse(places, as_json=as_json)
