"""Files of strangers: opened only where they may lie, read no further than a limit, never waited for without end.

A pull request can hold links. A link that leads out of the working tree would print what the tree does not hold, so
links are followed first and judged then. Folders and devices are not read; an unused pipe is given up.
"""

import os
import stat
import time
from pathlib import Path

from tokencost.errors import AccessError, Problem, SpecError
from tokencost.reading.document import printable

WAIT = 2.0
"""Seconds until somebody has opened the other end of a pipe; once it is open, its writer may take any time."""
PAUSE = 0.05
CHUNK = 1 << 16
"""Bytes asked for at once: room for a mebibyte costs more than to read a spec."""
TOP = ".git"
"""What holds this is the top of a working tree."""


def contents(path: Path, most: int) -> bytes:
    """All bytes of a file or a pipe; raises AccessError where it may not or cannot be read, SpecError above `most`."""
    try:
        if leaves_tree(path):
            raise AccessError(f"{shown(path)}: its links lead out of {working_tree(path)}, so they are not followed")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            found = b"".join(_chunks(handle, path, most + 1))
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        raise AccessError(f"{shown(path)}: {getattr(error, 'strerror', None) or error}") from error
    if len(found) > most:
        raise SpecError(too_large(shown(path), most))
    return found


def _chunks(handle: int, path: Path, most: int) -> list[bytes]:
    mode = os.fstat(handle).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise AccessError(f"{shown(path)}: {'a folder' if stat.S_ISDIR(mode) else 'a device'}, not a file")
    found = [_first(handle, path)] if stat.S_ISFIFO(mode) else []
    left = most - sum(map(len, found))
    while left > 0 and (part := os.read(handle, min(CHUNK, left))):
        found.append(part)
        left -= len(part)
    return found


def _first(handle: int, path: Path) -> bytes:
    """What a pipe holds already, or nothing once somebody holds its other end; from then on reading waits."""
    for _ in range(round(WAIT / PAUSE)):
        try:
            part = os.read(handle, CHUNK)
        except BlockingIOError:
            part = None
        if part != b"":
            os.set_blocking(handle, True)
            return part or b""
        time.sleep(PAUSE)
    raise AccessError(f"{shown(path)}: a pipe into which nobody wrote for {WAIT:g} s")


def leaves_tree(path: Path, tree: Path | None = None) -> bool:
    """Whether a path, its links followed, lies outside of a tree: if not said, the one that it is written in."""
    around = tree or working_tree(path)
    return around is not None and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(around))


def working_tree(path: Path) -> Path | None:
    """The repository around a path as it is written, else the current folder; None if the path is below neither."""
    written, here = Path(os.path.abspath(path)), Path.cwd()
    top = next((folder for folder in written.parents if os.path.lexists(folder / TOP)), None)
    return top or (here if written.is_relative_to(here) else None)


def decoded(source: bytes, file: str) -> str:
    """The text of bytes in UTF-8, with or without a mark; raises SpecError where a byte is no part of a character."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        column = error.start - source.rfind(b"\n", 0, error.start)
        message = f"the file is not UTF-8: byte 0x{source[error.start]:02x} is no part of a character; save it as UTF-8"
        raise SpecError(Problem(message, file, line, column)) from error


def shown(path: Path) -> str:
    """The path as a message may hold it."""
    return printable(str(path))


def too_large(file: str, most: int) -> Problem:
    """What to say of a file over its limit."""
    size = f" ({most // 2**20} MiB)" if most >= 2**20 else ""
    return Problem(f"the file is larger than the limit of {most:,} bytes{size}", file)
