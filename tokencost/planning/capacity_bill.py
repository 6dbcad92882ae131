"""What a fleet is rented for: the user's price, or the catalogue's offers on the terms that the spec mixes."""

from collections.abc import Mapping
from typing import NamedTuple

from tokencost.catalog.load import Catalog
from tokencost.money.rate import effective
from tokencost.money.renting import Share, bill_of_shares, rented_gpus
from tokencost.nouns.answer import Bill
from tokencost.nouns.request import Renting, Terms, Traffic
from tokencost.planning.options import ANY_TERMS
from tokencost.planning.prices import ON_DEMAND, own_rate, rated, unpriced
from tokencost.units import Fraction, UsdPerSecond


class Asking(NamedTuple):
    """The user's own price, if there is one, and the terms that are agreed."""

    own: UsdPerSecond | None = None
    terms: Terms = ANY_TERMS


def bill_of_rent(
    catalog: Catalog, gpu: str, gpus: float, *, traffic: Traffic, renting: Renting, asking: Asking
) -> Bill:
    """A month of so many GPUs, and an asset at the average rate."""
    if asking.own is not None:
        rate = own_rate(asking.own, asking.terms)
        return bill_of_shares([Share(name="GPUs", gpus=gpus, per_instance=1.0, rate=rate)], traffic.average)
    if renting.mix or not asking.terms.terms:
        allotted = allotment(gpus, renting.mix or {ON_DEMAND: 1.0})
        shares = [_cheapest(catalog, gpu, (term,), count, asking.terms) for term, count in allotted.items()]
    else:
        shares = [_cheapest(catalog, gpu, asking.terms.terms, gpus, asking.terms)]
    return bill_of_shares(shares, traffic.average)


def allotment(gpus: float, mix: Mapping[str, Fraction]) -> dict[str, float]:
    """Whole GPUs by term that add up to the fleet; terms that get none are left out."""
    cut, found, so_far = 0.0, {}, 0.0
    for term, share in mix.items():
        so_far += float(share)
        following = float(round(min(so_far, 1.0) * gpus))
        found[term], cut = following - cut, following
    return {term: count for term, count in found.items() if count}


def _cheapest(catalog: Catalog, gpu: str, of: tuple[str, ...], gpus: float, terms: Terms) -> Share:
    """The offer on these terms whose whole instances cost least; the first by name of equal ones."""
    rates = rated(catalog, gpu, of, terms)
    if not rates:
        return Share(name=_named(of[0]), gpus=gpus, per_instance=1.0, rate=unpriced(gpu, terms, of[0]))
    best, rate = min(
        rates,
        key=lambda one: (rented_gpus(gpus, one[0].gpus_per_instance) * (effective(one[1]) or 0.0), one[0].id),
    )
    return Share(name=_named(best.term), gpus=gpus, per_instance=float(best.gpus_per_instance), rate=rate)


def _named(term: str) -> str:
    return "GPUs" if term == ON_DEMAND else f"GPUs, {term}"
