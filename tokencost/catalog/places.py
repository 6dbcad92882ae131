"""Where an offer's machines stand, and whether that is inside a residency."""

import difflib

from tokencost.catalog.load import Catalog
from tokencost.errors import CatalogError
from tokencost.nouns.hardware import GpuPrice
from tokencost.nouns.price_book import Residency

NOWHERE = ""


def country_of(catalog: Catalog, offer: GpuPrice) -> str:
    """ISO 3166 code of the country: as the offer says, else by the provider's table of regions, else empty."""
    return offer.country or _table(catalog, offer.provider).get(offer.region.lower(), NOWHERE)


def _table(catalog: Catalog, provider: str) -> dict[str, str]:
    key = ("regions of", provider.lower())
    if key not in catalog.cache:
        tables = [one.countries for one in catalog.all("places") if one.provider.lower() == provider.lower()]
        catalog.cache[key] = {region.lower(): country for table in tables for region, country in table.items()}
    found: dict[str, str] = catalog.cache[key]
    return found


def stands_in(catalog: Catalog, offer: GpuPrice, residency: str) -> bool:
    """Whether it is known that the machines stand in a country of the residency."""
    return country_of(catalog, offer) in residency_named(catalog, residency).countries


def residency_named(catalog: Catalog, name: str) -> Residency:
    """A residency by its label; raises CatalogError that names the nearest."""
    found = catalog.find("residencies", name)
    if found is None:
        near = difflib.get_close_matches(name.lower()[:40], catalog.names("residencies"), 1)
        hint = f"did you mean {near[0]}? " if near else ""
        known = ", ".join(catalog.names("residencies"))
        raise CatalogError(f"no residency is called {name[:40]!r}; {hint}known: {known}")
    residency: Residency = catalog.get("residencies", found)
    return residency
