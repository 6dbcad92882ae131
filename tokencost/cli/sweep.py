"""`tokencost sweep`: millions of points over any axes."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.output import say
from tokencost.cli.show import show

if TYPE_CHECKING:
    from tokencost.spec.sweep import LoadedSweep

OFTEN, SELDOM = 0.2, 10.0
"""Seconds between signs of life, on a terminal and elsewhere."""


def sweep(
    document: Annotated[str, typer.Argument(help="Sweep file; - reads standard input.", metavar="SWEEP")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write every point to this .parquet, .csv or .jsonl file.")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="Who computes: local, dask://local, or dask://HOST:PORT.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=1024, help="Processes; default: one per processor.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Start anew, without what a killed sweep left behind.")
    ] = False,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("sweep")] = "table",  # noqa: A002
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Every combination of values on any axes: prices, traffic, models, GPUs, sizes, steps; with the best points.

    A sweep that was killed continues when it is started again, and its file has the same bytes.

    Example: tokencost sweep specs/sweep-prices.yaml -o prices.parquet
    """
    from tokencost.sweeping.dask_cluster import work_of
    from tokencost.sweeping.preparing import prepared
    from tokencost.sweeping.running import Ways, run
    from tokencost.sweeping.working import processors

    checked_format("sweep", format)
    begun = time.perf_counter()
    ready = prepared(o.load_catalog(catalog), _read(document))
    count = workers or processors()
    ways = Ways(workers=count, anew=restart, tell=_telling(quiet), work=work_of(engine, count))
    found = run(ready, output, ways)
    show("sweep", found, format, None, no_color=no_color)
    if not quiet:
        say(rate(found.computed, time.perf_counter() - begun, found.recalled))


def _read(document: str) -> "LoadedSweep":
    from tokencost.cli.specs import piped
    from tokencost.spec.sweep import load_sweep, sweep_of_bytes

    return sweep_of_bytes(piped(), "-", Path()) if document == "-" else load_sweep(Path(document))


def rate(points: int, seconds: float, before: int = 0) -> str:
    """`1,000,000 points in 0.8 s, 1,250,000 points/s`."""
    there = f"{before:,} points were there\n" if before else ""
    return f"{there}{points:,} points in {seconds:.3g} s, {points / max(seconds, 1e-9):,.0f} points/s"


def _telling(quiet: bool) -> Callable[[int, int], None]:
    """Signs of life on standard error, with the rate and the time left; over each other on a terminal."""
    begun = time.perf_counter()
    live = sys.stderr is not None and sys.stderr.isatty()
    last = [begun]

    def tell(done: int, points: int) -> None:
        now = time.perf_counter()
        if quiet or now - last[0] < (OFTEN if live else SELDOM):
            return
        last[0] = now
        each = (now - begun) / done
        text = (
            f"{done / points:.0%} of {points:,} points, {1 / each:,.0f} points/s, {each * (points - done):,.0f} s left"
        )
        if live:
            sys.stderr.write(f"\r\x1b[K{text}" if done < points else "\r\x1b[K")
            sys.stderr.flush()
        else:
            say(text)

    return tell
