"""Problems of types as problems of files: where it stands, what was expected, and the nearest valid value."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tokencost.errors import Problem, SpecError
from tokencost.reading.document import Document, Path
from tokencost.reading.shape import choices, inside, keys_of, records, tag_of
from tokencost.units import quoted

MANY = 14
"""More names than these are not listed, only the nearest is."""
UNKNOWN_KEY = {"extra_forbidden", "unexpected_keyword_argument"}
MISSING = {"missing", "missing_argument", "missing_keyword_only_argument"}
MAPPING_DUE = {
    "model_type",
    "model_attributes_type",
    "dataclass_type",
    "dict_type",
    "mapping_type",
    "dataclass_exact_type",
}
COUNTED = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}
LIST_DUE = {"list_type", "tuple_type", "set_type", "iterable_type"}


class MisfitError(ValueError):
    """A record whose fields do not fit together; `at` is the path of the one to mend, from that record."""

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.at: Path = at


def validate(kind: Any, document: Document) -> Any:
    """The document as a value of `kind`; raises SpecError with every problem."""
    try:
        return TypeAdapter(kind).validate_python(document.data)
    except ValidationError as error:
        raise SpecError(*problems_of(error, document, kind)) from None


def problems_of(error: ValidationError, document: Document, kind: Any) -> list[Problem]:
    """What pydantic found, in the order of the file and without repetition."""
    found: dict[tuple[Path, str], Problem] = {}
    for detail in error.errors(include_url=False):
        path, around = located(detail["loc"], document.data, kind)
        if around is not None:
            problem = _problem(detail, path, around, document)
            found.setdefault((path, problem.message), problem)
    if not found:
        found[(), ""] = _no_such_kind(error, document, kind)
    return in_order(found.values())


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by place; those without one last."""
    return sorted(problems, key=lambda p: (p.line or 1 << 30, p.column))


def located(loc: tuple[str | int, ...], data: Any, kind: Any) -> tuple[Path, Any]:
    """Path in the file of pydantic's `loc`, and the kind of what surrounds its end.

    Parts that name a member of a union are no part of the file. The kind is None if the problem belongs
    to a member of a union that the record does not claim to be.
    """
    path: Path = ()
    around = kind
    for n, part in enumerate(loc):
        if _has(data, part):
            path, data, kind, around = (*path, part), data[part], inside(kind, part), kind
            continue
        member = next((r for r in records(kind) if r.__name__ == part), None)
        if member is not None and len(records(kind)) > 1:
            if not _claims(data, member):
                return path, None
            kind = around = member
        elif n == len(loc) - 1 and isinstance(data, dict) and part in keys_of(kind):
            return (*path, part), kind
    return path, around if around is not None else object


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list | tuple) and isinstance(part, int) and part < len(data)


def _claims(data: Any, member: Any) -> bool:
    said = data.get("kind") if isinstance(data, dict) else None
    return not tag_of(member) or said in tag_of(member)


def _no_such_kind(error: ValidationError, document: Document, kind: Any) -> Problem:
    tags = [tag for record in records(kind) for tag in tag_of(record)]
    said = document.data.get("kind") if isinstance(document.data, dict) else None
    if tags and said is not None:
        return document.problem(("kind",), f"{quoted(said)} is not known; {suggestion(str(said), tags)}")
    return document.problem((), f"the key kind is missing; {listed(tags)}" if tags else _plainly(error.errors()[0]))


def _problem(detail: Any, path: Path, around: Any, document: Document) -> Problem:
    """One of pydantic's complaints in the words of the file."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in UNKNOWN_KEY:
        name = str(path[-1]) if path else ""
        return document.key_problem(path, f"unknown key {quoted(name)}; {suggestion(name, keys_of(around))}")
    if kind in MISSING:
        words = choices(inside(around, path[-1])) if path else []
        text = f"the key {quoted(path[-1] if path else '')} is missing"
        return document.key_problem(path[:-1], f"{text}; {listed(words)}" if words else text)
    if isinstance(context.get("error"), MisfitError):
        return document.problem((*path, *context["error"].at), str(context["error"]))
    return document.problem(path, _worded(detail, path, around))


def _worded(detail: Any, path: Path, around: Any) -> str:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return f"{quoted(given)} is not known here; {suggestion(str(given), allowed)}"
    if kind in MAPPING_DUE:
        due = inside(around, path[-1]) if path else around
        hint = f"; {listed(keys_of(due))}" if keys_of(due) else ""
        return f"{quoted(given)} stands where a mapping is due{hint}"
    if kind in LIST_DUE:
        return f"{quoted(given)} stands where a list is due"
    if kind in COUNTED:
        count, (bound, words) = context["actual_length"], COUNTED[kind]
        return f"{count} {'entry' if count == 1 else 'entries'}; {words} {context[bound]} are due"
    if kind == "string_type":
        return f"{quoted(given)} is not text" + ("" if isinstance(given, list | dict | None) else "; put it in quotes")
    return _plainly(detail)


def _plainly(detail: Any) -> str:
    """Pydantic's own words, as a clause about what was given."""
    message = str(detail["msg"]).removeprefix("Value error, ")
    if message.startswith(("Input should", "Tuple should", "List should", "Dictionary should")):
        return f"{quoted(detail['input'])} {message[message.index('should') :]}"
    return message[:300]


def suggestion(name: str, allowed: list[str]) -> str:
    """The nearest of the allowed names, then all of them if they are few."""
    spelled = {a.lower(): a for a in allowed}
    near = difflib.get_close_matches(name.lower()[:100], spelled, 1, 0.6)
    hint = f"did you mean {quoted(spelled[near[0]])}?" if near else ""
    return f"{hint} {listed(allowed)}".strip() if len(allowed) <= MANY or not near else hint


def listed(allowed: list[str]) -> str:
    """What may stand here, if that can be said shortly."""
    return (
        f"allowed: {', '.join(allowed[:MANY])}{', ...' if len(allowed) > MANY else ''}"
        if allowed
        else "none is allowed here"
    )


def known(data: Any) -> Mapping[str, Any]:
    """`data` if it is a mapping, else an empty one."""
    return data if isinstance(data, dict) else {}
