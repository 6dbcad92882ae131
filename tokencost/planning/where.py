"""Where a model is cheapest: every GPU, provider, region and term that is allowed, beside what APIs ask.

A model is timed and sized once for each GPU; offers differ in price and in the whole instances that have to be rented.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from tokencost.catalog.load import Catalog
from tokencost.catalog.places import country_of
from tokencost.money.bill import monthly_assets
from tokencost.money.rate import SECONDS_PER_HOUR, effective
from tokencost.money.renting import Share, bill_of_shares
from tokencost.nouns.answer import Bill, Candidate
from tokencost.nouns.hardware import GpuPrice, Term
from tokencost.nouns.model import ApiPrice, Model
from tokencost.nouns.request import Terms
from tokencost.nouns.where import Place, Where
from tokencost.planning.asked import Asked
from tokencost.planning.assumed import priced
from tokencost.planning.breaking_even import break_evens
from tokencost.planning.candidates import judge
from tokencost.planning.estimate import asset_of
from tokencost.planning.memory import remembering
from tokencost.planning.options import RunOptions
from tokencost.planning.prices import allowed, covers, dated, price_of_asset, rate_of
from tokencost.units import Usd

TERMS: tuple[Term, ...] = (
    "on-demand", "spot", "reserved", "reserved-1y", "reserved-3y", "savings-1y", "savings-3y"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked, of which models, on which GPUs (empty: every one that is let) and on which terms."""

    title: str
    models: tuple[Model, ...]
    asked: Asked
    options: RunOptions
    gpus: tuple[str, ...]
    terms: Terms


def where(catalog: Catalog, search: Search) -> Where:
    """Every allowed place, the cheapest first, and the volume from which a fleet of one's own beats each API."""
    catalog = remembering(catalog)
    offers = _offers(catalog, search)
    found = [place for model in search.models for place in _places(catalog, model, search, offers)]
    places = tuple(sorted(found, key=_rank))
    request, traffic = search.asked.request, search.asked.traffic
    return Where(
        title=search.title, task=request.task, width=request.width, height=request.height, frames=request.frames,
        average=traffic.average if traffic else 0.0, allowed=tuple(_said(search)), places=places,
        break_even=break_evens(catalog, search.models, search.asked, search.options, places),
        seal=catalog.seal,
    )  # fmt: skip


def _rank(place: Place) -> tuple[bool, float, float, str, str, str]:
    cost = inf if place.per_asset is None else float(place.per_asset)
    return bool(place.reason), cost, float(place.seconds), place.model, place.gpu, f"{place.provider} {place.region}"


def _said(search: Search) -> Iterator[tuple[str, str]]:
    terms = search.terms
    for name, said in (
        ("providers", ", ".join(terms.providers)), ("regions", ", ".join(terms.regions)),
        ("terms", ", ".join(terms.terms)), ("residency", terms.residency), ("GPUs", ", ".join(search.gpus)),
        ("GPUs of an instance at most", str(terms.largest or "")),
    ):  # fmt: skip
        if said:
            yield name, said


def _offers(catalog: Catalog, search: Search) -> dict[str, list[GpuPrice]]:
    """Allowed offers by GPU."""
    found: dict[str, list[GpuPrice]] = {}
    for offer in catalog.all("prices"):
        wanted = not search.gpus or offer.gpu in search.gpus
        if wanted and offer.term in (search.terms.terms or TERMS) and allowed(catalog, offer, search.terms):
            found.setdefault(offer.gpu, []).append(offer)
    return found


def _places(catalog: Catalog, model: Model, search: Search, offers: dict[str, list[GpuPrice]]) -> Iterator[Place]:
    if search.asked.request.task not in model.tasks:
        yield _nowhere(model, f"does not do {search.asked.request.task}")
    elif model.family == "api":
        yield from _sold(catalog, model, search)
    else:
        yield from _rented(catalog, model, search, offers)


def _rented(catalog: Catalog, model: Model, search: Search, offers: dict[str, list[GpuPrice]]) -> Iterator[Place]:
    """A model on every offer of every GPU that it runs on; where it runs on none, the nearest miss."""
    found: list[Place] = []
    for gpu, of_gpu in sorted(offers.items()):
        candidate = judge(catalog, model, search.asked, [replace(search.options, gpu=gpu)])
        broken = [v for v in candidate.violations if not v.constraint.startswith("budget")]
        reason = broken[0].message if broken else ""
        found += [_at(catalog, candidate, offer, search, reason) for offer in of_gpu]
    good = [place for place in found if not place.reason]
    if good or not found:
        yield from good or [_nowhere(model, "no offer is allowed")]
    else:
        yield min(found, key=_rank)


def _at(catalog: Catalog, candidate: Candidate, offer: GpuPrice, search: Search, reason: str) -> Place:
    bill = _bill(candidate, offer, search)
    paid, line = effective(rate_of(offer, search.terms)), offer.lines[-1]
    run = candidate.estimate
    fleet = candidate.capacity.gpus if candidate.capacity else float(search.options.gpus)
    return Place(
        model=candidate.model, family=candidate.family, gpu=offer.gpu, provider=offer.provider, region=offer.region,
        country=country_of(catalog, offer), term=offer.term, instance=offer.instance,
        per_instance=float(offer.gpus_per_instance), variant="",
        hourly=None if paid is None else paid * SECONDS_PER_HOUR, seconds=run.latency.value if run else inf,
        gpus=fleet, per_asset=bill.per_asset if bill else None, per_month=bill.per_month if bill else None,
        since=dated(line), source=line.source, reason=reason,
    )  # fmt: skip


def _bill(candidate: Candidate, offer: GpuPrice, search: Search) -> Bill | None:
    """The rent of the fleet where there is traffic, else the time of a request on a replica that is never idle."""
    rate, traffic = rate_of(offer, search.terms), search.asked.traffic
    if candidate.estimate is None:
        return None
    if traffic is None or candidate.capacity is None:
        return priced(candidate.estimate, rate).bill if traffic is None else None
    per_instance = float(offer.gpus_per_instance)
    share = Share(name="GPUs", gpus=candidate.capacity.gpus, per_instance=per_instance, rate=rate)
    return bill_of_shares([share], traffic.average)


def _sold(catalog: Catalog, model: Model, search: Search) -> Iterator[Place]:
    """Every size and quality of an API that covers the request, each at its own price."""
    judged = judge(catalog, model, search.asked, [search.options])
    broken = [v for v in judged.violations if not v.constraint.startswith("budget")]
    request = search.asked.request
    found = [
        offer for offer in catalog.all("api_prices")
        if offer.model == model.id and covers(offer, int(request.width), int(request.height)) and not offer.ended
    ]  # fmt: skip
    for offer in sorted(_smallest(found), key=lambda one: one.id):
        yield _api(offer, model, search, broken[0].message if broken else "")
    if not found:
        yield _nowhere(model, broken[0].message if broken else "no price published for this size")


def _smallest(offers: Sequence[ApiPrice]) -> list[ApiPrice]:
    """Of each quality the cheapest size that is large enough."""
    best: dict[tuple[str, str], ApiPrice] = {}
    for offer in sorted(offers, key=lambda one: (price_of_asset(one), one.max_pixels, one.id)):
        best.setdefault((offer.provider, offer.quality), offer)
    return list(best.values())


def _api(offer: ApiPrice, model: Model, search: Search, reason: str) -> Place:
    each: Usd = offer.lines[-1].price * asset_of(offer, search.asked.request)
    traffic = search.asked.traffic
    return Place(
        model=model.id, family=model.family, gpu="", provider=offer.provider, region="", country="", term="API",
        instance="", per_instance=1.0, variant=offer.variant, hourly=None, seconds=offer.typical_latency,
        gpus=0.0, per_asset=each,
        per_month=each * monthly_assets(traffic.average) if traffic else None, since=dated(offer.lines[-1]),
        source=offer.lines[-1].source, reason=reason,
    )  # fmt: skip


def _nowhere(model: Model, reason: str) -> Place:
    return Place(
        model=model.id, family=model.family, gpu="", provider="", region="", country="", term="", instance="",
        per_instance=1.0, variant="", hourly=None, seconds=inf, gpus=0.0, per_asset=None, per_month=None, since="",
        source="", reason=reason,
    )  # fmt: skip
