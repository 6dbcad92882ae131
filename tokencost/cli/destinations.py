"""Where an answer goes, and in which formats: standard output, files, or several of both from one computation.

`-o PATH` is the place of what `--format` asks for. `-o FORMAT:PATH` is one more file, beside what is printed. What
stands before the first colon is a format if it is a word of two or more letters; one letter is a drive, and `./a:b` is
a path. `-` is standard output.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokencost.errors import UsageError
from tokencost.report import formats

FORMAT = re.compile(r"([A-Za-z][A-Za-z-]+):(.*)", re.DOTALL)
STDOUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A format and its file; None is standard output."""

    format: str
    path: Path | None = None


def destinations(command: str, asked: str, outputs: Sequence[str] | None) -> list[Destination]:
    """Everything that is asked for, files first; raises UsageError for what cannot be meant."""
    named = [_destination(command, text) for text in outputs or ()]
    bare = [path for output_format, path in named if output_format is None]
    if len(bare) > 1:
        raise UsageError(f"-o {bare[1]}: --format has its file, {bare[0]}; write -o FORMAT:{bare[1]} for another")
    checked_format(command, asked)
    found = [_at(output_format or asked, path) for output_format, path in named]
    if not bare and not any(one.path is None for one in found):
        found.append(Destination(format=asked))
    _apart(found)
    return sorted(found, key=lambda one: one.path is None)


def _destination(command: str, text: str) -> tuple[str | None, str]:
    """The format, if one is named, and the path."""
    match = FORMAT.fullmatch(text)
    output_format, path = (match[1], match[2]) if match else (None, text)
    if not path:
        raise UsageError(f"-o {text[:80]!r}: name a file" + (f" after {output_format}:" if output_format else ""))
    if output_format is not None and output_format not in formats(command):
        raise UsageError(f"-o {_unknown(command, output_format)}; a file of that name is ./{text[:80]}")
    return output_format, path


def _at(output_format: str, path: str) -> Destination:
    return Destination(format=output_format, path=None if path == STDOUT else Path(path))


def _apart(found: Sequence[Destination]) -> None:
    """Two answers in one place would be the last one alone."""
    seen: set[Path | None] = set()
    for one in found:
        place = one.path.resolve() if one.path else None
        if place in seen:
            raise UsageError(f"-o: {one.path or 'standard output'} is named twice")
        seen.add(place)


def checked_format(command: str, asked: str, outputs: Sequence[str] | None = None) -> str:
    """The format if the command has it, and those of `outputs`; raises UsageError that names those it has."""
    if asked not in formats(command):
        raise UsageError(f"--format {_unknown(command, asked)}")
    if outputs:
        destinations(command, asked, outputs)
    return asked


def _unknown(command: str, asked: str) -> str:
    known = formats(command)
    near = difflib.get_close_matches(asked[:40].lower(), known, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{asked[:40]!r}: {hint}{command} prints {', '.join(known)}"
