"""Checked plain data (the compiled index) to nouns, without pydantic: the data was checked when it was compiled."""

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

Decoder = Callable[[Any], Any]


def decode(kind: Any, data: Any) -> Any:
    """`data` as an instance of `kind` (a noun, or a union of nouns told apart by their `kind`)."""
    return decoder(kind)(data)


@functools.cache
def decoder(hint: Any) -> Decoder:
    """The function that turns plain data into `hint`."""
    origin = get_origin(hint)
    if origin is Annotated:
        return decoder(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return _union(get_args(hint))
    if origin is tuple:
        return _tuple(get_args(hint))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = decoder(get_args(hint)[1])
        return lambda data: {k: value(v) for k, v in data.items()}
    if dataclasses.is_dataclass(hint):
        return _noun(hint)
    return lambda data: data


def _tuple(items: tuple[Any, ...]) -> Decoder:
    if items[-1] is Ellipsis:
        each = decoder(items[0])
        return lambda data: tuple(each(v) for v in data)
    decoders = [decoder(item) for item in items]
    return lambda data: tuple(d(v) for d, v in zip(decoders, data, strict=True))


def _union(options: tuple[Any, ...]) -> Decoder:
    nouns: list[Any] = [o for o in options if dataclasses.is_dataclass(o)]
    if len(nouns) == 1:
        one = decoder(nouns[0])
        return lambda data: None if data is None else one(data)
    if not nouns:
        return lambda data: tuple(data) if isinstance(data, list) else data
    members = tuple(nouns)
    return lambda data: None if data is None else decoder(_by_kind(members)[data["kind"]])(data)


@functools.cache
def _by_kind(nouns: tuple[Any, ...]) -> dict[str, Any]:
    """Members of a union by what their `kind` says; asked for when the first one is met."""
    return {get_args(get_type_hints(noun)["kind"])[0]: noun for noun in nouns}


def _noun(kind: Any) -> Decoder:
    fields = {name: decoder(hint) for name, hint in get_type_hints(kind, include_extras=True).items()}
    return lambda data: kind(**{name: fields[name](value) for name, value in data.items()})
