"""The JSON Schema that editors complete specs with."""

import json
from collections.abc import Iterator
from typing import Any

from tokencost.spec.product import Product
from tokencost.spec.schema import spec_schema


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema."""
    if isinstance(schema, dict):
        yield schema
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(value)


def test_every_key_of_a_spec_is_described() -> None:
    """An editor shows the description while somebody types."""
    properties = spec_schema()["properties"]

    assert set(Product.model_fields) == set(properties)
    assert all(len(each["description"]) > 10 for each in properties.values())


def test_every_reference_leads_to_a_definition() -> None:
    """Draft 7 keeps definitions under its own name."""
    schema = spec_schema()
    references = {part["$ref"].removeprefix("#/definitions/") for part in parts(schema) if "$ref" in part}

    assert references
    assert references <= set(schema["definitions"])
    assert "$defs" not in json.dumps(schema)


def test_unknown_keys_are_refused_and_null_is_nowhere() -> None:
    """The schema promises what the reader keeps."""
    schema = spec_schema()

    assert schema["additionalProperties"] is False
    assert not any(part.get("type") == "null" for part in parts(schema))
    assert {"version", "name", "task"} == set(schema["required"])
