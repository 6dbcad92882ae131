"""What was read, and where each part of it stands, so that every problem can be shown in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tokencost.errors import Problem

Path = tuple[str | int, ...]
"""Keys and list positions from the root: ("candidates", 0)."""
Mark = tuple[int, int]
"""Line and column, both from 1."""

FRAME_WIDTH = 76


@dataclass(frozen=True)
class Document:
    """Plain data (mappings, lists, text, numbers, true, false, null) and the place of every value and key.

    `flags` names the command-line flag that a value came from instead of the file.
    """

    data: Any
    file: str = ""
    marks: Mapping[Path, Mark] = field(default_factory=dict, repr=False)
    key_marks: Mapping[Path, Mark] = field(default_factory=dict, repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    flags: Mapping[Path, str] = field(default_factory=dict, repr=False)

    def problem(self, path: Path, message: str) -> Problem:
        """A problem with the value at `path`, or with the nearest value around it that the file has."""
        return self._at(path, message, self._value_mark)

    def key_problem(self, path: Path, message: str) -> Problem:
        """A problem with the key at `path` itself."""
        return self._at(path, message, lambda known: self.key_marks.get(known) or self.marks.get(known))

    def _at(self, path: Path, message: str, mark_of: Any) -> Problem:
        for known in (path[:n] for n in range(len(path), -1, -1)):
            if known in self.flags:
                return Problem(message, file=self.flags[known], path=dotted(path))
            if mark_of(known):
                line, column = mark_of(known)
                return Problem(message, self.file, line, column, dotted(path), frame(self.lines, line, column))
        return Problem(message, self.file, path=dotted(path))

    def _value_mark(self, path: Path) -> Mark | None:
        """Where the value stands; a block below its key is shown by its key."""
        mark, key = self.marks.get(path), self.key_marks.get(path)
        return key if mark and key and mark[0] > key[0] else mark


def dotted(path: Path) -> str:
    """`candidates.0` for ("candidates", 0), short and printable whatever the keys are."""
    text = ".".join(printable(str(part)[:40]) for part in path[:20])
    return text if len(text) <= 120 else text[:117] + "..."


def printable(text: str) -> str:
    """`text` with control and format characters escaped."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def frame(lines: tuple[str, ...], line: int, column: int) -> str:
    """The line before, the line, and a caret below its column; long lines are cut around it."""
    if not 1 <= line <= len(lines):
        return ""
    start = max(0, column - 1 - FRAME_WIDTH // 2) if column > FRAME_WIDTH - 10 else 0
    shown = [(n, lines[n - 1][start : start + FRAME_WIDTH]) for n in (line - 1, line) if n >= 1]
    width = len(str(line))
    rows = [f"{n:>{width}} | {_one_width(text)}".rstrip() for n, text in shown]
    return "\n".join([*rows, f"{'':>{width}} | {' ' * (column - 1 - start)}^"])


def _one_width(text: str) -> str:
    """Every character one column wide and harmless, so that the caret stays under its column."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)
