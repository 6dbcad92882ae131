"""Files as they stood at a git revision, written into a folder that goes away again."""

import functools
import hashlib
import io
import os
import re
import subprocess
import tarfile
from pathlib import Path, PurePosixPath
from subprocess import PIPE
from typing import NamedTuple

from tokencost.errors import AccessError, UsageError
from tokencost.reading.document import printable
from tokencost.record import dataclass
from tokencost.units import quoted

REVISION = re.compile(r"[^-\s:][^\s:]{0,250}")
SHA256 = 64
"""Hexadecimal digits of an object's name in a repository of the newer format; names of 40 are SHA-1."""
LARGEST = 256 * 2**20
"""Bytes of an archive that are unpacked at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit of the repository at `top`, as the user called it."""

    name: str
    commit: str
    top: Path

    def has(self, path: Path) -> bool:
        """Whether a file or folder, relative to `top`, was there."""
        files = _files(self.top, self.commit)
        return path.as_posix() in files.blobs or path.as_posix() in files.folders

    def held(self, path: Path, contents: bytes) -> bool:
        """Whether a file, relative to `top`, had these very contents."""
        name = _files(self.top, self.commit).blobs.get(path.as_posix(), "")
        blob = b"blob %d\0%b" % (len(contents), contents)
        return name == hashlib.new("sha256" if len(name) == SHA256 else "sha1", blob, usedforsecurity=False).hexdigest()

    def unpack(self, path: Path, into: Path) -> None:
        """Write a file or folder, relative to `top`, to the same place below `into`."""
        name = f"{self.name}:{path.as_posix()}"
        archived, said = _archive(self.top, self.commit, path)
        if archived is None:
            raise AccessError(f"{name}: {said}")
        try:
            with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
                archive.extractall(into, filter="data")
        except (tarfile.TarError, OSError, ValueError) as error:
            raise AccessError(f"{name}: {printable(str(error))[:200]}") from error

    def inside(self, path: Path) -> Path:
        """A path of the file system relative to `top`; raises UsageError if it lies elsewhere."""
        real = path.resolve()
        if not real.is_relative_to(self.top):
            raise UsageError(f"{path} is not in the git repository {self.top}, so it has no state at {self.name}")
        return real.relative_to(self.top)


class _Files(NamedTuple):
    """The regular files of a commit with the names of their contents, and the folders above them."""

    blobs: dict[str, str]
    folders: frozenset[str]


@functools.lru_cache(maxsize=4)
def _files(top: Path, commit: str) -> _Files:
    """One look at a commit, however many of its files are asked for."""
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", commit)
    if listed.returncode:
        raise AccessError(f"git cannot list the files of {commit}")
    entries = [entry.partition(b"\t") for entry in listed.stdout.split(b"\0") if entry]
    blobs = {os.fsdecode(path): about.split()[-1].decode("ascii") for about, _, path in entries}
    return _Files(blobs, frozenset(str(above) for path in blobs for above in PurePosixPath(path).parents))


def revision(name: str, folder: Path) -> Revision:
    """The commit that a branch, tag or hash means in the repository around `folder`; raises UsageError without one."""
    if not REVISION.fullmatch(name):
        raise UsageError(f"{quoted(name)} is not a git revision; write a branch, tag or commit, such as main")
    here = folder if folder.is_dir() else Path()
    top = _git(here, "rev-parse", "--show-toplevel")
    if top.returncode:
        raise UsageError(f"{name}: {here.resolve()} is not in a git repository")
    found = _git(here, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode:
        raise UsageError(
            f"git knows no revision {quoted(name)}; in a pipeline fetch it first (git fetch origin {name}), "
            f"or write origin/{name}"
        )
    return Revision(name=name, commit=_text(found), top=Path(_text(top)).resolve())


def merge_base(name: str, folder: Path) -> Revision:
    """Where HEAD left a branch: what others did there since is none of this change. Raises UsageError without one."""
    tip = revision(name, folder)
    base = _git(tip.top, "merge-base", tip.commit, "HEAD")
    if base.returncode:
        raise UsageError(f"{name} and HEAD have no common commit here; fetch the whole history (fetch-depth: 0)")
    return Revision(name=name, commit=_text(base), top=tip.top)


def _archive(top: Path, commit: str, path: Path) -> tuple[bytes | None, str]:
    """A file or folder as an archive; None and why, where there is none or more than the limit."""
    command = ["git", "archive", "--format=tar", commit, "--", f":(literal,top){path.as_posix()}"]
    try:
        with subprocess.Popen(command, cwd=top, stdout=PIPE, stderr=subprocess.DEVNULL, env=_environment()) as running:
            assert running.stdout is not None
            found = running.stdout.read(LARGEST + 1)
            running.kill() if len(found) > LARGEST else running.wait()
    except OSError as error:
        raise AccessError(f"git: {error.strerror}; a revision is read with it") from error
    if len(found) > LARGEST:
        return None, f"more than {LARGEST // 2**20} MiB to unpack"
    return (found, "") if running.returncode == 0 else (None, "git cannot unpack it")


def _environment() -> dict[str, str]:
    """Nothing is fetched and nobody is asked, whatever a repository says it lacks."""
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def _git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, env=_environment())
    except OSError as error:
        raise AccessError(f"git: {error.strerror}; a revision is read with it") from error


def _text(done: "subprocess.CompletedProcess[bytes]") -> str:
    return done.stdout.decode("utf-8", "surrogateescape").strip()
