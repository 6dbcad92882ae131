"""Regions by name: whose grid it is, in any case."""

import difflib

from tokencost.catalog.load import Catalog
from tokencost.errors import CatalogError
from tokencost.nouns.electricity import Grid


def region_named(catalog: Catalog, name: str) -> tuple[str, Grid]:
    """A region as its grid spells it, and the grid; raises CatalogError that names the nearest."""
    exact = next((grid for grid in catalog.all("grids") if name in grid.carbon), None)
    if exact is not None:
        return name, exact
    known = _regions(catalog)
    found = known.get(name.strip().lower())
    if found is None:
        raise CatalogError(unknown_region(catalog, name))
    return found


def unknown_region(catalog: Catalog, name: str) -> str:
    """What to say when no region is called `name`; empty where one is."""
    known = _regions(catalog)
    if name.strip().lower() in known:
        return ""
    near = [known[key][0] for key in difflib.get_close_matches(name.lower()[:60], known, 3, 0.5)]
    hint = f"did you mean {' or '.join(near)}?" if near else "`tokencost catalog list grids` shows what there is"
    return f"no region is called {name[:60]!r}; {hint}"


def _regions(catalog: Catalog) -> dict[str, tuple[str, Grid]]:
    """Every region in lower case; the first grid in the order of ids speaks where two know one."""
    found: dict[str, tuple[str, Grid]] = {}
    for grid in catalog.all("grids"):
        for name in grid.carbon:
            found.setdefault(name.lower(), (name, grid))
    return found
