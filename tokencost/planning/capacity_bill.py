"""What a fleet is rented for: the user's price, or the catalogue's offers on the terms that the spec mixes."""

from collections.abc import Mapping

from tokencost.catalog.load import Catalog
from tokencost.money.bill import bill_of_fleet
from tokencost.money.renting import Share, bill_of_shares, rented_gpus
from tokencost.nouns.answer import Bill
from tokencost.nouns.hardware import GpuPrice
from tokencost.nouns.request import Renting, Traffic
from tokencost.planning.prices import described
from tokencost.units import Fraction, UsdPerSecond

ON_DEMAND = {"on-demand": 1.0}


def bill_of_rent(
    catalog: Catalog, gpu: str, gpus: float, *, traffic: Traffic, renting: Renting, own: UsdPerSecond | None
) -> Bill:
    """A month of so many GPUs, and an asset at the average rate."""
    if own is not None:
        return bill_of_fleet(gpus, traffic.average, own, "your price")
    allotted = allotment(gpus, renting.mix or ON_DEMAND)
    return bill_of_shares([_cheapest(catalog, gpu, term, count) for term, count in allotted.items()], traffic.average)


def allotment(gpus: float, mix: Mapping[str, Fraction]) -> dict[str, float]:
    """Whole GPUs by term that add up to the fleet; terms that get none are left out."""
    cut, found, so_far = 0.0, {}, 0.0
    for term, share in mix.items():
        so_far += float(share)
        following = float(round(min(so_far, 1.0) * gpus))
        found[term], cut = following - cut, following
    return {term: count for term, count in found.items() if count}


def _offers(catalog: Catalog, gpu: str, term: str) -> list[GpuPrice]:
    """Every offer for a GPU on a term; the catalogue remembers them, a plan asks hundreds of times."""
    key = (f"offers, {term}", gpu)
    if key not in catalog.cache:
        catalog.cache[key] = [offer for offer in catalog.all("prices") if offer.gpu == gpu and offer.term == term]
    found: list[GpuPrice] = catalog.cache[key]
    return found


def _cheapest(catalog: Catalog, gpu: str, term: str, gpus: float) -> Share:
    """The offer on this term whose whole instances cost least; the first by name of equal ones."""
    name = "GPUs" if term == "on-demand" else f"GPUs, {term}"
    offers = _offers(catalog, gpu, term)
    if not offers:
        source = f"no {term} price known for {gpu}; give --price or platform.price"
        return Share(name=name, gpus=gpus, per_instance=1.0, price=None, source=source)
    best = min(offers, key=lambda offer: (rented_gpus(gpus, offer.gpus_per_instance) * offer.lines[-1].price, offer.id))
    return Share(
        name=name, gpus=gpus, per_instance=float(best.gpus_per_instance), price=best.lines[-1].price,
        source=described(best),
    )  # fmt: skip
