"""Looking into the price book: who asks what, where, on which terms, since when, and how long ago that was."""

import datetime
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokencost.catalog.load import Catalog
from tokencost.catalog.places import country_of, residency_named
from tokencost.errors import CatalogError
from tokencost.money.rate import SECONDS_PER_HOUR
from tokencost.nouns.hardware import GpuPrice
from tokencost.nouns.model import ApiPrice
from tokencost.nouns.price_book import SetAside
from tokencost.units import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to list; empty is everything."""

    gpu: str = ""
    model: str = ""
    provider: str = ""
    region: str = ""
    term: str = ""
    residency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A price on the day it was seen."""

    since: str
    price: Count
    source: str
    seen: str = ""

    @property
    def day(self) -> str:
        """The last day on which it was seen."""
        return self.seen or self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One offer: for a GPU by the hour, or for an asset of a model; `seen` from the oldest to the newest.

    `term` is that of a GPU, or the variant of a model; `tokens` those of an asset where they are published.
    """

    id: str
    kind: str
    about: str
    provider: str
    region: str
    country: str
    term: str
    instance: str
    gpus_per_instance: int
    unit: str
    tokens: int
    ended: str
    seen: tuple[Seen, ...]

    @property
    def newest(self) -> Seen:
        """The price in force."""
        return self.seen[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Offers, the cheapest of each GPU or model first; `on` is the day that ages are told for."""

    on: datetime.date
    offers: tuple[Offer, ...]
    seal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicts:
    """Prices that were found and are not used."""

    aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """An entry of the bibliography."""

    id: str
    title: str
    kind: str
    url: str
    retrieved: str
    licence: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """One offer with everything that is known of its sources."""

    on: datetime.date
    offer: Offer
    sources: tuple[SourceView, ...]


def price_list(catalog: Catalog, wanted: Wanted, on: datetime.date) -> PriceList:
    """The offers that are asked for; raises CatalogError for a name that nothing has."""
    gpu = catalog.get("gpus", wanted.gpu).id if wanted.gpu else ""
    model = catalog.get("models", wanted.model).id if wanted.model else ""
    countries = residency_named(catalog, wanted.residency).countries if wanted.residency else ()
    every = list(_every(catalog))
    for field, name in (("provider", wanted.provider), ("region", wanted.region), ("term", wanted.term)):
        _known(field, name, every)
    found = [
        offer for offer in every
        if (not gpu or offer.about == gpu) and (not model or offer.about == model)
        and not ((gpu or wanted.region or wanted.residency) and offer.kind == "api" and not model)
        and _same(offer.provider, wanted.provider) and _same(offer.region, wanted.region)
        and _same(offer.term, wanted.term) and (not wanted.residency or offer.country in countries)
    ]  # fmt: skip
    order = {"gpu": 0, "api": 1}
    found.sort(
        key=lambda offer: (order[offer.kind], offer.about, offer.term if offer.kind == "gpu" else "", _cost(offer))
    )
    return PriceList(on=on, offers=tuple(found), seal=catalog.seal)


def _cost(offer: Offer) -> tuple[float, str]:
    return float(offer.newest.price) * (offer.tokens if offer.unit == "USD/token" else 1), offer.id


def _same(name: str, asked: str) -> bool:
    return not asked or name.lower() == asked.strip().lower()


def _known(field: str, name: str, every: Sequence[Offer]) -> None:
    there = {str(getattr(offer, field)) for offer in every if getattr(offer, field)}
    if name and not any(_same(one, name) for one in there):
        near = difflib.get_close_matches(name.lower()[:60], sorted(one.lower() for one in there), 3, 0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise CatalogError(f"no price has the {field} {name[:60]!r}{hint}")


def _every(catalog: Catalog) -> Iterator[Offer]:
    yield from (_of_gpu(catalog, price) for price in catalog.all("prices"))
    yield from (_of_api(price) for price in catalog.all("api_prices"))


def _of_gpu(catalog: Catalog, price: GpuPrice) -> Offer:
    seen = (
        Seen(since=line.since, price=line.price * SECONDS_PER_HOUR, source=line.source, seen=line.seen)
        for line in price.lines
    )
    return Offer(
        id=price.id, kind="gpu", about=price.gpu, provider=price.provider, region=price.region,
        country=country_of(catalog, price), term=price.term, instance=price.instance,
        gpus_per_instance=price.gpus_per_instance, unit="USD/h", tokens=0, ended="", seen=tuple(seen),
    )  # fmt: skip


def _of_api(price: ApiPrice) -> Offer:
    seen = tuple(Seen(since=ln.since, price=ln.price, source=ln.source, seen=ln.seen) for ln in price.lines)
    return Offer(
        id=price.id, kind="api", about=price.model, provider=price.provider, region="", country="",
        term=price.variant, instance="", gpus_per_instance=0, unit=f"USD/{price.per}", tokens=price.tokens,
        ended=price.ended, seen=seen,
    )  # fmt: skip


def conflicts(catalog: Catalog, about: str = "") -> Conflicts:
    """What was set aside, of one GPU or model or of all."""
    named = {catalog.find(kind, about) for kind in ("gpus", "models")} - {None}
    if about and not named:
        raise CatalogError(f"no GPU or model is called {about[:60]!r}")
    return Conflicts(aside=tuple(one for one in catalog.all("set_aside") if not about or one.about in named))


def price_shown(catalog: Catalog, name: str, on: datetime.date) -> OfferView:
    """One offer by its id, with its history; raises CatalogError that names the nearest."""
    every = {offer.id: offer for offer in _every(catalog)}
    offer = every.get(name) or next((o for o in every.values() if o.id.lower() == name.lower()), None)
    if offer is None:
        near = difflib.get_close_matches(name.lower()[:100], every, 3, 0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "`tokencost prices list` shows what there is"
        raise CatalogError(f"no price is called {name[:60]!r}; {hint}")
    names = dict.fromkeys(seen.source.partition(",")[0] for seen in offer.seen)
    return OfferView(on=on, offer=offer, sources=tuple(_source(catalog, name) for name in names))


def _source(catalog: Catalog, name: str) -> SourceView:
    said = catalog.index["sources"].get(name, {})
    text = {key: str(said.get(key, "")) for key in ("title", "kind", "url", "retrieved", "licence", "note")}
    return SourceView(id=name, **text)
