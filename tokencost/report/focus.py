"""A forecast in the columns of FOCUS, the open specification of cost and usage data: one row per line of a bill.

Months of a forecast are 730 hours of no year, so the period stays empty; what an invoice would add beside the standard
columns begins with x_. `tokencost reconcile` reads these rows as it reads an invoice.
"""

import json
from collections.abc import Iterator, Sequence

from tokencost.nouns.answer import Candidate, Line, Plan
from tokencost.report.csv_table import written
from tokencost.report.numbers import plain

COLUMNS = (
    "BilledCost", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeDescription",
    "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity",
    "PricingUnit", "ProviderName", "RegionId", "ServiceCategory", "ServiceName", "SkuId", "Tags", "x_Assets", "x_Model",
    "x_PriceSeen", "x_Product", "x_Source",
)  # fmt: skip
SHARED = {
    "BillingCurrency": "USD", "ChargeCategory": "Usage", "ChargeFrequency": "Usage-Based",
    "ServiceCategory": "AI and Machine Learning",
}  # fmt: skip


def plans(answers: Sequence[Plan]) -> str:
    """The recommended candidate of every plan; one that recommends nothing, or knows no month, has no rows."""
    return written(COLUMNS, (row for plan in answers for row in _of_plan(plan)))


def _of_plan(plan: Plan) -> Iterator[dict[str, str]]:
    chosen = next((one for one in plan.candidates if one.model == plan.recommendation.model), None)
    bill = chosen.bill if chosen else None
    if chosen is None or bill is None or bill.per_month is None or not bill.per_asset:
        return
    assets = float(bill.per_month) / float(bill.per_asset)
    for line in bill.lines:
        yield _row(plan, chosen, line, assets)


def _row(plan: Plan, chosen: Candidate, line: Line, assets: float) -> dict[str, str]:
    """A month of a line; what a discount lets off consumes nothing."""
    sold = not line.unit.startswith("GPU h")
    months = assets if sold else 1.0
    cost = plain((line.amount or 0.0) * months)
    quantity = plain(line.quantity * months) if line.price is not None and line.price > 0 else ""
    unit = line.unit if sold else "GPU h"
    return {
        **SHARED, "BilledCost": cost, "EffectiveCost": cost, "ListCost": cost, "ContractedCost": cost,
        "ChargeDescription": f"{chosen.name}: {line.name}", "ConsumedQuantity": quantity, "ConsumedUnit": unit,
        "PricingQuantity": quantity, "PricingUnit": unit, "ListUnitPrice": plain(line.price),
        "ContractedUnitPrice": plain(line.price), "PricingCategory": _category(line),
        "ProviderName": _provider(line), "RegionId": _region(line), "ServiceName": "API" if sold else "GPU rental",
        "Tags": json.dumps({"product": plan.name}, ensure_ascii=False), "x_Product": plan.name, "x_Model": chosen.model,
        "x_Assets": plain(assets), "x_PriceSeen": line.since, "x_Source": line.source,
    }  # fmt: skip


def _provider(line: Line) -> str:
    """The first word of an offer; a price of one's own names nobody."""
    return "" if line.source.startswith("your price") else line.source.partition(" ")[0]


def _region(line: Line) -> str:
    """The third part from the end of an offer, which ends in region, term and day."""
    parts = line.source.partition(" [")[0].split(", ")
    return parts[-3] if len(parts) > 3 and line.unit.startswith("GPU h") and parts[-3] != "any" else ""


def _category(line: Line) -> str:
    """How FOCUS calls the term."""
    if "spot" in line.name:
        return "Dynamic"
    return "Committed" if "reserved" in line.name or "savings" in line.name else "Standard"
