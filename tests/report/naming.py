"""Answers of real commands with every text in them replaced: whatever a field holds, it has to stay text."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from tokencost.catalog.load import Catalog

SHAPED = {"day", "since", "retrieved", "ended", "seen", "unit", "price_unit", "by", "bound", "family"}
"""Fields whose text a report reads: days, units, and words of the program's own that are typed as text."""


class Naming:
    """Every text becomes the name with a number of its own, so that what was the same stays the same.

    Words of a closed choice, fields of `SHAPED` and `kept` texts stay as they are: reports look them up.
    """

    def __init__(self, name: str, kept: frozenset[str] = frozenset()) -> None:
        self.name, self.kept = name, kept
        self.known: dict[str, str] = {}

    def of(self, value: Any, kind: Any = str, field: str = "") -> Any:
        """The value with every text replaced."""
        if isinstance(value, str):
            return self._text(value) if value and _free(kind) and field not in SHAPED else value
        if isinstance(value, Catalog):
            return value
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._record(value)
        if isinstance(value, BaseModel):
            hints = _hints(type(value))
            return value.model_copy(update={k: self.of(one, hints.get(k, str), k) for k, one in value})
        if isinstance(value, tuple | list):
            return self._sequence(value, kind, field)
        if isinstance(value, Mapping):
            keyed = get_args(kind)[0] if len(get_args(kind)) == 2 else str
            return {self.of(key, keyed): self.of(one, str, field) for key, one in value.items()}
        return value

    def _text(self, text: str) -> str:
        if text in self.kept:
            return text
        return self.known.setdefault(text, f"{self.name} {len(self.known)}")

    def _sequence(self, value: Any, kind: Any, field: str) -> Any:
        if hasattr(value, "_fields"):
            return type(value)(*(self.of(one) for one in value))
        inner = next((one for one in get_args(kind) if one is not ...), str) if get_origin(kind) is tuple else str
        return type(value)(self.of(one, inner, field) for one in value)

    def _record(self, value: Any) -> Any:
        hints = _hints(type(value))
        fields = [field.name for field in dataclasses.fields(value) if field.init]
        made = {name: self.of(getattr(value, name), hints.get(name, str), name) for name in fields}
        return dataclasses.replace(value, **made)


@cache
def _hints(kind: type) -> dict[str, Any]:
    try:
        return get_type_hints(kind)
    except NameError:
        return {}


def _free(kind: Any) -> bool:
    """Whether a text of this kind may be anything."""
    if get_origin(kind) in (Union, UnionType):
        return any(_free(one) for one in get_args(kind))
    return get_origin(kind) is not Literal
