"""What a fleet costs that follows the day: what is reserved all month, the rest by the hour that it runs."""

from collections.abc import Mapping, Sequence

from tokencost.catalog.load import Catalog
from tokencost.money.bill import asset_cost
from tokencost.money.rate import SECONDS_PER_HOUR
from tokencost.nouns.answer import Bill, Line
from tokencost.nouns.hardware import COMMITTED
from tokencost.nouns.request import LatencyLimit, Renting, Traffic
from tokencost.planning.capacity_bill import Asking, allotment, bill_of_rent
from tokencost.planning.prices import ON_DEMAND
from tokencost.record import dataclass, replace
from tokencost.serving.daily import BOOT, lead_of, replicas_of_the_day
from tokencost.serving.service import Service
from tokencost.units import Fraction, Seconds

STEADY = frozenset(COMMITTED)
"""Terms that are paid by the month, whatever runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Replicas in every interval: those that the load needs, and those that run because some start ahead of it."""

    needed: tuple[int, ...]
    running: tuple[int, ...]
    cold_start: Seconds


def day_of(service: Service, traffic: Traffic, limits: Sequence[LatencyLimit], renting: Renting, most: int) -> Day:
    """The day of a fleet of at most so many replicas."""
    cold_start = renting.cold_start or BOOT
    needed, running = (
        tuple(replicas_of_the_day(service, traffic, limits, lead=lead, most=most))
        for lead in (0.0, lead_of(service, cold_start))
    )
    return Day(needed=needed, running=running, cold_start=cold_start)


def bill_of_day(
    catalog: Catalog, gpu: str, gpus: float, day: Day, *, traffic: Traffic, renting: Renting, asking: Asking
) -> Bill:
    """A month of replicas of so many GPUs, spares included: the integral over the day, and what starting ahead adds."""
    needed, running = ([(count + float(renting.spares)) * gpus for count in part] for part in (day.needed, day.running))
    mix = renting.mix or dict.fromkeys(asking.terms.terms[:1] or (ON_DEMAND,), 1.0)
    steady = sum(count for term, count in allotment(max(running), mix).items() if term in STEADY)
    others = _part(renting, {term: share for term, share in mix.items() if term not in STEADY})

    def rent(count: float, terms: Renting) -> Bill:
        return bill_of_rent(catalog, gpu, count, traffic=traffic, renting=terms, asking=asking)

    base = rent(steady, _part(renting, {term: mix[term] for term in mix if term in STEADY})).lines if steady else ()
    served, started = (
        _mean([rent(count - steady, others) for count in part if count > steady], len(part))
        for part in (needed, running)
    )
    sources = dict.fromkeys(line.source for line in (*base, *started))
    return _bill((*base, *served, *_ahead(served, started)), traffic, "; ".join(sources))


def _part(renting: Renting, mix: Mapping[str, Fraction]) -> Renting:
    """The same renting of a part of the fleet: its terms by their share of the part."""
    whole = sum(float(share) for share in mix.values())
    return replace(renting, mix={term: float(share) / whole for term, share in mix.items()} if whole else {})


def _hours(lines: Sequence[Line]) -> float:
    """GPU hours that are rented; what a discount lets off is no hour of its own."""
    return sum(float(line.quantity) for line in lines if line.price is None or line.price >= 0)


def _mean(bills: Sequence[Bill], intervals: int) -> tuple[Line, ...]:
    """The same lines at the mean of their quantities: each interval, also one without a bill, is an equal part."""
    lines: dict[tuple[str, object, str], Line] = {}
    for line in (line for bill in bills for line in bill.lines if line.quantity):
        key = line.name, line.price, line.source
        so_far = lines.get(key)
        lines[key] = line if so_far is None else replace(
            so_far, quantity=so_far.quantity + line.quantity,
            amount=None if line.amount is None or so_far.amount is None else so_far.amount + line.amount,
        )  # fmt: skip
    return tuple(
        replace(
            line, name=f"{line.name}, following the day", quantity=line.quantity / intervals,
            amount=None if line.amount is None else line.amount / intervals,
        )
        for line in lines.values()
    )  # fmt: skip


def _ahead(served: Sequence[Line], started: Sequence[Line]) -> tuple[Line, ...]:
    """What runs before it is needed, as one line; none where nothing does."""
    hours = _hours(started) - _hours(served)
    if hours <= 0:
        return ()
    amounts = [line.amount for line in (*served, *started)]
    amount = None
    if None not in amounts:
        amount = sum(float(line.amount or 0.0) for line in started) - sum(float(line.amount or 0.0) for line in served)
    source = "; ".join(dict.fromkeys(line.source for line in started))
    since = min((line.since for line in started if line.since), default="")
    return (Line(
        name="GPUs started ahead of the load", quantity=hours, unit="GPU h/month",
        price=None if amount is None else amount / hours, price_unit="USD/h", amount=amount, source=source,
        since=since,
    ),)  # fmt: skip


def _bill(lines: tuple[Line, ...], traffic: Traffic, source: str) -> Bill:
    """The sum, not known where one price is not."""
    hours = _hours(lines)
    amounts = [line.amount for line in lines]
    month = None if None in amounts else sum(float(amount or 0.0) for amount in amounts)
    return Bill(
        per_asset=None if month is None else asset_cost(month, traffic.average), per_month=month, lines=lines,
        price=None if month is None or not hours else month / (hours * SECONDS_PER_HOUR),
        price_source=source,
    )  # fmt: skip
