"""Nouns made from nothing but their types, so that every formula can be called."""

import dataclasses
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tests.promises.records import first_network
from tokencost.nouns.network import Network
from tokencost.units import Unit, Whole

Maker = Callable[[Unit], Any]
TEXT = "bf16"
"""The text of every field and the key of every mapping: a precision, so that look-ups by precision succeed."""
WHOLE = 2


def build(hint: Any, number: Maker) -> Any:
    """A value of type `hint` whose every quantity is `number(unit)`.

    Shapes of networks only make sense together, so those are taken from the catalogue.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return quantity(hint, number)
    if origin in (Union, types.UnionType):
        return build(arguments[0], number)
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(build(item, number) for item in arguments if item is not Ellipsis)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {TEXT: build(arguments[1], number)}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return (build(arguments[0], number),)
    if hint in get_args(Network):
        return first_network(hint)
    if dataclasses.is_dataclass(hint):
        return build_noun(hint, number)
    return {bool: False, int: WHOLE, float: number(Unit(""))}.get(hint, TEXT)


def quantity(hint: Any, number: Maker) -> Any:
    """Whole numbers shape things and stay numbers."""
    unit = next((part for part in get_args(hint)[1:] if isinstance(part, Unit)), None)
    if unit is None:
        return build(get_args(hint)[0], number)
    return WHOLE if isinstance(unit, Whole) else number(unit)


def build_noun(hint: Any, number: Maker) -> Any:
    hints = get_type_hints(hint, include_extras=True)
    return hint(**{field.name: build(hints[field.name], number) for field in dataclasses.fields(hint) if field.init})


def arguments(fn: Callable[..., Any], number: Maker) -> Iterator[dict[str, Any]]:
    """Keyword arguments for `fn`, once for each member of a union that its first argument may be."""
    hints = {name: hint for name, hint in get_type_hints(fn, include_extras=True).items() if name != "return"}
    first = next(iter(hints))
    members = get_args(hints[first]) if get_origin(hints[first]) in (Union, types.UnionType) else (hints[first],)
    for member in members:
        yield {name: build(member if name == first else hint, number) for name, hint in hints.items()}
