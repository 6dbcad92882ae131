"""What a type allows at a place: its keys and its choices, read from the type itself."""

import dataclasses
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BaseModel


def keys_of(kind: Any) -> list[str]:
    """Names of the keys a mapping of this kind may have; empty if any key will do."""
    return sorted({name for record in records(kind) for name in fields(record)})


def inside(kind: Any, part: str | int) -> Any:
    """The kind of the value under one key or list position."""
    found = [hint for hint in _inside(kind, part) if hint is not None]
    return Union[tuple(found)] if found else None  # noqa: UP007


def _inside(kind: Any, part: str | int) -> Iterator[Any]:
    for option in options(kind):
        origin, args = get_origin(option), get_args(option)
        if origin in (list, tuple) and args:
            yield args[min(int(part), len(args) - 1)] if isinstance(part, int) and args[-1] is not ... else args[0]
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            yield args[1]
        elif part in (known := fields(option)):
            yield known[part]


def records(kind: Any) -> list[Any]:
    """The record types that a value of this kind may be."""
    return [option for option in options(kind) if fields(option)]


def options(kind: Any) -> Iterator[Any]:
    """The members of a union, or the kind itself, without annotations."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from options(get_args(kind)[0])
    elif origin in (Union, UnionType):
        for option in get_args(kind):
            yield from options(option)
    else:
        yield kind


def fields(kind: Any) -> dict[Any, Any]:
    """Keys of a record in a file, with the kind of each value; empty for anything that is no record."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {key: f.annotation for name, f in kind.model_fields.items() for key in _spellings(name, f)}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind, include_extras=True)
        return {f.name: hints[f.name] for f in dataclasses.fields(kind)}
    return {}


def _spellings(name: str, field: Any) -> list[str]:
    alias = field.validation_alias or field.alias or name
    return [str(c) for c in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


def choices(kind: Any) -> list[str]:
    """The words that a value of this kind may be; empty if it is not a choice."""
    return [str(word) for option in options(kind) if get_origin(option) is Literal for word in get_args(option)]


def tag_of(record: Any) -> list[str]:
    """What `kind` says in records of this type; empty if they have none."""
    return choices(fields(record).get("kind"))
