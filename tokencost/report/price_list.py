"""The price book as a table, as JSON and as CSV.

Ages change with the day, so they stand only where people read them; programs get the dates.
"""

import datetime
from collections.abc import Iterator

from tokencost.dates import age_in_days
from tokencost.money.ages import STALE_DAYS
from tokencost.planning.price_list import Conflicts, Offer, OfferView, PriceList
from tokencost.report import numbers, sentences
from tokencost.report.answers_json import made_with, written
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Facts, Grid, Item, Row, present
from tokencost.report.csv_table import written as written_rows
from tokencost.report.markdown import render as markdown_of
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.table import SMALLEST, Look, render

CELLS = (
    "id", "kind", "about", "provider", "region", "country", "term", "instance", "gpus_per_instance", "unit", "price",
    "tokens", "ended", "since", "source",
)  # fmt: skip


def _look(width: int, color: bool, ascii_only: bool) -> Look:
    return Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only)


def as_table(found: PriceList, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """One row an offer."""
    return render(_list(found), _look(width, color, ascii_only))


def as_markdown(found: PriceList) -> str:
    """The same rows."""
    return markdown_of(_list(found))


def _list(found: PriceList) -> Blocks:
    gpus = [offer for offer in found.offers if offer.kind == "gpu"]
    others = [offer for offer in found.offers if offer.kind == "api"]
    old = sum(_days(offer, found.on) > STALE_DAYS for offer in found.offers)
    count = f"{len(found.offers):,} price{'s' if len(found.offers) != 1 else ''}"
    said = f"; {old:,} seen more than {STALE_DAYS} days ago" if old else ""
    head = Answer(text=f"{count}, as of {found.on}{said}", tone="open" if old or not found.offers else "good")
    return present(
        head,
        Facts(pairs=sentences.made_with(found.seal)),
        Grid(title="", columns=GPU_COLUMNS, rows=tuple(_gpu_row(offer, found.on) for offer in gpus)),
        Grid(title="", columns=API_COLUMNS, rows=tuple(_api_row(offer, found.on) for offer in others)),
    )


GPU_COLUMNS = (
    Column(name="GPU"), Column(name="provider"), Column(name="region"), Column(name="in"), Column(name="term"),
    Column(name="USD/h", figures=True), Column(name="since", figures=True), Column(name="days", figures=True),
)  # fmt: skip
API_COLUMNS = (
    Column(name="model"), Column(name="provider"), Column(name="variant"), Column(name="USD", figures=True),
    Column(name="for one"), Column(name="tokens", figures=True), Column(name="since", figures=True),
    Column(name="days", figures=True),
)  # fmt: skip


def _gpu_row(offer: Offer, on: datetime.date) -> Row:
    seen, country = offer.newest, offer.country or numbers.DASH
    cells = (
        offer.about, offer.provider, offer.region, country, offer.term, numbers.number(seen.price), seen.day,
        f"{_days(offer, on):,}",
    )  # fmt: skip
    instance = f"{offer.instance}, {offer.gpus_per_instance} GPU{'s' if offer.gpus_per_instance > 1 else ''}"
    return Row(cells=cells, remarks=(f"{instance} [{seen.source}]",))


def _api_row(offer: Offer, on: datetime.date) -> Row:
    seen = offer.newest
    cells = (
        offer.about, offer.provider, offer.term, numbers.number(seen.price), offer.unit.removeprefix("USD/"),
        f"{offer.tokens:,}" if offer.tokens else numbers.DASH, seen.day, f"{_days(offer, on):,}",
    )  # fmt: skip
    ended = f"; ended {offer.ended}" if offer.ended else ""
    return Row(cells=cells, remarks=(f"[{seen.source}]{ended}",))


def _days(offer: Offer, on: datetime.date) -> int:
    return age_in_days(offer.newest.day, on) or 0


def as_json(found: PriceList) -> str:
    """Schema tokencost.prices/1: dates, no ages."""
    offers: list[Json] = [_fields(offer) for offer in found.offers]
    return written({"schema": "tokencost.prices/1", **made_with(found.seal), "prices": offers})


def _fields(offer: Offer) -> dict[str, Json]:
    plainly: dict[str, Json] = {name: getattr(offer, name) or None for name in CELLS[:10]}
    lines: list[Json] = [
        {"since": s.since, "seen": s.seen or None, "price": stable(s.price), "source": s.source} for s in offer.seen
    ]
    last = {"price": stable(offer.newest.price), "since": offer.newest.day, "source": offer.newest.source}
    return {**plainly, **last, "tokens": offer.tokens or None, "ended": offer.ended or None, "lines": lines}


def as_csv(found: PriceList) -> str:
    """One row an offer, at its newest price."""
    return written_rows(CELLS, (_cells(offer) for offer in found.offers))


def _cells(offer: Offer) -> dict[str, str]:
    said = {name: str(getattr(offer, name) or "") for name in CELLS if hasattr(offer, name)}
    newest = offer.newest
    return said | {"price": plain(newest.price), "since": newest.day, "source": newest.source}


def conflicts_table(found: Conflicts, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """What was set aside and why."""
    return render(_aside(found), _look(width, color, ascii_only))


def conflicts_markdown(found: Conflicts) -> str:
    """The same list."""
    return markdown_of(_aside(found))


def _aside(found: Conflicts) -> Blocks:
    items = tuple(
        Item(
            text=f"{one.about}: {one.what}: {one.why}",
            remarks=tuple(f"{quote.said} [{quote.source}]" for quote in one.quotes),
        )
        for one in found.aside
    )
    many = f"{len(found.aside)} price{'s' if len(found.aside) != 1 else ''} set aside, used nowhere"
    return present(Answer(text=many, tone="open"), Bullets(title="", items=items))


def conflicts_json(found: Conflicts) -> str:
    """Schema tokencost.prices-set-aside/1."""
    rows: list[Json] = [
        {
            "id": one.id, "about": one.about, "what": one.what, "why": one.why,
            "quotes": [{"said": quote.said, "source": quote.source} for quote in one.quotes],
        }
        for one in found.aside
    ]  # fmt: skip
    return written({"schema": "tokencost.prices-set-aside/1", "set_aside": rows})


def shown_table(found: OfferView, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """One offer, its history and its sources."""
    return render(_shown(found), _look(width, color, ascii_only))


def _shown(found: OfferView) -> Blocks:
    offer, newest = found.offer, found.offer.newest
    age = _days(offer, found.on)
    old = f", more than {STALE_DAYS} days ago" if age > STALE_DAYS else ""
    text = (
        f"{offer.id}: {numbers.number(newest.price)} {offer.unit}, seen {newest.day}, "
        f"{age:,} days before {found.on}{old}"
    )
    columns = (Column(name="since"), Column(name=offer.unit, figures=True), Column(name="source"))
    rows = tuple(Row(cells=(s.since, numbers.number(s.price), s.source)) for s in reversed(offer.seen))
    return present(
        Answer(text=text, tone="open" if old else "good"),
        Facts(pairs=tuple(_facts(offer))),
        Grid(title="", columns=columns, rows=rows),
        *(Facts(title=one.id, pairs=tuple((k, v) for k, v in _about(one) if v)) for one in found.sources),
    )


def _about(source: object) -> Iterator[tuple[str, str]]:
    for name in ("title", "kind", "url", "retrieved", "licence", "note"):
        yield name, getattr(source, name)


def _facts(offer: Offer) -> Iterator[tuple[str, str]]:
    pairs = (
        ("GPU" if offer.kind == "gpu" else "model", offer.about), ("provider", offer.provider),
        ("region", offer.region), ("country", offer.country),
        ("term" if offer.kind == "gpu" else "variant", offer.term),
        ("instance", offer.instance), ("GPUs per instance", str(offer.gpus_per_instance or "")),
        ("tokens", f"{offer.tokens:,}" if offer.tokens else ""), ("ended", offer.ended),
    )  # fmt: skip
    yield from ((name, value) for name, value in pairs if value)


def shown_json(found: OfferView) -> str:
    """Schema tokencost.price/1."""
    sources: list[Json] = [{"id": one.id, **dict(_about(one))} for one in found.sources]
    return written({"schema": "tokencost.price/1", **_fields(found.offer), "sources": sources})
