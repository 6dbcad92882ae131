"""What a plan has computed before: a search for the place where a choice changes asks the same again and again."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TypeVar, cast

from tokencost.catalog.load import Catalog
from tokencost.formula import watched

T = TypeVar("T")


def remembering(catalog: Catalog) -> Catalog:
    """The same catalogue, with room to remember what was computed from it."""
    return catalog if catalog.memory is not None else replace(catalog, memory={})


def remembered(catalog: Catalog, key: Hashable, make: Callable[[], T]) -> T:
    """What was made before under the same key, where the catalogue remembers and nobody records the derivation."""
    memory = catalog.memory
    if memory is None or watched() or not _hashable(key):
        return make()
    if key not in memory:
        memory[key] = make()
    return cast(T, memory[key])


def _hashable(key: Hashable) -> bool:
    """Whether a key holds no arrays: what is asked of many points at once is not asked again."""
    try:
        hash(key)
    except TypeError:
        return False
    return True
