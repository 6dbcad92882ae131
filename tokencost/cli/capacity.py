"""`tokencost capacity`: from one request to a fleet under load."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format, destinations
from tokencost.cli.exits import worst
from tokencost.cli.locking import lock_options, locked
from tokencost.cli.show import show
from tokencost.cli.specs import each, refuse
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.nouns.lock import Lock

MOST_FLEETS = 200
"""Fleet sizes that one answer holds at most."""
Spec = Annotated[
    str, typer.Argument(help="Spec file; - reads standard input.", metavar="SPEC", autocompletion=c.files())
]
Models = Annotated[
    str,
    typer.Option(
        "--model",
        help="Only these models, separated by commas, feasible or not.",
        autocompletion=c.named("models", several=True),
    ),
]
Trace = Annotated[Path | None, typer.Option("--trace", help="Replay arrivals: one per line, in seconds or ISO 8601.")]
Replicas = Annotated[str, typer.Option("--replicas", help="Fleets to examine: 1..40, or one number.")]


@o.grouped(lock=lock_options)
def capacity(
    spec: Spec,
    model: Models = "",
    trace: Trace = None,
    replicas: Replicas = "",
    *,
    lock: "Lock | None",
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("capacity")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """How many replicas for the spec's traffic: batch, utilisation, latency percentiles, cost.

    Example: tokencost capacity specs/thumbnails.yaml --model llamagen-xl --replicas 8..16
    """
    from tokencost.planning.capacity import Question, capacity_plan

    checked_format("capacity", format, output)
    names = tuple(name.strip() for name in model.split(",") if name.strip())
    question = Question(models=names, replicas=fleets(replicas), trace=trace)
    answer = locked(lock, lambda records, loaded: capacity_plan(records, loaded, question))
    answers, problems, codes = each([spec], set or [], o.load_catalog(catalog), answer, quiet=quiet)
    if problems:
        refuse(problems, [] if answers else destinations("capacity", format, output))
    for answer in answers:
        show("capacity", answer, format, output, no_color=no_color)
    raise typer.Exit(worst(codes))


def fleets(text: str) -> range | None:
    """`1..40` or `12` as the fleets to examine; None if nothing was said."""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,7})(?:\.\.([0-9]{1,7}))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 0 < first <= last:
        raise UsageError(f"--replicas {text[:40]!r}: write 1..40, or one number from 1 on")
    if last - first >= MOST_FLEETS:
        raise UsageError(f"--replicas {text}: {last - first + 1:,} fleets; at most {MOST_FLEETS} are examined")
    return range(first, last + 1)
