"""An invoice in the columns of FOCUS, the open specification of cost and usage data: strict, with every mistake's line.

A row belongs to the product that its tag names (`Tags` is a JSON object), or its column `x_Product`. Hours of an
instance count as hours of each of its GPUs. See https://focus.finops.org.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tokencost.errors import Problem, SpecError
from tokencost.nouns.invoice import Charged, Invoice
from tokencost.reading.files import contents
from tokencost.units import finite, quoted

LARGEST, MOST_ROWS = 64 * 2**20, 500_000
NEEDED = ("BilledCost", "BillingCurrency", "ChargeCategory", "ConsumedQuantity", "ConsumedUnit")
GPU_HOURS = ("gpu h", "gpu h/month", "gpu-hours", "gpu hours", "gpu hour", "gpu-hour")
HOURS = ("h", "hr", "hrs", "hour", "hours")
USAGE = "usage"
CATEGORIES = (USAGE, "purchase", "tax", "credit", "adjustment")
MOST_PROBLEMS = 20
GPU_HOUR = "GPU h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read an invoice: the tag that names the product, GPUs of an instance, what currencies are worth."""

    tag: str = "product"
    gpus: Mapping[str, int] = field(default_factory=dict)
    usd: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Sums:
    """What the rows of a product add up to."""

    cost: float = 0.0
    other: float = 0.0
    usage: dict[str, float] = field(default_factory=dict)
    assets: float | None = None
    model: str = ""


def read_invoice(path: Path, how: Reading) -> Invoice:
    """The charges of a FOCUS table by product; raises SpecError with every problem, AccessError if it is not there."""
    text = _text(path)
    problems: list[Problem] = []
    products: dict[str, Sums] = {}
    periods: set[tuple[str, str]] = set()
    unassigned, count = 0.0, 0
    for line, row in _rows(text, str(path), problems):
        count += 1
        try:
            product, cost = _product(row, how), _amount(row["BilledCost"], "BilledCost") * _worth(row, how)
            _added(products.setdefault(product, Sums()), row, cost, how)
            periods.add((row.get("BillingPeriodStart", ""), row.get("BillingPeriodEnd", "")))
        except ValueError as error:
            problems.append(Problem(str(error), str(path), line))
            if len(problems) >= MOST_PROBLEMS:
                break
    if not problems and not count:
        problems.append(Problem("no charge stands below the columns", str(path)))
    if problems:
        raise SpecError(*problems)
    without = products.pop("", None)
    unassigned = without.cost + without.other if without else 0.0
    known = sorted(period for period in periods if period[0])
    return Invoice(
        file=str(path), period=_period(known), hours=_hours(known),
        products=tuple(_charged(name, sums) for name, sums in sorted(products.items())), unassigned=unassigned,
        rows=count,
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        return contents(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(Problem("not UTF-8 text; export CSV", str(path))) from None


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with the line each ends on; what is wrong with the table itself is added to `problems`."""
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        head = table.fieldnames or []
        missing = [name for name in NEEDED if name not in head]
        if missing or len(set(head)) < len(head):
            what = f"missing: {', '.join(missing)}" if missing else "a column stands there twice"
            problems.append(Problem(f"not a FOCUS table; {what}", file, 1))
            return
        for number, row in enumerate(table):
            if number >= MOST_ROWS:
                problems.append(Problem(f"an invoice holds at most {MOST_ROWS:,} rows; export one month", file))
                return
            if None in row or None in row.values():
                problems.append(Problem(f"{len(head)} cells are due", file, table.line_num))
                return
            yield table.line_num, row
    except csv.Error as error:
        problems.append(Problem(f"not a table: {error}", file, table.line_num))


def _amount(text: str, column: str) -> float:
    try:
        if text.isascii() and "_" not in text:
            return finite(float(text), text)
    except ValueError:
        pass
    raise ValueError(f"{column} is {quoted(text)}; write a number")


def _product(row: Mapping[str, str], how: Reading) -> str:
    """The product that a row names; empty if it names none."""
    if row.get("x_Product"):
        return row["x_Product"].strip()
    tags = row.get("Tags", "")
    if not tags or tags == "{}":
        return ""
    try:
        said = json.loads(tags)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ValueError(f'Tags is {quoted(tags)}; write a JSON object such as {{"{how.tag}": "posters"}}')
    return str(said.get(how.tag, "")).strip()


def _worth(row: Mapping[str, str], how: Reading) -> float:
    code = row["BillingCurrency"].strip().upper()
    if code == "USD":
        return 1.0
    if code not in how.usd:
        raise ValueError(
            f"BillingCurrency is {quoted(row['BillingCurrency'])}; say what it is worth: --exchange EUR=1.08"
        )
    return how.usd[code]


def _added(sums: Sums, row: Mapping[str, str], cost: float, how: Reading) -> None:
    category = row["ChargeCategory"].strip().lower()
    if category not in CATEGORIES:
        raise ValueError(f"ChargeCategory is {quoted(row['ChargeCategory'])}; FOCUS has Usage, Purchase, Tax, Credit, "
                         "Adjustment")  # fmt: skip
    if category != USAGE:
        sums.other += cost
        return
    sums.cost += cost
    sums.model = row.get("x_Model", "") or sums.model
    if row["ConsumedQuantity"].strip():
        unit, factor = _unit(row, how)
        amount = _amount(row["ConsumedQuantity"], "ConsumedQuantity")
        if amount < 0:
            raise ValueError(f"ConsumedQuantity is {quoted(row['ConsumedQuantity'])}; nobody uses less than nothing")
        sums.usage[unit] = sums.usage.get(unit, 0.0) + amount * factor
    if row.get("x_Assets", "").strip():
        sums.assets = max(sums.assets or 0.0, _amount(row["x_Assets"], "x_Assets"))


def _unit(row: Mapping[str, str], how: Reading) -> tuple[str, float]:
    """GPU hours where hours are counted: those of an instance times its GPUs."""
    said = row["ConsumedUnit"].strip().lower()
    if said in GPU_HOURS:
        return GPU_HOUR, 1.0
    if said not in HOURS:
        return said.rstrip("s") or "unit", 1.0
    names = (row.get(name, "").strip().lower() for name in ("x_InstanceType", "SkuId", "ResourceType", "SkuMeter"))
    return GPU_HOUR, float(next((how.gpus[name] for name in names if name in how.gpus), 1))


def _charged(name: str, sums: Sums) -> Charged:
    """The unit that most was charged in speaks for the product."""
    unit = max(sums.usage, key=lambda one: (one == GPU_HOUR, sums.usage[one]), default="")
    return Charged(
        product=name, cost=sums.cost, other=sums.other, usage=sums.usage.get(unit, 0.0), unit=unit, assets=sums.assets,
        model=sums.model,
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00").replace(" UTC", "+00:00"))
    except ValueError:
        return None


def _period(periods: list[tuple[str, str]]) -> str:
    return f"{periods[0][0][:10]} to {max(end for _, end in periods)[:10]}" if periods else ""


def _hours(periods: list[tuple[str, str]]) -> float:
    """Length of the billing periods together; 0 where they are not told."""
    spans = [(_moment(start), _moment(end)) for start, end in periods]
    if not spans or any(start is None or end is None for start, end in spans):
        return 0.0
    seconds = sum((end - start).total_seconds() for start, end in spans if start and end)
    return max(seconds, 0.0) / 3600
