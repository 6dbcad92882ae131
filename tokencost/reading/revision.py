"""Files as they stood at a git revision, written into a folder that goes away again."""

import io
import re
import subprocess
import tarfile
from pathlib import Path

from tokencost.errors import AccessError, UsageError
from tokencost.record import dataclass
from tokencost.units import quoted

REVISION = re.compile(r"[^-\s:][^\s:]{0,250}")
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
        return _git(self.top, "cat-file", "-e", f"{self.commit}:{path.as_posix()}").returncode == 0

    def unpack(self, path: Path, into: Path) -> None:
        """Write a file or folder, relative to `top`, to the same place below `into`."""
        done = _git(self.top, "archive", "--format=tar", self.commit, "--", path.as_posix())
        if done.returncode or len(done.stdout) > LARGEST:
            raise AccessError(f"{self.name}:{path.as_posix()}: {_said(done) or 'too large to unpack'}")
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(into, filter="data")

    def inside(self, path: Path) -> Path:
        """A path of the file system relative to `top`; raises UsageError if it lies elsewhere."""
        real = path.resolve()
        if not real.is_relative_to(self.top):
            raise UsageError(f"{path} is not in the git repository {self.top}, so it has no state at {self.name}")
        return real.relative_to(self.top)


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


def _git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise AccessError(f"git: {error.strerror}; a revision is read with it") from error


def _text(done: "subprocess.CompletedProcess[bytes]") -> str:
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("fatal: ") if lines else ""
