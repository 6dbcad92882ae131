"""Plain scalars as YAML 1.2 reads them, without the forms that readers disagree about.

`on`, `yes`, `0x400`, `0o7`, `1_000` and `1:30` are text: somewhere else they mean a truth or a number.
"""

import math
import re
from decimal import Decimal

from tokencost.units import quoted

Scalar = str | int | float | bool | None

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
WHOLE = re.compile(r"[-+]?[0-9]+")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
SOMETHING = re.compile(r"[-+0.]*[1-9]")
"""A decimal with a digit that is not 0, before its power of ten."""
LONGEST_NUMBER = 40
"""Characters; a float has 17 significant digits, and nothing that is counted here has more."""


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; raises ValueError for a number that no float holds."""
    if text in WORDS:
        return WORDS[text]
    if not DECIMAL.fullmatch(text):
        return text
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"{quoted(text)} has too many digits for a number")
    return int(text) if WHOLE.fullmatch(text) else _float(text)


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number) or (number == 0 and SOMETHING.match(text)):
        raise ValueError(f"{quoted(text)} is out of the range of numbers")
    if number == 0:
        return number  # also 0e99999999999999999999, whose power of ten no Decimal holds
    if number.is_integer() and abs(number) < 2**53 and Decimal(text) != Decimal(number):
        raise ValueError(f"{quoted(text)} cannot be told from {number:.0f}; write the one you mean")
    return number
