"""`--set a.b=c`: values from the command line over those of a file, by the same rules."""

import copy
from collections.abc import Sequence
from typing import Any

from tokencost.errors import Problem, SpecError
from tokencost.reading.characters import forbidden
from tokencost.reading.document import Document, Path, printable
from tokencost.reading.scalars import plain
from tokencost.reading.strict import MAX_LEVELS, read
from tokencost.record import replace
from tokencost.units import quoted


def overridden(document: Document, overrides: Sequence[str]) -> Document:
    """The document with every override put in; raises SpecError for one that cannot be."""
    data, flags, problems = copy.deepcopy(document.data), dict(document.flags), []
    for override in overrides:
        flag = f"--set {printable(override[:60])}"
        path = tuple(override.partition("=")[0].strip().split("."))
        try:
            value = _value(override, flag)
            flags |= dict.fromkeys(_put(data, path, value), flag)
        except ValueError as error:
            problems.append(Problem(str(error), file=flag))
        except SpecError as error:
            problems += [Problem(problem.message, file=flag) for problem in error.problems]
    if problems:
        raise SpecError(*problems)
    return replace(document, data=data, flags=flags)


def _value(override: str, flag: str) -> Any:
    """A plain scalar, or in brackets, braces or quotes whatever the file could hold."""
    _, found, text = override.partition("=")
    if not found or not text.strip():
        raise ValueError("write --set path=value, for example --set budget.per_asset='0.01 USD'")
    if text.strip()[0] in "[{\"'":
        return read(text.strip().encode("utf-8", "replace"), flag).data
    for _, what in forbidden(text):
        raise ValueError(f"{what} may not stand in a value")
    return plain(text.strip())


def _put(data: Any, path: tuple[str, ...], value: Any) -> list[Path]:
    """Set the value at a path, making mappings on the way; the paths that were not there before, and its own."""
    done: Path = ()
    made: list[Path] = []
    if len(path) > MAX_LEVELS:
        raise ValueError(f"the path has more than {MAX_LEVELS} parts")
    for part in path[:-1]:
        key = _key(data, part)
        done = (*done, key)
        if isinstance(data, dict) and key not in data:
            data[key] = {}
            made.append(done)
        data = data[key]
    key = _key(data, path[-1])
    data[key] = value
    return [*made, (*done, key)]


def _key(data: Any, part: str) -> Any:
    if isinstance(data, list):
        if not (part.isascii() and part.isdecimal() and len(part) < 10 and int(part) < len(data)):
            raise ValueError(f"{quoted(part)} is not a position in a list of {len(data)}; positions count from 0")
        return int(part)
    if not isinstance(data, dict) or not part:
        raise ValueError(f"there is nothing to set at {quoted(part)}; what surrounds it is not a mapping")
    return part
