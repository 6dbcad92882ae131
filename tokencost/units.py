"""Quantities as types. Inside the package every number is in base units: s, B, FLOP, USD, J, W or a plain count.

A unit is metadata on a type, never a run-time wrapper. It is read in four places: by the readers of
files, which turn "2039 GB/s" into 2.039e12; by the derivation printer; by the schemas; and by
tests/promises, which evaluate every formula on dimensions instead of numbers.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Num = float | NDArray[np.float64]
else:
    Num = float

DECIMAL = {
    "": 0,
    "k": 3,
    "K": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
    "m": -3,
    "u": -6,
    "µ": -6,
    "μ": -6,
    "n": -9,
}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40}
SCALES = {p: Decimal(10) ** e for p, e in DECIMAL.items()} | {p: Decimal(2) ** e for p, e in BINARY.items()}

# What people write -> (base unit, factor). Things one counts (requests, images, tokens) have no dimension.
SPELLINGS: dict[str, tuple[str, Decimal]] = {
    "sec": ("s", Decimal(1)),
    "min": ("s", Decimal(60)),
    "h": ("s", Decimal(3600)),
    "day": ("s", Decimal(86400)),
    "days": ("s", Decimal(86400)),
    "%": ("", Decimal("0.01")),
    "USD/h": ("USD/s", Decimal(1) / 3600),
    "req/s": ("1/s", Decimal(1)),
    "req/min": ("1/s", Decimal(1) / 60),
    "req/h": ("1/s", Decimal(1) / 3600),
    "req/day": ("1/s", Decimal(1) / 86400),
    "tokens": ("", Decimal(1)),
    "ktokens": ("", Decimal(1000)),
    "frames": ("", Decimal(1)),
    "frames/s": ("1/s", Decimal(1)),
    "fps": ("1/s", Decimal(1)),
    "px": ("", Decimal(1)),
    "USD/image": ("USD", Decimal(1)),
    "USD/Mtoken": ("USD", Decimal("1e-6")),
    "USD/megapixel": ("USD", Decimal("1e-6")),
    "MWh": ("J", Decimal(3_600_000_000)),
    "kWh": ("J", Decimal(3_600_000)),
    "Wh": ("J", Decimal(3600)),
    "t": ("kg", Decimal(1000)),
    "g": ("kg", Decimal("1e-3")),
    "mg": ("kg", Decimal("1e-6")),
    "kg/kWh": ("kg/J", Decimal(1) / 3_600_000),
    "g/kWh": ("kg/J", Decimal(1) / 3_600_000_000),
}
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?"
"""At most two digits of exponent: with LONGEST characters in all, every number that matches is a float above 0."""
QUANTITY = re.compile(rf"({NUMBER})[ ]?([A-Za-zµμ%1][A-Za-z/%]*)?")
NOT_FOR = {"s": "kKMGTPE", "USD": "uµμnmGTPE", "B": "muµμn", "FLOP": "muµμn", "kg": "kKMGTPEmuµμn"}
"""Prefixes that are a slip of the keyboard with this unit: "120 Ms" was meant as milliseconds."""
LONGEST = 60
"""Characters of the longest text that can be a quantity."""
CURRENCY = re.compile(r"[$€£¥₹]|\b(?!USD)[A-Z]{3}\b")


@dataclass(frozen=True, slots=True)
class Unit:
    """A base unit such as "s" or "FLOP/s"; "" is a dimensionless count."""

    symbol: str

    def parse(self, raw: object) -> float:
        """Read "312 TFLOP/s" as 3.12e14, refusing another dimension or a bare number.

        Counts may be bare numbers; everything else must say its unit in the file.
        Raises ValueError that says what would be right.
        """
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            if self.symbol:
                raise ValueError(f"{quoted(raw)} has no unit; write for example '{quoted(raw)} {self.example}'")
            return finite(raw, raw)
        text = raw.strip(" ") if isinstance(raw, str) else ""
        match = QUANTITY.fullmatch(text) if len(text) <= LONGEST else None
        factor = self.factor(match[2] or "") if match else None
        if match is None or factor is None:
            raise ValueError(f"{quoted(raw)} is not a {self.phrase}; {self.advice(text, match)}")
        return finite(Decimal(match[1]) * factor, raw)

    def factor(self, written: str) -> Decimal | None:
        """How many base units one `written` is; None if it has another dimension."""
        base, factor = SPELLINGS.get(written, (written, Decimal(1)))
        if not base.endswith(self.symbol):
            return None
        prefix = base.removesuffix(self.symbol) if self.symbol else base
        if prefix not in SCALES or (not self.symbol and written in SCALES and written):
            return None
        if prefix in BINARY and not self.symbol.startswith("B"):
            return None
        return None if prefix and prefix in NOT_FOR.get(self.symbol, "") else SCALES[prefix] * factor

    def advice(self, text: str, match: re.Match[str] | None) -> str:
        """What to write instead of `text`, naming what is easy to overlook."""
        number = match[1] if match and len(match[1]) < 20 else "10"
        if re.match(r"[-+.0-9]+[eE][-+]?[0-9]{3}", text):
            return "it is no number that can be computed with: its power of ten has more than two digits"
        hint = f"write for example '{number} {self.example}'" if self.symbol else "write digits alone"
        foreign = next((c for c in text if not c.isascii() and c not in "µμ"), "")
        if "USD" in self.symbol and CURRENCY.search(text):
            return f"the only currency is USD; {hint}"
        if foreign:
            name = unicodedata.name(foreign, "a character without a name")
            return f"it holds U+{ord(foreign):04X} ({name}); {hint}"
        grouped = re.match(r"[0-9]{1,3}([ _,'][0-9]{3})+(?![0-9])", text)
        if grouped:
            return f"write the digits together, as in '{re.sub(r'[^0-9]', '', grouped[0])} {self.example}'"
        return hint

    @property
    def pattern(self) -> str:
        """Every text that `parse` reads, as a regular expression that schemas can hold."""
        known = {written for written in (*SPELLINGS, *(f"{p}{self.symbol}" for p in SCALES)) if written}
        units = "|".join(sorted(written for written in known if self.factor(written) is not None))
        return f"^ *{NUMBER} ?(?:{units}){'' if self.symbol else '?'} *$"

    @property
    def example(self) -> str:
        """How people write this unit."""
        usual = {
            "1/s": "req/s", "USD/s": "USD/h", "B": "GiB", "B/s": "GB/s", "FLOP/s": "TFLOP/s", "J": "kJ", "kg": "g",
            "kg/J": "g/kWh",
        }  # fmt: skip
        return usual.get(self.symbol, self.symbol)

    @property
    def phrase(self) -> str:
        """What people call a quantity of this unit."""
        names = {
            "s": "time", "B": "size in bytes", "USD": "price in USD", "1/s": "rate", "USD/s": "price per time",
            "B/s": "bandwidth", "FLOP/s": "compute rate", "FLOP": "quantity of work", "W": "power",
            "J": "quantity of energy", "kg": "mass of CO2e", "kg/J": "carbon intensity",
        }  # fmt: skip
        return names.get(self.symbol, "number")

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        if not self.symbol:
            return {"type": ["number", "string"], "pattern": self.pattern, "description": "a count"}
        said = {"description": f"{self.phrase}, with its unit", "examples": [f"10 {self.example}"]}
        return {"type": "string", "pattern": self.pattern, **said}


@dataclass(frozen=True, slots=True)
class Whole(Unit):
    """A count that is a whole number."""

    def parse(self, raw: object) -> int:
        """Read a whole number; raises ValueError for anything else."""
        value = Unit.parse(self, raw)
        if value != int(value) or "%" in str(raw):
            raise ValueError(f"{quoted(raw)} is not a whole number; write digits alone")
        return int(value)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": ["integer", "string"], "pattern": self.pattern, "description": "a whole number"}


def finite(value: Decimal | float, raw: object) -> float:
    """`value` as a float; refuses infinities, NaN and what no float can hold."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or (value and not number):
        raise ValueError(f"{quoted(raw)} is no number that can be computed with")
    return number


def quoted(raw: object) -> str:
    """What somebody wrote: quoted, at most 80 characters, control and format characters escaped."""
    if isinstance(raw, str):
        text = repr(raw[:80])
        return text if len(raw) <= 76 and len(text) <= 80 else text[:75].rstrip("\\") + "...'"
    if isinstance(raw, list | tuple | dict):
        return "a mapping" if isinstance(raw, dict) else "a list"
    if isinstance(raw, int) and abs(raw) >= 10**40:
        return "a number of more than 40 digits"
    text = {"True": "true", "False": "false", "None": "nothing"}.get(str(raw), f"{raw}")
    return text if len(text) <= 80 else text[:77] + "..."


Count = Annotated[Num, Unit("")]
Fraction = Annotated[Num, Unit("")]
Seconds = Annotated[Num, Unit("s")]
Bytes = Annotated[Num, Unit("B")]
Flop = Annotated[Num, Unit("FLOP")]
BytesPerSecond = Annotated[Num, Unit("B/s")]
FlopPerSecond = Annotated[Num, Unit("FLOP/s")]
PerSecond = Annotated[Num, Unit("1/s")]
Usd = Annotated[Num, Unit("USD")]
UsdPerSecond = Annotated[Num, Unit("USD/s")]
Watts = Annotated[Num, Unit("W")]
Joules = Annotated[Num, Unit("J")]
Kilograms = Annotated[Num, Unit("kg")]
KilogramsPerJoule = Annotated[Num, Unit("kg/J")]
Size = Annotated[int, Whole("")]
"""A whole number that shapes a network (layers, channels): never an array."""


class Constant(float):
    """A number that appears in a formula by name, with its unit and its reason."""

    unit: Unit
    why: str

    def __new__(cls, value: float, unit: str, why: str) -> "Constant":
        """A float that also says what it is."""
        self = super().__new__(cls, value)
        self.unit, self.why = Unit(unit), why
        return self
