"""Results that were saved as JSON, read again by the schema that declares them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tokencost.errors import Problem, SpecError
from tokencost.reading.document import Document
from tokencost.reading.strict_json import read_json_file
from tokencost.reading.validate import problems_of
from tokencost.report.schemas.change import Check, Diff
from tokencost.report.schemas.part import Part
from tokencost.report.schemas.plan import Plan

KINDS: dict[str, type[Part]] = {"tokencost.check/1": Check, "tokencost.plan/1": Plan, "tokencost.diff/1": Diff}
HINT = "`tokencost check SPEC --format json -o FILE` writes one"
MOST = 10_000
"""Results of one file at most."""


def saved_results(path: Path) -> Sequence[Part]:
    """Checks, plans or diffs, all of one kind; raises SpecError for anything that tokencost did not write."""
    data = read_json_file(path).data
    members = data if isinstance(data, list) else [data]
    if not 0 < len(members) <= MOST:
        raise SpecError(Problem(f"holds {len(members):,} results; from 1 to {MOST:,} are read", str(path)))
    found = [_result(member, str(path)) for member in members]
    if len({type(one) for one in found}) > 1:
        raise SpecError(Problem("holds results of several commands; save one command's at a time", str(path)))
    return found


def _result(data: Any, file: str) -> Part:
    said = data.get("schema") if isinstance(data, Mapping) else None
    kind = KINDS.get(said) if isinstance(said, str) else None
    if kind is None:
        known = ", ".join(KINDS)
        raise SpecError(Problem(f"schema is {str(said)[:60]!r}, but a result has one of {known}; {HINT}", file))
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise SpecError(*problems_of(error, Document(data, file), kind)) from None
