"""Where answers go: standard output or a file, whole or not at all."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tokencost.errors import AccessError

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
    """A reader sees the old text or the new, never half."""
    write_all([(text, target)])


def write_all(texts: Sequence[tuple[str, Path | None]]) -> None:
    """Every text in its place or none: temporary files beside their targets, then renames, then standard output.

    A pipe or a device is no file that could be replaced; it is written to where it is.
    """
    staged: list[tuple[str, Path]] = []
    try:
        for text, target in texts:
            if target is not None:
                staged.append((_staged(text, target), target))
        for name, target in staged:
            _put(name, target)
    finally:
        for name, _ in staged:
            with contextlib.suppress(OSError):
                os.unlink(name)
    for text, target in texts:
        if target is None:
            write(text, None)


def _staged(text: str, target: Path) -> str:
    """A complete file beside the target, with the rights of a new one; its name."""
    name = ""
    try:
        if target.is_dir():
            raise IsADirectoryError(21, "is a directory")
        folder = target.resolve().parent if _replaced(target) else None
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as part:
            part.write(text)
            part.flush()
            os.fsync(part.fileno())
        os.chmod(name, 0o666 & ~_umask())
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise AccessError(f"{target}: {error.strerror}") from error
    return name


def _replaced(target: Path) -> bool:
    return target.is_file() or not target.exists()


def _put(name: str, target: Path) -> None:
    try:
        if _replaced(target):
            os.replace(name, target.resolve() if target.is_symlink() else target)
            return
        with open(name, "rb") as part, open(target, "wb") as place:
            shutil.copyfileobj(part, place)
    except OSError as error:
        raise AccessError(f"{target}: {error.strerror}") from error


def write_below(text: str, target: Path) -> None:
    """As `write_file`, and its folder is made first."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AccessError(f"{target.parent}: {error.strerror}") from error
    write_file(text, target)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def say(text: str) -> None:
    """A line for people, on standard error; nobody listening is no error."""
    say_part(f"{text}\n")


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
