"""Printing an answer in the format that was asked for."""

import difflib
from pathlib import Path
from typing import Any

from tokencost.cli.output import ascii_only, terminal_width, wants_color, write
from tokencost.errors import UsageError
from tokencost.report import formats, renderer


def checked_format(command: str, asked: str) -> str:
    """The format if the command has it; raises UsageError that names those it has."""
    known = formats(command)
    if asked not in known:
        near = difflib.get_close_matches(asked[:40], known, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"--format {asked[:40]!r}: {hint}{command} prints {', '.join(known)}")
    return asked


def show(command: str, answer: Any, asked: str, target: Path | None, *, no_color: bool) -> None:
    """Render and write."""
    render = renderer(command, checked_format(command, asked))
    if asked != "table":
        return write(render(answer), target)
    wide = terminal_width() if target is None else 80
    plain = ascii_only() if target is None else False
    color = wants_color(no_color) if target is None else False
    return write(render(answer, width=wide, color=color, ascii_only=plain), target)
