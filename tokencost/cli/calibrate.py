"""`tokencost calibrate`: measure this machine and write its records."""

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.exits import Exit
from tokencost.cli.output import say, write_below, write_file
from tokencost.cli.show import show
from tokencost.errors import AccessError, TokencostError, UsageError
from tokencost.reading.files import contents

if TYPE_CHECKING:
    from tokencost.measuring.calibrate import Calibration, Wish

DEFAULT = Path("tokencost-catalog")
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
MAX_BYTES = 1 << 20
TABLES = (".yaml", ".yml")


def wish(
    name: Annotated[str, typer.Option("--name", help="Id of the new records, as `--gpu` takes it.")] = "my-box",
    device: Annotated[str, typer.Option("--device", help="cpu or cuda; a GPU if there is one.")] = "",
    threads: Annotated[
        int, typer.Option("--threads", min=0, max=1024, help="Threads on a processor; 0: as PyTorch chooses.")
    ] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="5 rounds instead of 15.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also time small models, predict them, exit 3 if one is 25 % off.")
    ] = False,
    models: Annotated[
        str, typer.Option("--models", help="Also time these models of the catalogue with random weights: a,b.")
    ] = "",
) -> "Wish":
    """What to measure."""
    from tokencost.measuring.calibrate import Wish

    if not IDENTIFIER.fullmatch(name):
        raise UsageError(f"--name {name[:60]!r}: write lower-case letters, digits, dots and hyphens, as in my-box")
    chosen = tuple(part.strip() for part in models.split(",") if part.strip())
    match device:
        case "" | "cpu" | "cuda":
            return Wish(name=name, device=device, threads=threads, quick=quick, verify=verify, models=chosen)
    raise UsageError(f"--device {device[:40]!r}: choose cpu or cuda")


@o.grouped(asked=wish)
def calibrate(
    *,
    asked: "Wish",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Catalogue folder for the records, or DIR/gpus/NAME.yaml in it."),
    ] = None,
    extra: o.CatalogDir = None,
    measurements: Annotated[
        Path | None, typer.Option("--measurements", help="Append timed models to this table, as `validate` reads it.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace records that no calibration wrote.")] = False,
    format: Annotated[str, o.format_option("calibrate")] = "table",  # noqa: A002
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Measure this machine and write the records of a platform: needs the extra `torch`.

    Example: tokencost calibrate --name my-box -o own --verify
    """
    from tokencost.catalog.load import load
    from tokencost.measuring.calibrate import calibrate as use_case

    checked_format("calibrate", format)
    folder, catalog = _folder(output or extra or DEFAULT, asked.name), load()
    if catalog.find("gpus", asked.name):
        raise UsageError(f"--name {asked.name}: the catalogue has a GPU of that name; choose another")
    _keep(folder, asked.name, force=force)
    if measurements:
        _appendable(measurements)
    found = use_case(catalog, asked, (lambda text: None) if quiet else say)
    _keep_found(found, folder, measurements)
    show("calibrate", found, format, None, no_color=no_color)
    if not quiet:
        _next(found.engines[0], asked.name, found.precision, folder)
    raise typer.Exit(Exit.DONE if found.holds else Exit.VERDICT)


def _keep_found(found: "Calibration", folder: Path, measurements: Path | None) -> None:
    """Write the records, and append what was timed."""
    from tokencost.measuring.measurements import extended

    for place, text in found.files.items():
        write_below(text, folder / place)
    if measurements:
        write_file(extended(measurements, found), measurements)


def _folder(target: Path, name: str) -> Path:
    """The catalogue folder that is meant; a file in it must be the record's own."""
    if target.suffix not in TABLES:
        return target
    if target.parent.name != "gpus" or target.stem != name or target.suffix != TABLES[0]:
        raise UsageError(f"-o {target}: a record of {name} is the file gpus/{name}.yaml of a catalogue folder")
    return target.parent.parent


def _keep(folder: Path, name: str, *, force: bool) -> None:
    """Refuse to write over records that somebody else wrote, before minutes are spent on measuring."""
    kinds = ("gpus", "achieved", "sources")
    places = [folder / kind / f"{name}.yaml" for kind in kinds] + sorted((folder / "engines").glob(f"{name}-*.yaml"))
    foreign = [place for place in places if not force and place.exists() and not _calibrated(place, name)]
    if foreign:
        raise UsageError(*(f"{place} was not written by calibrate; --force replaces it" for place in foreign))


def _calibrated(place: Path, name: str) -> bool:
    try:
        return f"{name}-calibration".encode() in contents(place, MAX_BYTES)
    except TokencostError:
        return False


def _appendable(table: Path) -> None:
    """A table that cannot be read cannot be appended to."""
    from tokencost.validation.table import read_table

    if table.exists() and table.stat().st_size:
        read_table(table)
    elif not table.parent.is_dir():
        raise AccessError(f"{table.parent}: no such folder")


def _next(engine: str, name: str, precision: str, folder: Path) -> None:
    flags = f"--gpu {name} --engine {engine} --precision {precision}"
    say(f"wrote {folder}; next: tokencost estimate sdxl {flags} --catalog {shlex.quote(str(folder))}")
