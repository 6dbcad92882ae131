"""`tokencost prices refresh`: the one command that asks others for prices."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.adding import DEFAULT
from tokencost.cli.destinations import checked_format
from tokencost.cli.exits import Exit, worst
from tokencost.cli.output import write_below
from tokencost.cli.show import show
from tokencost.dates import today
from tokencost.errors import AccessError, TokencostError, UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.planning.refreshing import Merged
    from tokencost.spec.load import LoadedSpec

SPECS = Path("specs")
"""The specs whose plans are compared where nobody names any."""
Places = Annotated[
    list[str] | None, typer.Argument(help="Specs to plan anew; default: specs/*.yaml.", metavar="SPEC...")
]
Gpuhunt = Annotated[
    str, typer.Option("--gpuhunt", envvar="TOKENCOST_GPUHUNT", help="Address of a mirror, or folder of its tables.")
]
Portkey = Annotated[
    str, typer.Option("--portkey", envvar="TOKENCOST_PORTKEY", help="Address or folder of PROVIDER.json files.")
]
Litellm = Annotated[str, typer.Option("--litellm", envvar="TOKENCOST_LITELLM", help="Address or file of the JSON.")]
Only = Annotated[str, typer.Option("--only", help="gpus or apis; default: both.")]


def refresh(
    specs: Places = None,
    gpuhunt: Gpuhunt = "",
    portkey: Portkey = "",
    litellm: Litellm = "",
    only: Only = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and tell, write nothing.")] = False,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("prices refresh")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
) -> None:
    """Ask the maintained lists for today's prices; the book is replaced whole or not at all. Opens connections.

    Example: tokencost prices refresh --gpuhunt ./mirror --only gpus --catalog ./own
    """
    from tokencost.catalog.load import load, over
    from tokencost.planning.refreshing import sources
    from tokencost.planning.repriced import Refresh, repriced

    checked_format("prices refresh", format, output)
    _checked(only)
    target = catalog or o.configured() or DEFAULT
    before = over(load(), target) if target.is_dir() else load()
    loaded = _specs(specs, before)
    places: dict[str, str] = {}
    gpus, missing = (None, []) if only == "apis" else _gpus(before, target, gpuhunt, places)
    said = {"portkey": portkey, "litellm": litellm}
    apis, more = (None, []) if only == "gpus" else _apis(before, target, said, places)
    files = {**sources(places, today()), **(gpus.files if gpus else {}), **(apis.files if apis else {})}
    after, written = _read_back(target, files), not dry_run and bool(gpus or apis)
    for place, text in files.items() if written else ():
        write_below(text, target / place)
    found = Refresh(
        folder=str(target), written=written, gpus=gpus, apis=apis,
        unreachable=(*missing, *more), plans=repriced(before, after, loaded),
    )  # fmt: skip
    show("prices refresh", found, format, output, no_color=no_color)
    refused = any(part.refused for part in (gpus, apis) if part)
    raise typer.Exit(worst([Exit.ACCESS if found.unreachable else Exit.DONE, Exit.VERDICT if refused else Exit.DONE]))


def _checked(only: str) -> None:
    if only not in ("", "gpus", "apis"):
        raise UsageError(f"--only {only[:40]!r}: choose gpus or apis")


def _gpus(before: "Catalog", target: Path, location: str, places: dict[str, str]) -> tuple["Merged | None", list[str]]:
    from tokencost.market.fetching import is_address
    from tokencost.market.gpus import DEFAULT as USUAL
    from tokencost.market.gpus import SOURCE, gpu_prices
    from tokencost.planning.refreshing import merged_gpus

    try:
        fetched = gpu_prices(location or USUAL, today())
    except AccessError as error:
        return None, [str(error)]
    places[SOURCE] = location or USUAL
    missing = [f"{SOURCE} {name}: {why}; its prices stay" for name, why in fetched.missing.items()]
    told = is_address(places[SOURCE]) or not fetched.rows
    return merged_gpus(before, target, fetched, today()), missing if told else []


def _apis(
    before: "Catalog", target: Path, said: Mapping[str, str], places: dict[str, str]
) -> tuple["Merged | None", list[str]]:
    from tokencost.market.apis import LITELLM, PORTKEY, litellm_quotes, portkey_quotes
    from tokencost.planning.refreshing import merged_apis

    offers = [one for one in before.all("api_prices") if not one.ended]
    quotes, missing = {}, []
    for name, usual, quotes_of in (("portkey", PORTKEY, portkey_quotes), ("litellm", LITELLM, litellm_quotes)):
        try:
            quotes[name] = quotes_of(said[name] or usual, offers)
            places[name] = said[name] or usual
        except AccessError as error:
            missing.append(str(error))
    return (merged_apis(before, target, quotes, today()) if quotes else None), missing


def _specs(paths: list[str] | None, records: "Catalog") -> list["LoadedSpec"]:
    from tokencost.spec.load import load

    named = [Path(path) for path in paths] if paths else sorted(SPECS.glob("*.yaml"))
    found = []
    for path in named:
        try:
            found.append(load(path, (), records))
        except TokencostError:
            if paths:
                raise
    return found


def _read_back(folder: Path, files: Mapping[str, str]) -> "Catalog":
    """The catalogue with the new files, from a copy: a book that cannot be read is never written."""
    from tokencost.catalog.load import load, over

    with tempfile.TemporaryDirectory(prefix="tokencost-") as scratch:
        copy = Path(scratch) / "catalogue"
        copy.mkdir()
        if folder.is_dir():
            shutil.copytree(folder, copy, dirs_exist_ok=True)
        for place, text in files.items():
            path = copy / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return over(load(), copy)
