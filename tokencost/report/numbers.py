"""One printer for numbers: four significant digits, prefixes for people, plain digits for programs."""

import math
from collections.abc import Callable, Mapping, Sequence

from tokencost.nouns.answer import Interval
from tokencost.units import Constant, Num

DASH = "–"
UNKNOWN = "unknown"
DIGITS = 4
STABLE_DIGITS = 12
EXACT_WHOLE = 2.0**53
LONG_TIME = Constant(120, "s", "two minutes are read more easily as minutes than as seconds")
MINUTE = Constant(60, "s", "definition")
HOUR = Constant(3600, "s", "definition; also the time GPU prices are asked for")
KILO = 1e3
KILOWATT_HOUR = Constant(3.6e6, "J", "definition")
MASSES = ((1e3, "t"), (1.0, "kg"), (1e-3, "g"), (1e-6, "mg"))
DAY = Constant(86400, "s", "definition")
LARGE = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
SMALL = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def number(value: Num | None) -> str:
    """Four significant digits in fixed notation, thousands separated; a dash for what is not finite."""
    if value is None:
        return UNKNOWN
    real = float(value)
    if not math.isfinite(real):
        return DASH
    if not real:
        return "0"
    rounded = float(f"{real:.{DIGITS}g}")
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded if abs(rounded) < 10**DIGITS else round(real):,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: Num | None) -> str:
    """A count with all its digits if it is whole, thousands separated."""
    if value is None or not math.isfinite(float(value)) or not float(value).is_integer():
        return number(value)
    return f"{int(float(value)):,}"


def scaled(value: Num | None, unit: str) -> str:
    """`16.8 GB`, `595.2 TFLOP`: a decimal prefix in front of the unit."""
    if value is None or not math.isfinite(float(value)):
        return number(value)
    rounded = float(f"{float(value):.{DIGITS}g}")
    for factor, prefix in LARGE:
        if abs(rounded) >= factor:
            return f"{number(rounded / factor)} {prefix}{unit}"
    return f"{number(rounded)} {unit}"


def in_units(value: Num, unit: float) -> str:
    """The figure alone, in a unit that the heading of its column names."""
    return number(value / unit)


def size(value: Num | None) -> str:
    """Bytes as GB (1e9 B)."""
    return scaled(value, "B")


def work(value: Num | None) -> str:
    """FLOP with a prefix."""
    return scaled(value, "FLOP")


def energy(value: Num | None) -> str:
    """Joules with a prefix."""
    return scaled(value, "J")


def kilowatt_hours(value: Num | None) -> str:
    """Joules as people pay them; below one, in Wh."""
    if value is None or abs(float(value)) >= KILOWATT_HOUR:
        return number(None) if value is None else f"{number(value / KILOWATT_HOUR)} kWh"
    return f"{number(value / (KILOWATT_HOUR / KILO))} Wh"


def carbon(value: Num | None) -> str:
    """Kilograms of CO2-equivalent in t, kg, g or mg."""
    if value is None or not math.isfinite(float(value)):
        return number(value)
    factor, unit = next((step for step in MASSES if abs(float(value)) >= step[0]), MASSES[-1])
    return f"{number(value / factor)} {unit} CO2e"


def time(value: Num | None) -> str:
    """`12.3 ms`, `1.234 s`, `2 min 5 s`, `3 h 12 min`, `4 d 2 h`."""
    if value is None or not math.isfinite(float(value)):
        return number(value)
    real = float(value)
    if abs(real) >= LONG_TIME:
        return _long_time(real)
    rounded = float(f"{real:.{DIGITS}g}")
    factor, unit = next(((f, u) for f, u in SMALL if abs(rounded) >= f), SMALL[-1] if rounded else SMALL[0])
    return f"{number(rounded / factor)} {unit}"


def _long_time(real: float) -> str:
    units = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1.0, "s"))
    first = next(n for n, (length, _) in enumerate(units) if real >= length)
    (large, large_unit), (little, little_unit) = units[first], units[first + 1]
    whole, rest = divmod(round(real / little), round(large / little))
    text = f"{whole:,} {large_unit}"
    return f"{text} {rest} {little_unit}" if rest else text


def usd(value: Num | None) -> str:
    """`$0.0123`, `$12.34`, `$12,345`."""
    if value is None or not math.isfinite(float(value)):
        return number(value)
    real = float(value)
    sign = "-" if real < 0 else ""
    if 1 <= round(abs(real), 2) < 1000:
        return f"{sign}${abs(real):,.2f}"
    return f"{sign}${abs(real):,.0f}" if abs(real) >= 1000 else f"{sign}${number(abs(real))}"


def percent(value: Num | None) -> str:
    """A share in percent."""
    return (
        number(value) if value is None or not math.isfinite(float(value)) else f"{float(value):.0%}".replace("%", " %")
    )


def factor(value: Num | None) -> str:
    """How many times as fast, in three digits: `2.28×`."""
    return number(value) if value is None or not math.isfinite(float(value)) else f"{float(f'{float(value):.3g}'):g}×"


def interval(value: Interval, printer: Callable[[Num | None], str]) -> str:
    """`2.5 s (1.9 s to 3.3 s)`; the value alone if the interval has no width."""
    if value.low == value.high:
        return printer(value.value)
    return f"{printer(value.value)} ({printer(value.low)} to {printer(value.high)})"


def stable(value: Num | None) -> int | float | None:
    """The number programs read: 12 significant digits, whole numbers as such, nothing for what is not finite.

    The last digits of a float differ between processors; cut off, the same input gives the same bytes.
    """
    if value is None or not math.isfinite(float(value)):
        return None
    rounded = float(f"{float(value):.{STABLE_DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < EXACT_WHOLE else rounded


def plain(value: Num | None) -> str:
    """The stable number as text; empty for what is not known or not finite."""
    known = stable(value)
    return "" if known is None else str(known)


def jsonable(value: object) -> Json:
    """Any value of an answer as JSON: numbers stable, tuples as lists, keys as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): jsonable(part) for key, part in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [jsonable(part) for part in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return stable(value) if isinstance(value, int | float) else str(value)
