"""Errors a user can mend. Each problem says what was wrong, where, and what would be right."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` and `column` count from 1; 0 is unknown. `path` is the place in the document."""

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    frame: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        where = f"{self.path}: " if self.path else ""
        return f"{place}: {where}{self.message}" if place else f"{where}{self.message}"


class TokencostError(Exception):
    """Base of all errors that are not bugs; carries every problem found, not only the first."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: Sequence[Problem] = [p if isinstance(p, Problem) else Problem(p) for p in problems]
        super().__init__("\n".join(str(p) for p in self.problems))


class SpecError(TokencostError):
    """A spec, budget or data file that cannot be used."""


class CatalogError(TokencostError):
    """A catalogue record that cannot be used, or a name that is not in the catalogue."""


class UsageError(TokencostError):
    """A flag or an argument that cannot be used."""


class AccessError(TokencostError):
    """A file that cannot be read or written."""
