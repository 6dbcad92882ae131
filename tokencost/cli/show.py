"""Printing an answer in the formats that were asked for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokencost.cli.destinations import Destination, destinations
from tokencost.cli.output import USUAL, ascii_only, terminal_width, wants_color, write_all
from tokencost.report import renderer


def show(command: str, answer: Any, asked: str, outputs: Sequence[str] | None, *, no_color: bool) -> None:
    """Render in every format before anything is written, then write all of it or nothing."""
    found = destinations(command, asked, outputs)
    write_all([(_rendered(command, answer, one, no_color=no_color), one.path) for one in found])


def _rendered(command: str, answer: Any, where: Destination, *, no_color: bool) -> str:
    render = renderer(command, where.format)
    if where.format != "table":
        return render(answer)
    return render(answer, **_look(where.path, no_color=no_color))


def _look(path: Path | None, *, no_color: bool) -> dict[str, Any]:
    """What the place of a table can show."""
    if path is not None:
        return {"width": USUAL, "color": False, "ascii_only": False}
    return {"width": terminal_width(), "color": wants_color(no_color), "ascii_only": ascii_only()}
