"""A refreshed price book as text and as JSON: what moved, what was refused and why, and what it does to plans."""

from collections.abc import Iterator

from tokencost.planning.refreshing import Merged, Moved
from tokencost.planning.repriced import Choice, Refresh, Repriced
from tokencost.report import numbers
from tokencost.report.answers_json import written
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Grid, Item, Row, present
from tokencost.report.markdown import render as markdown_of
from tokencost.report.numbers import Json, stable
from tokencost.report.table import SMALLEST, Look, render

MOST = 30
"""Prices that are shown one by one, the largest changes first; JSON has all."""
KINDS = ("gpus", "apis")


def as_table(found: Refresh, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    return render(_content(found), Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only))


def as_markdown(found: Refresh) -> str:
    """For a pull request."""
    return markdown_of(_content(found))


def _content(found: Refresh) -> Blocks:
    parts = [part for part in (found.gpus, found.apis) if part]
    moved = [one for part in parts for one in part.moved]
    new = sum(one.before is None for one in moved)
    same, refused = sum(part.unchanged for part in parts), sum(len(part.refused) for part in parts)
    where = f"in {found.folder}" if found.written else f"nothing written to {found.folder}"
    text = f"{len(moved) - new:,} prices moved, {new:,} are new, {same:,} stayed; {refused:,} sources refused; {where}"
    rows = sorted((one for one in moved if one.before), key=lambda one: (-abs(one.factor - 1), one.id))
    columns = (
        Column(name="price"), Column(name="before", figures=True), Column(name="after", figures=True),
        Column(name="change", figures=True), Column(name="unit"),
    )  # fmt: skip
    title = f"moved, the largest {MOST} of {len(rows):,}" if len(rows) > MOST else "moved"
    return present(
        Answer(text=text, tone="bad" if refused or found.unreachable else "good"),
        Bullets(title="refused", items=tuple(_refused(found))),
        Grid(title=title, columns=columns, rows=tuple(_row(one) for one in rows[:MOST])),
        Bullets(title="left as it is", items=tuple(Item(text=note) for part in parts for note in part.notes[:MOST])),
        Bullets(title="plans", items=tuple(Item(text=_plan(one)) for one in found.plans)),
    )


def _refused(found: Refresh) -> Iterator[Item]:
    for part in (found.gpus, found.apis):
        for name, why in part.refused.items() if part else ():
            yield Item(text=f"{name}: {why}", mark="no")
    yield from (Item(text=text, mark="no") for text in found.unreachable)


def _row(one: Moved) -> Row:
    assert one.before is not None
    cells = (one.id, numbers.number(one.before), numbers.number(one.after), f"{one.factor - 1:+.1%}", one.unit)
    return Row(cells=cells)


def _plan(one: Repriced) -> str:
    before, after = (_said(choice) for choice in (one.before, one.after))
    return f"{one.name}: {before}; as before" if before == after else f"{one.name}: {before} becomes {after}"


def _said(choice: Choice) -> str:
    if choice.model is None:
        return "nothing feasible"
    month = f", {numbers.usd(choice.per_month)} a month" if choice.per_month is not None else ""
    return f"{choice.model} at {numbers.usd(choice.per_asset)} per asset{month}"


def as_json(found: Refresh) -> str:
    """Schema tokencost.prices-refresh/1."""
    return written({
        "schema": "tokencost.prices-refresh/1", "folder": found.folder, "written": found.written,
        **{name: _part(getattr(found, name)) for name in KINDS}, "unreachable": list(found.unreachable),
        "plans": [
            {"name": one.name, "file": one.file, "before": _choice(one.before), "after": _choice(one.after)}
            for one in found.plans
        ],
    })  # fmt: skip


def _part(part: Merged | None) -> Json:
    if part is None:
        return None
    moved: list[Json] = [
        {"id": one.id, "about": one.about, "unit": one.unit, "before": stable(one.before), "after": stable(one.after)}
        for one in part.moved
    ]
    refused: dict[str, Json] = dict(part.refused)
    return {"moved": moved, "unchanged": part.unchanged, "refused": refused, "notes": list(part.notes)}


def _choice(choice: Choice) -> Json:
    return {
        "model": choice.model, "per_asset_usd": stable(choice.per_asset), "per_month_usd": stable(choice.per_month)
    }  # fmt: skip
