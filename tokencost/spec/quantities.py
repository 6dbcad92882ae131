"""The kinds of value a spec holds: quantities with their range, names, and words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from tokencost.nouns.hardware import Term as Term
from tokencost.reading.characters import forbidden, unseen
from tokencost.reading.validate import MisfitError
from tokencost.units import Joules, Kilograms, Unit, Usd, UsdPerSecond, Whole, quoted

NAME = re.compile(r"[A-Za-z0-9._+-]{1,64}")
SPLIT = r"(tp|ulysses|ring|usp|cfg)[1-9][0-9]{0,2}"
PARALLELISM = re.compile(rf"replicas|{SPLIT}(x{SPLIT})*")
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Named(Unit):
    """A quantity whose key already says the unit: a bare number is fine."""

    def parse(self, raw: object) -> float:
        """Read 4 or "4 s"; raises ValueError for anything else."""
        bare = isinstance(raw, int | float) and not isinstance(raw, bool)
        return Unit("").parse(raw) if bare else Unit.parse(self, raw)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": ["number", "string"], "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class Range:
    """The values that make sense, both ends included; `above` excludes its end."""

    low: float | None = None
    high: float | None = None
    above: float | None = None

    def __call__(self, value: Any) -> Any:
        """The value itself; raises ValueError if it is outside."""
        if self.above is not None and value <= self.above:
            raise ValueError(f"{value:.6g} is not allowed; it has to be greater than {self.above:g}")
        if self.low is not None and value < self.low:
            raise ValueError(f"{value:.6g} is not allowed; it has to be at least {self.low:,.0f}")
        if self.high is not None and value > self.high:
            raise ValueError(f"{value:.6g} is not allowed; it has to be at most {self.high:,.0f}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self.__call__, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        inner: dict[str, Any] = handler(schema.get("schema", schema))
        lowest = self.low if self.low is not None else self.above
        if "pattern" in inner and lowest is not None and lowest >= 0:
            inner = inner | {"pattern": inner["pattern"].replace("[-+]?", r"\+?", 1)}
        if inner.get("type") not in ("number", ["number", "string"], ["integer", "string"]):
            return inner
        bounds = {"minimum": self.low, "maximum": self.high, "exclusiveMinimum": self.above}
        return inner | {key: bound for key, bound in bounds.items() if bound is not None}


def version(raw: object) -> int:
    """The version of the format; raises ValueError for one that is not known, and for what only looks like one."""
    if type(raw) is not int or raw != 1:
        raise ValueError(f"version {quoted(raw)} is not known; this program reads version 1")
    return raw


def name(raw: object) -> str:
    """A name of the catalogue; raises ValueError for a path or anything else that cannot be one."""
    if not isinstance(raw, str):
        raise ValueError(f"{quoted(raw)} is not a name; put it in quotes" if raw is not None else "a name is missing")
    if not NAME.fullmatch(raw.strip(" ")):
        raise ValueError(f"{quoted(raw)} is not a name; names hold 1 to 64 letters, digits and . _ + -")
    return raw.strip(" ")


def title(raw: object) -> str:
    """A short line of text; raises ValueError for an empty or long one, or one with control characters."""
    if not isinstance(raw, str):
        raise ValueError(f"{quoted(raw)} is not text; put it in quotes" if raw is not None else "text is missing")
    bad = next((what for _, what in forbidden(raw)), "") or ("a line break" if "\n" in raw or "\t" in raw else "")
    if bad:
        raise ValueError(f"{bad} may not stand here")
    if not raw.strip() or len(raw) > LONGEST_TITLE:
        raise ValueError(f"{len(raw):,} characters are not allowed; it has to be 1 to {LONGEST_TITLE}, not only spaces")
    return raw


def label(raw: str) -> str:
    """The key of a label; raises ValueError if it is long or not visible."""
    if not 1 <= len(raw) <= 64 or unseen(raw):
        raise ValueError(f"{quoted(raw)} is not a label; labels have 1 to 64 visible characters")
    return raw


def parallelism(raw: object) -> str:
    """How the GPUs share the work, such as tp4 or cfg2xulysses2; raises ValueError for anything else."""
    if not isinstance(raw, str) or not PARALLELISM.fullmatch(raw):
        example = "tp4, ulysses4, ring2, usp8, cfg2, a product such as cfg2xulysses2, or replicas"
        raise ValueError(f"{quoted(raw)} is no way to share the work; write {example}")
    return raw


def distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names themselves; raises ValueError if one stands there twice."""
    lower = [each.lower() for each in names]
    twice = next((each for n, each in enumerate(lower) if each in lower[:n]), None)
    if twice is not None:
        raise MisfitError(
            f"duplicate {quoted(twice)}; each may stand here once", len(names) - 1 - lower[::-1].index(twice)
        )
    return names


def one_or_more(raw: object) -> object:
    """A single name as a list of one."""
    return [raw] if isinstance(raw, str) else raw


def at_most(limit: int) -> Callable[[object], object]:
    """A check that a list is neither empty nor long, before its members are looked at."""

    def check(raw: object) -> object:
        if isinstance(raw, list | tuple) and not raw:
            raise ValueError("the list is empty; name at least one or remove the key")
        if isinstance(raw, list | tuple) and len(raw) > limit:
            raise ValueError(f"{len(raw):,} entries; at most {limit} are read")
        return raw

    return check


def _only(*units: str) -> Callable[[object], object]:
    def check(raw: object) -> object:
        written = re.sub(r"^[-+.0-9eE ]*", "", raw.strip(" ")) if isinstance(raw, str) else ""
        if written in ("USD/Mtoken", "USD/megapixel", "USD/image") and written not in units:
            raise ValueError(f"{quoted(raw)} is not a price of this; write for example '10 {units[0]}'")
        return raw

    return check


Version = Annotated[int, BeforeValidator(version), WithJsonSchema({"const": 1})]
Title = Annotated[
    str, BeforeValidator(title), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_TITLE})
]
Label = Annotated[str, BeforeValidator(title), AfterValidator(label)]
NAME_SCHEMA = {"type": "string", "pattern": f"^{NAME.pattern}$"}
Name = Annotated[str, BeforeValidator(name), WithJsonSchema(NAME_SCHEMA)]
NAMES_SCHEMA = {"type": "array", "items": NAME_SCHEMA, "minItems": 1, "maxItems": 200, "uniqueItems": True}
Names = Annotated[
    tuple[Name, ...], AfterValidator(distinct), BeforeValidator(at_most(200)), WithJsonSchema(NAMES_SCHEMA)
]
NameOrNames = Annotated[
    Names,
    BeforeValidator(one_or_more),
    WithJsonSchema({"anyOf": [NAME_SCHEMA, NAMES_SCHEMA]}),
]
Sharing = Annotated[
    str, BeforeValidator(parallelism), WithJsonSchema({"type": "string", "pattern": f"^(?:{PARALLELISM.pattern})$"})
]
Pixels = Annotated[int, Whole(""), Range(1, 65_536)]
Frames = Annotated[int, Whole(""), Range(1, 100_000)]
Tokens = Annotated[int, Whole(""), Range(0, 10_000_000)]
Positive = Annotated[int, Whole(""), Range(1, 100_000)]
Length = Annotated[float, Named("s"), Range(high=100_000, above=0)]
FramesPerSecond = Annotated[float, Named("1/s"), Range(high=1_000, above=0)]
Duration = Annotated[float, Unit("s"), Range(above=0)]
Rate = Annotated[float, Unit("1/s"), Range(above=0)]
Burstiness = Annotated[float, Unit(""), Range(high=10_000, above=0)]
ServiceSpread = Annotated[float, Unit(""), Range(high=100, above=0)]
Share = Annotated[float, Unit(""), Range(high=1, above=0)]
Factor = Annotated[float, Unit(""), Range(high=1_000_000, above=0)]
PeakToMean = Annotated[float, Unit(""), Range(low=1, high=2)]
Hours = Annotated[float, Unit(""), Range(high=8_760, above=0)]
Batch = Annotated[int, Whole(""), Range(1, 256)]
Spares = Annotated[int, Whole(""), Range(0, 1_000)]
Price = Annotated[UsdPerSecond, Range(above=0)]
PerAsset = Annotated[Usd, Range(above=0), BeforeValidator(_only("USD", "USD/image"))]
PerMonth = Annotated[Usd, Range(above=0), BeforeValidator(_only("USD"))]
PerAssetEnergy = Annotated[Joules, Range(above=0)]
PerAssetCarbon = Annotated[Kilograms, Range(above=0)]
Pue = Annotated[float, Unit(""), Range(low=1, high=5)]
