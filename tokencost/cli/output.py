"""Where answers go: standard output or a file, whole or not at all."""

import contextlib
import os
import shutil
import sys
from pathlib import Path

from tokencost.errors import AccessError
from tokencost.files import replaced

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


def write_file(text: str, target: Path) -> None:
    """A file of text, whole or not at all."""
    with replaced(target) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)


def write_below(text: str, target: Path) -> None:
    """As `write_file`, and its folder is made first."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AccessError(f"{target.parent}: {error.strerror}") from error
    write_file(text, target)


def say(text: str) -> None:
    """A line for people, on standard error; nobody listening is no error."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
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
