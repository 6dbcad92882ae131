"""What commands say on standard error about prices that were seen long ago."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tokencost.cli.output import say
from tokencost.dates import today

if TYPE_CHECKING:
    from tokencost.nouns.answer import Bill, Candidate, Line
    from tokencost.nouns.where import Place


def tell_ages(answers: Iterable[Any], *, quiet: bool) -> None:
    """One line about the prices that an answer rests on and that are older than 90 days."""
    if quiet:
        return
    from tokencost.money.ages import STALE_DAYS, stale

    on = today()
    old = stale([line for answer in answers for line in _lines(answer)], on)
    if not old:
        return
    days, line = old[0]
    others = f" and {len(old) - 1} more" if len(old) > 1 else ""
    say(
        f"warning: price seen {days} days before {on} (more than {STALE_DAYS}): {line.source}{others}; "
        "`tokencost prices refresh` looks for new ones"
    )


def _lines(answer: Any) -> "Iterator[Line]":
    """The lines of an answer's bills; of a plan only those of the candidate that it is about."""
    if hasattr(answer, "break_even"):
        yield from (_line(place) for place in answer.places[:1])
        yield from (_line(place) for one in answer.break_even for place in (one.place, one.api))
        return
    plan = getattr(answer, "plan", answer)
    chosen = getattr(getattr(plan, "recommendation", None), "model", None)
    candidates: tuple[Candidate, ...] = getattr(plan, "candidates", ())
    first = candidates[:1] if hasattr(plan, "recommendation") else [one for one in candidates if one.feasible]
    told = [one for one in candidates if chosen and one.model == chosen] or first
    bills: list[Bill | None] = [one.bill for one in told] or [getattr(answer, "bill", None)]
    for bill in bills:
        yield from bill.lines if bill else ()


def _line(place: "Place") -> "Line":
    from tokencost.nouns.answer import Line

    source = f"{place.provider} {place.gpu or place.variant}, {place.term}, {place.since} [{place.source}]"
    return Line(
        name=place.model, quantity=1.0, unit="asset", price=place.per_asset, price_unit="USD", amount=place.per_asset,
        source=source, since=place.since,
    )  # fmt: skip
