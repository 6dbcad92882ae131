"""The cheapest place as a table, as JSON and as CSV."""

from tokencost.nouns.where import BreakEven, Place, Where
from tokencost.report import numbers, sentences
from tokencost.report.answers_json import made_with, written
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Facts, Grid, Item, Row, present
from tokencost.report.csv_table import written as written_rows
from tokencost.report.markdown import render as markdown_of
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.table import SMALLEST, Look, render

MOST = 20
"""Places of the cheapest that a table shows, and besides the cheapest of every model and what APIs sell; JSON and CSV
have all."""
CELLS = (
    "model", "family", "gpu", "provider", "region", "country", "term", "instance", "gpus_per_instance", "variant",
    "usd_per_gpu_hour", "seconds", "gpus", "usd_per_asset", "usd_per_month", "since", "source", "reason",
)  # fmt: skip


def as_table(found: Where, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    return render(_content(found), Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only))


def as_markdown(found: Where) -> str:
    """For a page."""
    return markdown_of(_content(found))


def _content(found: Where) -> Blocks:
    good = [place for place in found.places if not place.reason]
    bad = [place for place in found.places if place.reason]
    fleet = bool(found.average)
    figures = ("s", "GPUs", "$/asset", "$/month") if fleet else ("USD/h", "s", "$/asset")
    columns = (
        Column(name="model"), Column(name="where"), Column(name="region"), Column(name="term"),
        *(Column(name=name, figures=True) for name in figures), Column(name="seen", figures=True),
    )  # fmt: skip
    title = f"{len(_shown(good))} of {len(good):,} places" if len(good) > MOST else f"{len(good):,} places"
    return present(
        Answer(text=_answer(found, good), tone="good" if good else "bad"),
        Facts(pairs=(*found.allowed, *sentences.made_with(found.seal))),
        Grid(title=title, columns=columns, rows=tuple(_row(place, fleet) for place in _shown(good))),
        Bullets(title="at no place", items=tuple(Item(text=_missing(place), mark="no") for place in bad)),
        Bullets(title="a fleet of your own against an API", items=tuple(map(_even, found.break_even))),
    )


def _shown(good: list[Place]) -> list[Place]:
    """The cheapest, and whatever the cheapest would hide: every model's best place, every quality of an API."""
    first = {place.model: place for place in reversed(good)}
    return [one for n, one in enumerate(good) if n < MOST or not one.gpu or first[one.model] is one]


def _answer(found: Where, good: list[Place]) -> str:
    clip = f", {numbers.count(found.frames)} frames" if float(found.frames) > 1 else ""
    asked = f"{found.title}: {found.task}, {numbers.count(found.width)}x{numbers.count(found.height)}{clip}"
    if not good:
        return f"{asked}: no place is allowed that can do it"
    best = good[0]
    cost = f"{numbers.usd(best.per_asset)} per asset"
    month = f", {numbers.usd(best.per_month)} a month" if best.per_month is not None else ""
    return f"{asked}: {best.model} is cheapest at {_place(best)}, {cost}{month}"


def _place(place: Place) -> str:
    if not place.gpu:
        return f"{place.provider} ({place.variant})"
    return f"{place.provider}, {place.region}, {place.term}, on {place.gpu}"


def _row(place: Place, fleet: bool) -> Row:
    where = f"{place.provider} {place.gpu or place.variant}"
    country = f" ({place.country})" if place.country else ""
    seconds = numbers.number(place.seconds) if float(place.seconds) else numbers.DASH
    cost = numbers.usd(place.per_asset)
    if fleet:
        count = numbers.count(place.gpus) if place.gpu else numbers.DASH
        figures: tuple[str, ...] = (seconds, count, cost, numbers.usd(place.per_month))
    else:
        hourly = numbers.number(place.hourly) if place.hourly is not None else numbers.DASH
        figures = (hourly, seconds, cost)
    region = f"{place.region or numbers.DASH}{country}"
    return Row(cells=(place.model, where, region, place.term, *figures, place.since))


def _missing(place: Place) -> str:
    cost = f"; {numbers.usd(place.per_asset)} per asset at {_place(place)}" if place.per_asset is not None else ""
    return f"{place.model}: {place.reason}{cost}"


def _even(one: BreakEven) -> Item:
    api = f"{one.api.model} at {_place(one.api)}, {numbers.usd(one.api.per_asset)} per asset"
    if one.rate is None:
        return Item(text=f"{one.model} at {_place(one.place)} is dearer than {api} at every volume", mark="no")
    many = f"{numbers.count(float(one.gpus))} GPU{'s' if float(one.gpus) != 1 else ''}"
    text = (
        f"{one.model} beats {api}, from {numbers.number(one.assets)} assets a month "
        f"({numbers.number(one.rate)} req/s): {many}, {numbers.usd(one.per_month)} a month at {_place(one.place)}, "
        f"{numbers.time(one.place.seconds)} a request"
    )
    return Item(text=text, mark="yes")


def as_json(found: Where) -> str:
    """Schema tokencost.where/1."""
    return written({
        "schema": "tokencost.where/1", **made_with(found.seal), "name": found.title, "task": found.task,
        "width": stable(found.width), "height": stable(found.height), "frames": stable(found.frames),
        "requests_per_second": stable(found.average), "allowed": dict(found.allowed),
        "places": [_fields(place) for place in found.places],
        "break_even": [_even_fields(one) for one in found.break_even],
    })  # fmt: skip


def _fields(place: Place) -> dict[str, Json]:
    said = {name: getattr(place, name) or None for name in (*CELLS[:8], "variant", "since", "source", "reason")}
    return {
        **said, "gpus_per_instance": stable(place.per_instance) if place.gpu else None,
        "usd_per_gpu_hour": stable(place.hourly), "seconds": stable(place.seconds or None),
        "gpus": stable(place.gpus) if place.gpu else None, "usd_per_asset": stable(place.per_asset),
        "usd_per_month": stable(place.per_month),
    }  # fmt: skip


def _even_fields(one: BreakEven) -> dict[str, Json]:
    return {
        "model": one.model, "api": one.api.model, "api_variant": one.api.variant,
        "api_usd_per_asset": stable(one.api.per_asset), "gpu": one.place.gpu, "provider": one.place.provider,
        "region": one.place.region, "term": one.place.term, "seconds": stable(one.place.seconds),
        "requests_per_second": stable(one.rate),
        "assets_per_month": stable(one.assets), "gpus": stable(one.gpus), "usd_per_month": stable(one.per_month),
    }  # fmt: skip


def as_csv(found: Where) -> str:
    """One row a place."""
    return written_rows(CELLS, (_cells(place) for place in found.places))


def _cells(place: Place) -> dict[str, str]:
    text = {name: str(getattr(place, name)) for name in (*CELLS[:8], "variant", "since", "source", "reason")}
    return text | {
        "gpus_per_instance": plain(place.per_instance) if place.gpu else "", "usd_per_gpu_hour": plain(place.hourly),
        "seconds": plain(place.seconds or None), "gpus": plain(place.gpus) if place.gpu else "",
        "usd_per_asset": plain(place.per_asset), "usd_per_month": plain(place.per_month),
    }  # fmt: skip
