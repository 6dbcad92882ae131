"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tokencost.errors import AccessError


@contextlib.contextmanager
def replaced(target: Path, folder: Path | None = None) -> Iterator[Path]:
    """A temporary file to write to, then a rename: a reader sees the old file or the new, never half.

    It stands beside the target, or in a `folder` of the same file system.
    Raises AccessError where that cannot be written.
    """
    target = target.resolve() if target.is_symlink() else target
    try:
        if target.is_dir():
            raise IsADirectoryError(21, "is a directory")
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=folder or target.parent)
        os.close(handle)
    except OSError as error:
        raise AccessError(f"{target}: {error.strerror}") from error
    try:
        yield Path(name)
        _settle(name)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except OSError as error:
        raise AccessError(f"{target}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _settle(name: str) -> None:
    """What was written is on the disk before the old file is gone."""
    with open(name, "rb") as written:
        os.fsync(written.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
