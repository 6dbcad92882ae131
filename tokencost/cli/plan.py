"""`tokencost plan`: the main job."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tokencost.cli import options as o
from tokencost.cli import watching
from tokencost.cli.ages import tell_ages
from tokencost.cli.destinations import destinations
from tokencost.cli.exits import worst
from tokencost.cli.locking import lock_options, locked
from tokencost.cli.progress import progress
from tokencost.cli.show import show
from tokencost.cli.specs import Specs, each, refuse

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.nouns.answer import Plan
    from tokencost.nouns.lock import Lock
    from tokencost.spec.load import LoadedSpec

    Planned = Callable[[Catalog, LoadedSpec], Plan]


@o.grouped(lock=lock_options)
def plan(
    specs: Specs,
    *,
    lock: "Lock | None",
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("plan")] = "table",  # noqa: A002
    output: o.Output = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Do not search for what would change the choice, nor make the what-if plans of a page."
        ),
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Plan again whenever the spec is saved; Ctrl-C ends.")] = False,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Which model for a product: candidates, feasibility, recommendation with reasons.

    Example: tokencost plan specs/poster-1024.yaml --set output.width=512
    """
    wanted = destinations("plan", format, output)
    asked = _pages(set or [], quick) if any(one.format == "html" for one in wanted) else _plans(quick)
    answer, records = locked(lock, asked), o.load_catalog(catalog)
    if watch:
        path = watching.checked(specs, format, output)
        return watching.watch(_watched(path, set or [], records, answer, no_color=no_color, quiet=quiet))
    answers, problems, codes = each(specs, set or [], records, answer, quiet=quiet)
    if problems:
        refuse(problems, [] if answers else wanted)
    if answers:
        show("plan", answers, format, output, no_color=no_color)
        tell_ages(answers, quiet=quiet)
    raise typer.Exit(worst(codes))


def _watched(
    path: Path, overrides: Sequence[str], catalog: "Catalog", answer: "Planned", *, no_color: bool, quiet: bool
) -> watching.Watched:
    """How `--watch` reads, plans and shows."""
    from tokencost.nouns.change import Compared
    from tokencost.planning.diff import changed
    from tokencost.planning.sides import of_plan
    from tokencost.spec.load import load

    def plan_again(loaded: "LoadedSpec") -> "Plan":
        with progress(f"planning {path}", quiet=quiet):
            return answer(catalog, loaded)

    return watching.Watched(
        path=path,
        load=lambda file: load(file, overrides, catalog),
        plan=plan_again,
        side=lambda loaded, found: of_plan(str(path), loaded, catalog, found),
        show_plan=lambda found: show("plan", [found], "table", None, no_color=no_color),
        show_change=lambda old, new: show("diff", Compared(change=changed(old, new), violations=()), "table", None,
                                          no_color=no_color),
    )  # fmt: skip


def _plans(quick: bool) -> Callable[..., Any]:
    from tokencost.planning import plan as use_case

    return use_case.quick_plan if quick else use_case.plan


def _pages(overrides: Sequence[str], quick: bool) -> Callable[..., Any]:
    """Plans with what a page shows beside them; other formats print them as the plans that they are."""
    from tokencost.planning.dossier import dossier, quick_dossier

    return functools.partial(quick_dossier if quick else dossier, overrides=overrides)
