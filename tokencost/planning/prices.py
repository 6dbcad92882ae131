"""Which price a plan uses: the user's own, else the cheapest dated offer for that GPU that the terms allow."""

from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.catalog.places import stands_in
from tokencost.money.rate import Rate, agreed_price, effective, lost_share, unused_share
from tokencost.nouns.hardware import COMMITTED, GpuPrice, PriceLine
from tokencost.nouns.model import ApiPrice, ApiPriceLine
from tokencost.nouns.request import Terms
from tokencost.planning.memory import remembered
from tokencost.planning.options import ANY_TERMS
from tokencost.units import Usd, UsdPerSecond

ON_DEMAND = "on-demand"
OWN = "your price"


def gpu_quote(catalog: Catalog, gpu: str, own: UsdPerSecond | None, terms: Terms = ANY_TERMS) -> Rate:
    """The user's own price wins; else the cheapest offer of the catalogue that the terms allow, on demand if they
    name no term."""
    if own is not None:
        return own_rate(own, terms)
    return remembered(catalog, ("quote", gpu, terms), lambda: _cheapest(catalog, gpu, terms))


def own_rate(own: UsdPerSecond, terms: Terms) -> Rate:
    """A price that the user names, under what the user agreed beside it."""
    source = f"{OWN}, {terms.since}" if terms.since else OWN
    return _agreed(Rate(price=own, source=source, since=terms.since), terms, terms.terms[0] if terms.terms else "")


def _cheapest(catalog: Catalog, gpu: str, terms: Terms) -> Rate:
    found = rated(catalog, gpu, terms.terms or (ON_DEMAND,), terms)
    if not found:
        return unpriced(gpu, terms)
    return min(found, key=lambda one: (effective(one[1]) or 0.0, one[0].id))[1]


def rated(catalog: Catalog, gpu: str, of: tuple[str, ...], terms: Terms) -> tuple[tuple[GpuPrice, Rate], ...]:
    """Every offer for a GPU on one of these terms, at the places and in the instances that are allowed; its rate."""

    def make() -> tuple[tuple[GpuPrice, Rate], ...]:
        found = (offer for offer in catalog.all("prices") if offer.gpu == gpu and offer.term in of)
        return tuple((offer, rate_of(offer, terms)) for offer in found if allowed(catalog, offer, terms))

    return remembered(catalog, ("rated", gpu, of, terms), make)


def allowed(catalog: Catalog, offer: GpuPrice, terms: Terms) -> bool:
    """Whether an offer has the provider, region and instance that are asked for, and stands where it must."""
    return (
        _named(offer.provider, terms.providers)
        and _named(offer.region, terms.regions)
        and (not terms.instance or terms.instance.lower() in (offer.instance.lower(), _short(offer.instance)))
        and (not terms.largest or offer.gpus_per_instance <= terms.largest)
        and (not terms.residency or stands_in(catalog, offer, terms.residency))
    )


def _named(name: str, asked: Sequence[str]) -> bool:
    return not asked or name.lower() in {one.lower() for one in asked}


def _short(instance: str) -> str:
    """The name of an instance without what is said about it: `p4d.24xlarge` of `p4d.24xlarge, capacity block`."""
    return instance.partition(",")[0].lower()


def rate_of(offer: GpuPrice, terms: Terms) -> Rate:
    """An offer's newest price, under what was agreed."""
    line = offer.lines[-1]
    return _agreed(Rate(price=line.price, source=described(offer), since=dated(line)), terms, offer.term)


def _agreed(rate: Rate, terms: Terms, term: str) -> Rate:
    """A rate less the discount, with the hours that are lost on spot or bound by a commitment and not used."""
    if rate.price is None:
        return rate
    agreed = agreed_price(rate.price, terms.discount, terms.floor) if terms.discount else None
    beside, why = 0.0, ""
    if terms.interrupted and term not in (ON_DEMAND, *COMMITTED):
        beside, why = float(lost_share(terms.interrupted)), "lost to interruptions"
    elif terms.committed_use < 1 and (term in COMMITTED or not term):
        beside, why = float(unused_share(terms.committed_use)), "committed and not used"
    return Rate(price=rate.price, source=rate.source, since=rate.since, agreed=agreed, beside=beside, why=why)


def unpriced(gpu: str, terms: Terms, term: str = "") -> Rate:
    """Nobody is known to let this GPU so; it says what was asked for."""
    asked = [*terms.providers, *terms.regions, *([term] if term else terms.terms), terms.instance]
    asked += [f"residency {terms.residency}"] if terms.residency else []
    asked += [f"at most {terms.largest} GPUs an instance"] if terms.largest else []
    told = ", ".join(part for part in asked if part)
    where = f" ({told})" if told and told != term else ""
    kind = f"{term} " if term and told == term else ""
    return Rate(price=None, source=f"no {kind}price known for {gpu}{where}; give --price or platform.price")


def described(offer: GpuPrice) -> str:
    """Provider, instance, region, term and date of an offer."""
    line = offer.lines[-1]
    return f"{offer.provider} {offer.instance}, {offer.region}, {offer.term}, {dated(line)} [{line.source}]"


def dated(line: PriceLine | ApiPriceLine) -> str:
    """The last day on which a price was seen to be true."""
    return line.seen or line.since


def api_offer(catalog: Catalog, model: str, width: int, height: int) -> tuple[ApiPrice, ApiPriceLine] | None:
    """The cheapest standard offer of an API model that covers the size, or None."""
    found = [p for p in catalog.all("api_prices") if p.model == model and covers(p, width, height)]
    if not found:
        return None
    best = min(found, key=lambda offer: (bool(offer.ended), price_of_asset(offer), offer.id))
    return best, best.lines[-1]


def price_of_asset(offer: ApiPrice) -> Usd:
    """What one image, or one second of video, costs."""
    return offer.lines[-1].price * (offer.tokens if offer.per == "token" else 1)


def covers(offer: ApiPrice, width: int, height: int) -> bool:
    """Whether an offer is for assets of this size."""
    largest = offer.max_pixels or offer.width * offer.height
    return not largest or width * height <= largest
