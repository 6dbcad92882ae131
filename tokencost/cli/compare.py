"""`tokencost compare`: all models of a task side by side."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.ages import tell_ages
from tokencost.cli.locking import answered, lock_options
from tokencost.cli.placing import Allowed, allowed_places, searched
from tokencost.cli.progress import progress
from tokencost.cli.show import show
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.nouns.lock import Lock
    from tokencost.planning.options import OutputOptions, RunOptions

ANSWERS = ("compare", "compare --what-if", "compare --where", "compare --res=A..B")
Names = Annotated[
    list[str] | None,
    typer.Argument(
        help="Only these models; the one of --what-if.", metavar="[MODEL]...", autocompletion=c.named("models")
    ),
]
Task = Annotated[
    str, typer.Option("--task", help="image, video or perception; default: image.", autocompletion=c.TASKS)
]
Models = Annotated[
    str,
    typer.Option("--models", help="Only these, separated by commas.", autocompletion=c.named("models", several=True)),
]
WhatIfFlag = Annotated[
    bool, typer.Option("--what-if", help="One model as it is, and with every acceleration there is for it.")
]


@o.grouped(sizes=o.sizes_options, run=o.platform_options, lock=lock_options, places=allowed_places)
def compare(
    names: Names = None,
    *,
    task: Task = "",
    sizes: "tuple[OutputOptions, range | None]",
    models: Models = "",
    what_if: WhatIfFlag = False,
    run: "RunOptions",
    lock: "Lock | None",
    places: "Allowed",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option(*ANSWERS)] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """All suitable models side by side at one output size, no spec needed.

    Example: tokencost compare --res 1024 --gpu h100-80gb-sxm

    What would make a model faster: tokencost compare --what-if emu3-gen

    The cheapest place: tokencost compare --res 1024 --models sdxl --where any --residency eu

    Cost and time against resolution: tokencost compare --res 256..4096
    """
    records = o.load_catalog(catalog)
    chosen = [*(names or []), *(name.strip() for name in models.split(",") if name.strip())]
    kind, ask = _question(chosen, task, sizes, run, places if places.where else None, what_if=what_if)
    with progress("comparing", quiet=quiet):
        answer = answered(lock, records, ask)
    show(kind, answer, format, output, no_color=no_color)
    tell_ages([answer], quiet=quiet)


def _question(
    names: list[str],
    task: str,
    sizes: "tuple[OutputOptions, range | None]",
    run: "RunOptions",
    places: "Allowed | None",
    *,
    what_if: bool,
) -> "tuple[str, Callable[[Catalog], Any]]":
    """What the flags ask, and the use case that answers it."""
    size, span = sizes
    if what_if and span is not None:
        raise UsageError("--what-if is about one size; --res 256..4096 compares models over many")
    if what_if:
        from tokencost.planning.what_if import what_if as accelerated

        name = _only(names)
        return "compare --what-if", lambda records: accelerated(records, name, task, size, run)
    if places is not None:
        return "compare --where", lambda records: searched(records, places, names, task, size, run)
    if span is not None:
        from tokencost.planning.ranging import ranged

        return "compare --res=A..B", lambda records: ranged(records, task or "image", span, size, run, names)
    from tokencost.planning import compare as use_case

    does = use_case.task_named(task or "image")
    return "compare", lambda records: use_case.compare(records, does, size, run, names)


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise UsageError("--what-if is about one model: tokencost compare --what-if emu3-gen")
    return names[0]
