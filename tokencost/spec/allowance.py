"""`10 %`, `0.002 USD`, `per_month: 10 %, 500 USD`: how much a cost may grow, as people write it."""

import re

from tokencost.nouns.change import Allowance, MeasureName
from tokencost.units import Unit, quoted

PERCENT = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?%")
EXAMPLE = "write for example '10 %', '0.002 USD', '10 %, 0.002 USD' (both exceeded) or 'per_month: 500 USD'"
SEPARATOR = re.compile(r"\s*,\s*")
MEASURES: tuple[MeasureName, ...] = ("per_asset", "per_month")


def allowance(text: str) -> Allowance:
    """What is allowed of which measure, per asset where none is named; raises ValueError for anything else."""
    head, found, rest = text.strip().rpartition(":")
    measure = next((name for name in MEASURES if name == head.strip()), None) if found else MEASURES[0]
    parts = SEPARATOR.split(rest.strip())
    shares = [percent(part) for part in parts if "%" in part]
    amounts = [_amount(part) for part in parts if "%" not in part]
    if measure is None or len(shares) > 1 or len(amounts) > 1:
        raise ValueError(f"{quoted(text)} is no allowance; {EXAMPLE}")
    return Allowance(measure=measure, share=shares[0] if shares else None, amount=amounts[0] if amounts else None)


def percent(text: str) -> float:
    """`10 %` as 0.1; raises ValueError for anything else."""
    match = PERCENT.fullmatch(text.strip()) if len(text) < 40 else None
    if match is None:
        raise ValueError(f"{quoted(text)} is no share; write for example '10 %'")
    return float(match[1]) / 100


def _amount(text: str) -> float:
    try:
        amount = Unit("USD").parse(text)
    except ValueError as error:
        raise ValueError(f"{error}; {EXAMPLE}") from None
    if amount < 0:
        raise ValueError(f"{quoted(text)} is negative; {EXAMPLE}")
    return amount
