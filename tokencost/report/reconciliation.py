"""A forecast beside an invoice, in every format."""

from tokencost.nouns.invoice import Part, Reconciled, Reconciliation
from tokencost.report import numbers
from tokencost.report.answers_json import made_with, written
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row, present
from tokencost.report.csv_table import written as written_rows
from tokencost.report.markdown import render as markdown_of
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.sentences import flags, quoted
from tokencost.report.sentences import made_with as made_with_records
from tokencost.report.table import SMALLEST, Look, render

CELLS = (
    "product",
    "forecast_usd",
    "actual_usd",
    "error_usd",
    "error",
    "cause",
    "part_usd",
    "assumed",
    "billed",
    "unit",
)


def as_table(found: Reconciliation, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    return render(_content(found), Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only))


def as_markdown(found: Reconciliation) -> str:
    """For a page."""
    return markdown_of(_content(found))


def _content(found: Reconciliation) -> Blocks:
    forecast, actual = (sum(getattr(one, name) for one in found.products) for name in ("forecast", "actual"))
    period = f"{found.period} ({numbers.number(found.hours)} h)" if found.hours else "a month of 730 h"
    error = f"{(actual - forecast) / forecast:+.2%}" if forecast else numbers.DASH
    text = (
        f"{len(found.products)} product{'s' if len(found.products) != 1 else ''} over {period}: "
        f"{numbers.usd(actual)} billed, {numbers.usd(forecast)} forecast, {error}"
    )
    columns = (
        Column(name="product"), Column(name="forecast", figures=True), Column(name="billed", figures=True),
        Column(name="error", figures=True), Column(name="", figures=True),
    )  # fmt: skip
    return present(
        Answer(text=text, tone="good" if found.products else "open"),
        Grid(title="", columns=columns, rows=tuple(map(_row, found.products))),
        Bullets(title="corrections", items=tuple(item for one in found.products for item in _corrected(one))),
        Bullets(title="not compared", items=tuple(Item(text=text) for text in _rest(found))),
        Facts(pairs=made_with_records(found.seal)),
        *_command(found),
    )


def _row(one: Reconciled) -> Row:
    share = f"{one.error / one.forecast:+.2%}" if one.forecast else numbers.DASH
    remarks = tuple(_part(part) for part in one.parts if part.amount)
    money = (_cents(one.forecast), _cents(one.actual), _signed(one.error), share)
    return Row(cells=(one.product, *money), remarks=remarks)


def _part(part: Part) -> str:
    values = " instead of ".join(numbers.number(value) for value in (part.actual, part.forecast))
    return f"{_signed(part.amount)} {part.name}: {values} {part.unit}"


def _cents(amount: float) -> str:
    return f"${amount:,.2f}"


def _signed(amount: float) -> str:
    return f"{'-' if amount < 0 else '+'}{_cents(abs(amount))}"


def _corrected(one: Reconciled) -> list[Item]:
    if not one.corrections:
        return []
    left = (
        "" if one.corrected is None else f"; the plan then says {_cents(one.corrected)}, {_left(one)} from the invoice"
    )
    return [Item(text=f"{one.product}{left}", remarks=one.corrections)]


def _left(one: Reconciled) -> str:
    return f"{(one.corrected or 0.0) / one.actual - 1:+.2%}" if one.actual else numbers.DASH


def _rest(found: Reconciliation) -> list[str]:
    rest = [f"{name}: forecast, but nothing was billed" for name in found.not_billed]
    rest += [f"{name}: {_cents(amount)} billed, but not forecast" for name, amount in found.not_forecast]
    return rest + ([f"{_cents(found.unassigned)} belong to no product"] if found.unassigned else [])


def _command(found: Reconciliation) -> list[Command]:
    one = next((one for one in found.products if one.corrections and one.file), None)
    if one is None:
        return []
    return [Command(lead="try", command=f"tokencost plan {quoted(one.file)}{flags(one.corrections)}")]


def as_json(found: Reconciliation) -> str:
    """Schema tokencost.reconcile/1."""
    return written({
        "schema": "tokencost.reconcile/1", **made_with(found.seal), "invoice": found.invoice,
        "period": found.period or None, "hours": stable(found.hours or None),
        "products": [_fields(one) for one in found.products],
        "not_billed": list(found.not_billed), "not_forecast": {name: stable(usd) for name, usd in found.not_forecast},
        "unassigned_usd": stable(found.unassigned),
    })  # fmt: skip


def _fields(one: Reconciled) -> dict[str, Json]:
    parts: list[Json] = [
        {
            "cause": part.name, "usd": stable(part.amount), "assumed": stable(part.forecast),
            "billed": stable(part.actual), "unit": part.unit,
        }
        for part in one.parts
    ]  # fmt: skip
    return {
        "product": one.product, "file": one.file or None, "forecast_usd": stable(one.forecast),
        "actual_usd": stable(one.actual), "error_usd": stable(one.error),
        "error": stable(one.error / one.forecast) if one.forecast else None, "parts": parts,
        "corrections": list(one.corrections), "corrected_usd": stable(one.corrected),
    }  # fmt: skip


def as_csv(found: Reconciliation) -> str:
    """One row per product and assumption."""
    return written_rows(CELLS, (_cells(one, part) for one in found.products for part in one.parts))


def _cells(one: Reconciled, part: Part) -> dict[str, str]:
    return {
        "product": one.product, "forecast_usd": plain(one.forecast), "actual_usd": plain(one.actual),
        "error_usd": plain(one.error), "error": plain(one.error / one.forecast) if one.forecast else "",
        "cause": part.name, "part_usd": plain(part.amount), "assumed": plain(part.forecast),
        "billed": plain(part.actual), "unit": part.unit,
    }  # fmt: skip
