"""What a value on an axis makes of a situation: numbers by arrays, shapes one by one, all else by reading the spec."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.planning.asked import Asked
from tokencost.planning.options import RunOptions
from tokencost.spec.convert import PERCENTILES
from tokencost.spec.product import Product
from tokencost.spec.spans import Values, text_of
from tokencost.spec.sweep import SweptAxis
from tokencost.units import Num, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is asked and how it runs at one point, or at many: then numbers are arrays, an axis to a dimension."""

    asked: Asked
    options: RunOptions


Change = Callable[[Setting, Num], Setting]

SHAPES = {
    "output.width", "output.height", "input.width", "input.height", "resolution", "prompt_tokens", "output_tokens",
    "assume.batch",
}  # fmt: skip
"""Fields that change the work of a request: each value is timed by itself, without reading the spec again."""


def shaped(path: str, setting: Setting, value: float) -> Setting:
    """The same with another value of one of the SHAPES."""
    asked = setting.asked
    whole, field = int(value), path.rpartition(".")[2]
    if path == "assume.batch":
        request = replace(asked.request, batch=float(whole))
        return replace(setting, asked=replace(asked, batch=whole, request=request))
    sides = ("width", "height") if path == "resolution" else (field,)
    request = replace(asked.request, **{side: float(whole) for side in sides})  # type: ignore[arg-type]
    return replace(setting, asked=replace(asked, request=request))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A field of the spec that an axis moves: what each value says of it, in base units too, and what that changes."""

    field: str
    texts: tuple[str, ...]
    bases: tuple[float, ...]
    change: Change


def moved_by(axis: SweptAxis, product: Product) -> tuple[Moved, ...]:
    """The numbers that this axis moves; none where the spec has to be read again for each of its values.

    Raises ValueError for a value that is no quantity of the field.
    """
    if axis.path == "traffic":
        return _together(axis.values, product)
    known = _numbers(product).get(axis.path)
    return (_moved(axis.path, axis.values.texts, *known),) if known else ()


def _moved(field: str, texts: Sequence[str], unit: str, change: Change) -> Moved:
    parse = Unit(unit).parse
    return Moved(field=field, texts=tuple(texts), bases=tuple(parse(text) for text in texts), change=change)


def _together(values: Values, product: Product) -> tuple[Moved, ...]:
    """Both rates in the proportion of the spec; a value is that of the peak, where there is one."""
    said = product.traffic
    if said is None or said.trace:
        return ()
    stated = {key: float(rate) for key in ("peak", "average") if (rate := getattr(said, key))}
    first, rates = next(iter(stated)), [_quantity_of(text) for text in values.texts]
    return tuple(
        _moved(
            f"traffic.{key}", [text_of(number * (rate / stated[first]), unit) for number, unit in rates], "1/s",
            _flowing(key, fixed=len(stated) > 1),
        )
        for key, rate in stated.items()
    )  # fmt: skip


def _quantity_of(text: str) -> tuple[float, str]:
    if Unit("1/s").parse(text) <= 0:
        raise ValueError(f"{text} is no traffic; rates are above 0")
    number, _, unit = text.partition(" ")
    return float(number), unit


def _numbers(product: Product) -> Mapping[str, tuple[str, Change]]:
    """Fields over which arrays go, with their base unit, for this spec."""
    said = product.traffic
    known: dict[str, tuple[str, Change]] = {
        "platform.price": ("USD/s", lambda now, value: replace(now, options=replace(now.options, price=value))),
        "assume.steps": ("", lambda now, value: replace(now, options=replace(now.options, steps=value))),
        **{f"latency.{key}": ("s", _limiting(share)) for key, share in PERCENTILES.items()},
        **{f"budget.{name}": (unit, _spending(name)) for name, unit in BUDGET.items()},
    }
    if said and not said.trace:
        known |= {
            "traffic.peak": ("1/s", _flowing("peak", fixed=bool(said.average))),
            "traffic.average": ("1/s", _flowing("average", fixed=bool(said.peak))),
            "platform.spares": ("", _sparing),
            "assume.utilisation_target": ("", _filling),
        }
    return known


BUDGET = {"per_asset": "USD", "per_month": "USD", "energy_per_asset": "J", "carbon_per_asset": "kg"}


def _limiting(share: float) -> Change:
    def change(now: Setting, value: Num) -> Setting:
        kept = [limit for limit in now.asked.limits if limit.percentile != share]
        limits = sorted([*kept, LatencyLimit(percentile=share, limit=value)], key=lambda one: float(one.percentile))
        return replace(now, asked=replace(now.asked, limits=tuple(limits)))

    return change


def _spending(name: str) -> Change:
    def change(now: Setting, value: Num) -> Setting:
        budget = replace(now.asked.budget, **{name: value})  # type: ignore[arg-type]
        return replace(now, asked=replace(now.asked, budget=budget))

    return change


def _traffic(now: Setting) -> Traffic:
    assert now.asked.traffic is not None
    return now.asked.traffic


def _flowing(name: str, *, fixed: bool) -> Change:
    """One of the two rates; the other keeps its proportion where the spec does not say it."""

    def change(now: Setting, value: Num) -> Setting:
        traffic = _traffic(now)
        above = traffic.peak_to_mean or 1.0
        other = "average" if name == "peak" else "peak"
        follows = {} if fixed else {other: value / above if name == "peak" else value * above}
        return replace(now, asked=replace(now.asked, traffic=_rates(traffic, {name: value, **follows})))

    return change


def _rates(traffic: Traffic, said: Mapping[str, Num]) -> Traffic:
    return replace(traffic, average=said.get("average", traffic.average), peak=said.get("peak", traffic.peak))


def _sparing(now: Setting, value: Num) -> Setting:
    return replace(now, asked=replace(now.asked, renting=replace(now.asked.renting, spares=value)))


def _filling(now: Setting, value: Num) -> Setting:
    return replace(now, asked=replace(now.asked, traffic=replace(_traffic(now), utilisation_target=value)))
