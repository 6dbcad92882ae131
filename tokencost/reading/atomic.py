"""Files that commands write: the old text or the new, never half, whatever happens meanwhile.

Where the system can (Linux), the text is written to a file without a name, which is gone when its writer is killed,
and gets its name when it is whole. Elsewhere it has a name of its own beside the target. A name that a killed writer
leaves behind is locked by nobody, and the next writer of the same target takes it away.
"""

import contextlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tokencost.errors import AccessError
from tokencost.reading.files import leaves_tree, shown, working_tree

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such locks, and no files without a name
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".part"
LONGEST_NAME = 40
"""Characters of the target's name that its temporary name repeats."""
SETTLED = 60.0
"""Seconds after which a file that had a name from the start is sure to have been locked by a writer who lives."""


def write_file(text: str, target: Path) -> None:
    """Replace a file in one step; raises AccessError, and then the old one is as it was.

    What is no file but a device or a pipe is written to. Links are followed inside of the working tree only.
    """
    write_files([(text, target)])


def write_files(texts: Sequence[tuple[str, Path]]) -> None:
    """Several files as in `write_file`: none is put in place before all are written; raises AccessError."""
    with contextlib.ExitStack() as stack:
        staged = []
        for text, target in texts:
            with _told(target):
                data = text.encode("utf-8", "backslashreplace")
                staged.append((target, stack.enter_context(_staged(data, target))))
        for target, put in staged:
            with _told(target):
                put()


@contextlib.contextmanager
def _told(target: Path) -> Iterator[None]:
    """What the system says, as an error about the target."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise AccessError(f"{shown(target)}: {getattr(error, 'strerror', None) or error}") from error


@contextlib.contextmanager
def _staged(data: bytes, target: Path) -> Iterator[Callable[[], None]]:
    """The data on the target's file system, and what puts it in place; nothing of it is left if that is not called."""
    if leaves_tree(target):
        raise AccessError(f"{shown(target)}: its links lead out of {working_tree(target)}, so nothing is written")
    mode = _mode(target)
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "is a folder")
    if mode is not None and (not stat.S_ISREG(mode) or target.is_relative_to("/dev")):
        yield lambda: _pour(data, target)
    else:
        with _beside(data, target.resolve() if target.is_symlink() else target, mode) as put:
            yield put


@contextlib.contextmanager
def replaced(target: Path, folder: Path | None = None) -> Iterator[Path]:
    """A file for writers that take a path, put in place when they are done; raises AccessError as `write_file` does.

    It stands beside the target, or in a `folder` of the same file system, and has a name from the start.
    """
    with contextlib.ExitStack() as stack:
        try:
            part, place = _part(target, folder, stack)
            yield part
            os.replace(_settled(part, _mode(place)), place)
        except OSError as error:
            raise AccessError(f"{shown(target)}: {error.strerror or error}") from error


def _part(target: Path, folder: Path | None, stack: contextlib.ExitStack) -> tuple[Path, Path]:
    """An empty file that is locked until the stack ends, and gone then; and where the target's links lead."""
    if leaves_tree(target):
        raise AccessError(f"{shown(target)}: its links lead out of {working_tree(target)}, so nothing is written")
    place = target.resolve() if target.is_symlink() else target
    if place.is_dir():
        raise IsADirectoryError(21, "is a folder")
    _sweep(place, SETTLED)
    part = (folder or place.parent) / f"{_prefix(place)}{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    stack.callback(_closed, handle, part)
    _lock(handle)
    return part, place


def _closed(handle: int, part: Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(part)
    with contextlib.suppress(OSError):
        os.close(handle)


def _settled(part: Path, mode: int | None) -> Path:
    """What was written is on the disk, with the rights of the old file, before that is gone."""
    with open(part, "rb") as written:
        os.fsync(written.fileno())
    if mode is not None:
        os.chmod(part, stat.S_IMODE(mode) & 0o777)
    return part


def write_below(text: str, target: Path) -> None:
    """As `write_file`, and its folder is made first."""
    with _told(target.parent):
        if leaves_tree(target):
            raise AccessError(f"{shown(target)}: its links lead out of {working_tree(target)}, so nothing is written")
        target.parent.mkdir(parents=True, exist_ok=True)
    write_file(text, target)


def _mode(place: Path) -> int | None:
    try:
        return os.stat(place).st_mode
    except FileNotFoundError:
        return None


def _pour(data: bytes, place: Path) -> None:
    """Into a device, or a pipe that somebody reads from."""
    handle = os.open(place, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0))
    try:
        os.set_blocking(handle, True)
        _write(handle, data)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _beside(data: bytes, target: Path, mode: int | None) -> Iterator[Callable[[], None]]:
    """A whole file in the target's folder, without a name if the system can."""
    part = target.parent / f"{_prefix(target)}{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
    handle = _nameless(target.parent)
    named = handle is None
    _sweep(target, SETTLED if named else 0.0)
    if handle is None:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        _lock(handle)
        _write(handle, data)
        if mode is not None:
            os.chmod(handle if os.chmod in os.supports_fd else part, stat.S_IMODE(mode) & 0o777)
        os.fsync(handle)
        if named:
            yield lambda: os.replace(part, target)
        else:
            yield lambda: _appear(handle, part, target)
    finally:
        _closed(handle, part)


def _appear(handle: int, part: Path, target: Path) -> None:
    """Give the target's name to a file without one; where there is a target already, by another name first."""
    if not os.path.lexists(target) and _named(handle, target):
        return
    _named(handle, part)
    os.replace(part, target)


def _prefix(target: Path) -> str:
    return f".{target.name[:LONGEST_NAME]}."


def _nameless(folder: Path) -> int | None:
    """A file in this folder that has no name yet; None where there is no such thing."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE, 0o666)
    except OSError:
        return None


def _named(handle: int, name: Path) -> bool:
    """Give the file a name; False if somebody else has it."""
    try:
        os.link(f"/proc/self/fd/{handle}", name, src_dir_fd=handle, follow_symlinks=True)
    except FileExistsError:
        return False
    return True


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _lock(handle: int) -> None:
    """Held until the writer closes the file or dies; file systems without locks do without."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(target: Path, age: float) -> None:
    """Take away temporary names of this target that are at least as old (s) and whose writers are dead."""
    if fcntl is None:
        return
    ours = re.compile(re.escape(_prefix(target)) + r"[0-9]+-[0-9a-f]{8}" + re.escape(SUFFIX))
    with contextlib.suppress(OSError):
        for name in os.listdir(target.parent):
            if ours.fullmatch(name) and _abandoned(target.parent / name, age):
                os.unlink(target.parent / name)


def _abandoned(part: Path, age: float) -> bool:
    try:
        handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return time.time() - os.fstat(handle).st_mtime >= age
    except OSError:
        return False
    finally:
        os.close(handle)
