"""Planning again whenever a spec is saved: what a plan came to, and what changed since the last one that was good.

Files are looked at, not subscribed to: editors save by writing, by renaming a new file over the old one, or by
both, on disks of every kind, and a look ten times a second sees all of it and costs nothing.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tokencost.cli.output import say, write
from tokencost.errors import AccessError, TokencostError, UsageError

if TYPE_CHECKING:
    from tokencost.nouns.answer import Plan
    from tokencost.planning.sides import Side
    from tokencost.spec.load import LoadedSpec

PAUSE = 0.1
"""Seconds between two looks; also how long a file has to stay as it is before it is read."""
RECENT = 2.0
"""Seconds within which some disks give two states of a file the same time."""
CLEAR = "\x1b[2J\x1b[H"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file looked like: its place on the disk, size and time, and a digest of what is in it."""

    stat: tuple[int, int, int]
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a spec is read, planned and shown."""

    path: Path
    load: Callable[[Path], "LoadedSpec"]
    plan: Callable[["LoadedSpec"], "Plan"]
    side: Callable[["LoadedSpec", "Plan"], "Side"]
    show_plan: Callable[["Plan"], None]
    show_change: Callable[["Side", "Side"], None]


def checked(specs: list[str], asked: str, output: Sequence[str] | None) -> Path:
    """The file to watch; raises UsageError where there is nothing to watch or nobody who does."""
    if len(specs) != 1 or specs[0] == "-":
        raise UsageError("--watch looks at one spec, which is a file")
    if asked != "table" or output:
        raise UsageError("--watch shows a table on the terminal; without it, --format and -o go anywhere")
    if sys.stdout is None or not sys.stdout.isatty():
        raise UsageError("--watch is for a terminal; standard output is none")
    return Path(specs[0])


def watch(watched: Watched) -> None:
    """Plan at once and after every change, until somebody interrupts."""
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder:
        good: Side | None = None
        files = [watched.path]
        for turn, _ in enumerate(changes(files)):
            if turn and os.environ.get("TERM") != "dumb":
                write(CLEAR, None)
            try:
                loaded = watched.load(watched.path)
                good = _shown(watched, loaded, good, Path(folder) / str(turn))
                files[1:] = [loaded.trace] if loaded.trace else []
            except TokencostError as error:
                _tell(error, kept=good is not None)
            say(f"\nwatching {watched.path}; Ctrl-C ends")


def _shown(watched: Watched, loaded: "LoadedSpec", good: "Side | None", into: Path) -> "Side":
    """Show a plan and how it differs from the last good one; the plan is the next good one."""
    found = watched.plan(loaded)
    watched.show_plan(found)
    now = _kept(watched.side(loaded, found), loaded, into)
    if good is not None:
        say("\nsince the last good plan:")
        watched.show_change(good, now)
    return now


def _kept(side: "Side", loaded: "LoadedSpec", into: Path) -> "Side":
    """A side whose trace stays what it was when the file is written again."""
    trace = loaded.product.traffic.trace if loaded.product.traffic else None
    if not trace:
        return side
    copy = into / trace
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(loaded.folder / trace, copy)
    return replace(side, folder=into)


def _tell(error: TokencostError, *, kept: bool) -> None:
    from tokencost.report.problems import problems_text

    if isinstance(error, AccessError):
        say(f"error: {error}")
    else:
        say(problems_text(error.problems))
    if kept:
        say("the last good plan stays the one to compare with")


def changes(files: list[Path]) -> Iterator[None]:
    """One turn at once, then one after each change of what is in a file, when it is not being written any more.

    Files that are put into the list between two turns are looked at from then on.
    """
    seen = {path: look(path, None) for path in files}
    yield
    while True:
        seen = {path: seen[path] if path in seen else look(path, None) for path in files}
        time.sleep(PAUSE)
        now = {path: look(path, before) for path, before in seen.items()}
        if contents(now) == contents(seen):
            seen = now
            continue
        settled = False
        while not settled:
            time.sleep(PAUSE)
            again = {path: look(path, before) for path, before in now.items()}
            settled, now = contents(again) == contents(now), again
        if contents(now) != contents(seen):
            seen = now
            yield


def contents(seen: dict[Path, Seen | None]) -> dict[Path, bytes | None]:
    """What is in each file; None where there is no file."""
    return {path: one.digest if one else None for path, one in seen.items()}


def look(path: Path, before: Seen | None) -> Seen | None:
    """A file as it is now, read only if it may have changed; None if there is none."""
    try:
        found = path.stat()
        stat = (found.st_ino, found.st_size, found.st_mtime_ns)
        if before is not None and stat == before.stat and time.time() - found.st_mtime > RECENT:
            return before
        return Seen(stat, hashlib.sha256(path.read_bytes()).digest())
    except OSError:
        return None
