"""Where answers go: standard output or a file, whole or not at all."""

import contextlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tokencost.errors import AccessError
from tokencost.reading.atomic import write_below as write_below
from tokencost.reading.atomic import write_file as write_file
from tokencost.reading.atomic import write_files

NARROWEST, WIDEST, USUAL = 20, 400, 80


def write(text: str, target: Path | None) -> None:
    """An answer to standard output, or to a file that is replaced in one step."""
    if target is not None:
        return write_file(text, target)
    stream = sys.stdout
    if stream is None:
        raise AccessError("standard output is closed")
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise AccessError(f"standard output: {getattr(error, 'strerror', None) or error}") from error
    return None


def write_all(texts: Sequence[tuple[str, Path | None]]) -> None:
    """Every text in its place or none, those for standard output last."""
    write_files([(text, target) for text, target in texts if target is not None])
    for text, target in texts:
        if target is None:
            write(text, None)


def say(text: str) -> None:
    """Lines for people, on standard error, in which nothing is obeyed; nobody listening is no error."""
    from tokencost.report.escape import spoken

    say_part(f"{spoken(text)}\n")


def say_part(text: str) -> None:
    """The same, without an end of the line."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def terminal_width() -> int:
    """Columns to fill: those of the terminal, else 80; odd values of COLUMNS are put right."""
    columns = shutil.get_terminal_size((USUAL, 24)).columns
    return min(max(columns, NARROWEST), WIDEST)


def wants_color(no_color: bool) -> bool:
    """Colour only on a terminal, and only if nobody asked for none."""
    off = no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not off and sys.stdout is not None and sys.stdout.isatty()


def ascii_only() -> bool:
    """Whether standard output cannot carry box drawing."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "─✔✘–²".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False
