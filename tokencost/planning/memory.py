"""What a plan has computed before: a search for the place where a choice changes asks the same again and again."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from tokencost.catalog.load import Catalog
from tokencost.formula import watched
from tokencost.record import replace

T = TypeVar("T")

MOST = 50_000
"""Results that are kept at most, a few hundred megabytes; then all are forgotten. A plan needs a few thousand."""
MISSING = object()


def remembering(catalog: Catalog) -> Catalog:
    """The same catalogue, with room to remember what was computed from it."""
    return catalog if catalog.memory is not None else replace(catalog, memory={})


def remembered(catalog: Catalog, key: Hashable, make: Callable[[], T]) -> T:
    """What was made before under the same key, where the catalogue remembers and nobody records the derivation."""
    memory = catalog.memory
    if memory is None or watched():
        return make()
    try:
        found = memory.get(key, MISSING)
    except TypeError:  # a key that holds a sweep's arrays: what is asked of many points at once is not asked again
        return make()
    if found is MISSING:
        if len(memory) >= MOST:
            memory.clear()
        found = memory[key] = make()
    return cast(T, found)
