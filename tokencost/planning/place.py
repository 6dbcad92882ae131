"""Where in a spec something stands."""

from tokencost.nouns.answer import Plan


def place_of(found: Plan, path: str) -> tuple[int, int]:
    """Line and column of a path, or of the nearest part around it that the spec has."""
    while path:
        if path in found.places:
            return found.places[path]
        path = path.rpartition(".")[0]
    return 1, 1
