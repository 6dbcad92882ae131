"""A spec in one spelling: as it was understood, but written as a file holds it; two of them compare and mix."""

from collections.abc import Iterator, Mapping
from typing import Any

from tokencost.nouns.change import Altered, Cause

UNITS = {
    "latency.p50": "s", "latency.p95": "s", "latency.p99": "s", "traffic.average": "req/s", "traffic.peak": "req/s",
    "platform.price": "USD/h", "platform.price.rate": "USD/h", "platform.price.floor": "USD/h",
    "platform.cold_start": "s", "platform.batching.window": "s",
    "budget.per_asset": "USD", "budget.per_month": "USD",
    "budget.energy_per_asset": "J", "budget.carbon_per_asset": "kg", "budget.max_price_age": "s",
    "assume.request_time.value": "s",
}  # fmt: skip
"""Fields whose number needs a unit in a file."""
REASONS = ("request_time", "batch", "steps", "guidance", "service_spread", "utilisation_target")
PRICE = (
    "rate", "since", "provider", "region", "term", "instance", "gpus_per_instance", "residency", "discount", "floor",
    "interrupted", "committed_use",
)  # fmt: skip
EXCHANGE = ("currency", "usd", "since", "source")
SILENT = ("version", "name", "labels", *(f"assume.{name}.reason" for name in REASONS))
"""What says nothing about the figures."""
BY_NAME = ("quality.bounds.", "assume.speedup.", "assume.steps_of.")
"""Parts whose keys are names, which hold dots."""
TOGETHER = (
    ("output.width", "output.height"),
    ("input.width", "input.height"),
    ("output.seconds", "output.fps", "output.frames"),
    ("platform.gpus", "platform.parallelism"),
    (
        "platform.price",
        *(f"platform.price.{name}" for name in PRICE),
        *(f"platform.price.exchange.{n}" for n in EXCHANGE),
    ),
)
"""Fields that are one decision."""
HOUR = 3600.0
DIGITS = 12
"""Significant digits that a saved result keeps."""

Flat = dict[str, Any]


def flat(spec: Mapping[str, Any]) -> Flat:
    """The fields of a spec as understood, by dotted path, each as a file would hold it."""
    found = dict(_leaves(spec, ""))
    if found.get("task") != "image-to-text":
        found.pop("output_tokens", None)
    return found


def _leaves(part: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key, value in part.items():
        here = f"{path}{key}"
        if isinstance(value, Mapping) and here.startswith("quality.bounds."):
            yield here, f"{value['operator']} {_number(value['value'])!r}"
        elif isinstance(value, Mapping) and here.startswith(BY_NAME):
            yield here, _number(value["value"])
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{here}.")
        elif not here.startswith("labels."):
            yield here, _spelled(here, value)


def _spelled(path: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [*value]
    if path == "platform.gpu":
        return [value]
    if isinstance(value, bool | str) or value is None:
        return value
    unit = UNITS.get(path)
    said = _number(value * HOUR if unit == "USD/h" else value)
    return f"{said!r} {unit}" if unit else said


def _number(value: float) -> int | float:
    """Without the digits that a saved result has lost."""
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


def nested(fields: Flat) -> dict[str, Any]:
    """Fields by path as the data of a file; metrics and models keep the dots in their names."""
    data: dict[str, Any] = {}
    for path, value in fields.items():
        *around, last = path.split(".", 2) if path.startswith(BY_NAME) else path.split(".")
        part = data
        for key in around:
            part = part.setdefault(key, {})
        part[last] = value
    return data


def spec_causes(old: Flat, new: Flat) -> list[Cause]:
    """Fields that differ, in the order of the spec, those that are one decision together."""
    paths = [path for path in dict.fromkeys([*new, *old]) if path not in SILENT and old.get(path) != new.get(path)]
    groups: dict[tuple[str, ...], list[str]] = {}
    for path in paths:
        groups.setdefault(next((known for known in TOGETHER if path in known), (path,)), []).append(path)
    return [
        Cause(kind="spec", altered=tuple(altered(path, old.get(path), new.get(path)) for path in group))
        for group in groups.values()
    ]


def altered(path: str, before: Any, after: Any) -> Altered:
    """A field on both sides, as text."""
    return Altered(path=path, before=_text(before), after=_text(after))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def mixed(old: Flat, new: Flat, causes: list[Cause]) -> dict[str, Any]:
    """The old spec after some of its causes."""
    changed = {one.path for cause in causes for one in cause.altered}
    paths = dict.fromkeys([*old, *new])
    chosen = {path: (new if path in changed or path in SILENT else old).get(path) for path in paths}
    return nested({path: value for path, value in chosen.items() if value is not None})
