"""JSON Schemas of the catalogue's records, for editors."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from tokencost.catalog.kinds import KINDS
from tokencost.reading.draft7 import draft7

SOURCES = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": 'Who says the numbers: "source-id, place in it"; default speaks for all without one.',
}


def record_schema(kind: str) -> dict[str, Any]:
    """The schema of the records in one folder, `sources` included."""
    schema = TypeAdapter(KINDS[kind]).json_schema()
    shapes = list(schema.get("$defs", {}).values()) if "oneOf" in schema or "anyOf" in schema else [schema]
    for shape in shapes:
        if "id" in shape.get("properties", {}):
            shape["properties"]["sources"] = SOURCES
    if kind == "models":
        _name_shapes(schema["$defs"].values())
    return draft7(schema, f"tokencost {kind}", null=True)


def _name_shapes(shapes: Iterable[dict[str, Any]]) -> None:
    """A shape inside a model need not say its id: model and role name it."""
    for shape in shapes:
        if {"id", "kind"} <= shape["properties"].keys():
            shape["required"].remove("id")
