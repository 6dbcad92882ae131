"""Which price a plan uses: the user's own, else the cheapest dated on-demand offer for that GPU."""

from tokencost.catalog.load import Catalog
from tokencost.nouns.hardware import GpuPrice
from tokencost.nouns.model import ApiPrice, ApiPriceLine
from tokencost.planning.memory import remembered
from tokencost.record import dataclass
from tokencost.units import UsdPerSecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price per GPU and second, and who asks it, where, on which terms, since when; None if nobody is known to."""

    price: UsdPerSecond | None
    source: str


def gpu_quote(catalog: Catalog, gpu: str, own: UsdPerSecond | None) -> Quote:
    """The user's own price wins; else the cheapest on-demand offer in the catalogue."""
    if own is not None:
        return Quote(price=own, source="your price")
    return remembered(catalog, ("quote", gpu), lambda: _cheapest(catalog, gpu))


def _cheapest(catalog: Catalog, gpu: str) -> Quote:
    offers = [p for p in catalog.all("prices") if p.gpu == gpu and p.term == "on-demand"]
    if not offers:
        return Quote(price=None, source=f"no price known for {gpu}; give --price or platform.price")
    best = min(offers, key=lambda offer: (offer.lines[-1].price, offer.id))
    return Quote(price=best.lines[-1].price, source=described(best))


def described(offer: GpuPrice) -> str:
    """Provider, instance, region, term and date of an offer."""
    line = offer.lines[-1]
    return f"{offer.provider} {offer.instance}, {offer.region}, {offer.term}, {line.since} [{line.source}]"


def api_offer(catalog: Catalog, model: str, width: int, height: int) -> tuple[ApiPrice, ApiPriceLine] | None:
    """The cheapest standard offer of an API model that covers the size, or None."""
    offers = [p for p in catalog.all("api_prices") if p.model == model and _covers(p, width, height)]
    if not offers:
        return None
    best = min(offers, key=lambda offer: (bool(offer.ended), offer.lines[-1].price, offer.id))
    return best, best.lines[-1]


def _covers(offer: ApiPrice, width: int, height: int) -> bool:
    largest = offer.max_pixels or offer.width * offer.height
    return not largest or width * height <= largest
