"""The JSON of every command, declared: what is always there, its type, its unit and what it says.

A version holds what its first release promised: fields are added, never taken away, renamed or given another type.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from tokencost.report.schemas import change, fleet, lock, measured, other, plan, prices, reconcile, sweeping, where
from tokencost.report.schemas.part import Part

RESULTS: dict[str, type[Part]] = {
    "plan": plan.Plan,
    "check": change.Check,
    "diff": change.Diff,
    "compare": plan.Comparison,
    "compare --what-if": other.WhatIf,
    "compare --where": where.Where,
    "compare --res=A..B": sweeping.Ranged,
    "sweep": sweeping.Sweep,
    "estimate": plan.Estimate,
    "tokens": plan.TokenCount,
    "capacity": fleet.CapacityPlan,
    "sample": other.Sample,
    "explain": other.Explanation,
    "explain --claims": other.Claims,
    "validate": measured.Validation,
    "train": measured.Training,
    "train --list": measured.TrainingList,
    "train --explain": other.Explanation,
    "calibrate": other.Calibration,
    "lock": lock.Lock,
    "prices list": prices.Prices,
    "prices list --conflicts": prices.SetAside,
    "prices refresh": prices.Refresh,
    "prices show": prices.Price,
    "reconcile": reconcile.Reconciliation,
    "catalog list": other.Listing,
    "catalog show": other.Record,
    "problems": other.Problems,
}
"""A command's result, and what stands in its place when an input is refused."""
SEVERAL = ("plan", "check")
"""Commands that take several specs and then print a list."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEYWORDS = ("properties", "$defs")
"""Keywords below which names are a result's own."""


def result_schema(command: str) -> dict[str, Any]:
    """The JSON Schema, draft 2020-12, of what a command prints with `--format json`."""
    shape: Any = RESULTS[command]
    adapter: TypeAdapter[Any] = TypeAdapter(shape | list[shape] if command in SEVERAL else shape)
    return {"$schema": DIALECT, "title": _title(command), **_untitled(adapter.json_schema(by_alias=True))}


def _title(command: str) -> str:
    said = RESULTS[command].model_fields.get("schema_")
    return said.annotation.__args__[0] if said and said.annotation else f"tokencost {command}"


def _untitled(part: Any, names: bool = False) -> Any:
    """Without the titles that pydantic makes of field names, and the defaults of fields that may be missing."""
    if isinstance(part, list):
        return [_untitled(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _untitled(value, key in KEYWORDS and not names)
        for key, value in part.items()
        if names or (key != "title" and (key, value) != ("default", None))
    }


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Dotted path, schema and presence of every field; `[]` is a member of a list, `<>` an entry of an open object."""
    yield from _below(schema, schema, "", ())


def _below(
    part: dict[str, Any], whole: dict[str, Any], path: str, open_refs: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for shape, refs in _shapes(part, whole, open_refs):
        for name, inner in shape.get("properties", {}).items():
            here = f"{path}.{name}".lstrip(".")
            yield here, inner, name in shape.get("required", ())
            yield from _below(inner, whole, here, refs)
        for key, sign in (("items", "[]"), ("additionalProperties", ".<>")):
            inner = shape.get(key)
            if isinstance(inner, dict) and inner:
                yield from _below(inner, whole, f"{path}{sign}".lstrip("."), refs)


def _shapes(
    part: dict[str, Any], whole: dict[str, Any], open_refs: tuple[str, ...]
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """What a value may be, references followed once."""
    reference = part.get("$ref", "")
    if reference and reference not in open_refs:
        yield from _shapes(whole["$defs"][reference.rpartition("/")[2]], whole, (*open_refs, reference))
    for member in part.get("anyOf", ()):
        yield from _shapes(member, whole, open_refs)
    if "properties" in part or "items" in part or "additionalProperties" in part:
        yield part, open_refs
