"""JSON Schemas as editors read them: draft 7 from the 2020-12 that pydantic writes.

Only keywords are translated. What stands under `properties` or in a default is the user's own, whatever it is called.
"""

from collections.abc import Mapping
from typing import Any

DRAFT = "http://json-schema.org/draft-07/schema#"
NAMED = {"properties", "patternProperties", "definitions", "dependencies"}
"""Keywords that hold a schema under each name."""
INNER = {
    "items", "additionalItems", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else",
    "anyOf", "allOf", "oneOf",
}  # fmt: skip
"""Keywords that hold a schema, or a list of them."""
RENAMED = {"$defs": "definitions", "dependentSchemas": "dependencies", "dependentRequired": "dependencies"}
DROPPED = {"discriminator", "title"}
"""OpenAPI's keyword, which validators refuse; and titles, which pydantic makes of the names."""


def draft7(schema: Mapping[str, Any], title: str, *, null: bool = False) -> dict[str, Any]:
    """The whole schema under a title; without `null`, nothing may be null, not even what has no default."""
    return {"$schema": DRAFT, **_part(schema, null), "title": title}


def _part(part: Any, null: bool) -> Any:
    """One schema, translated; lists of schemas and plain true or false as well."""
    if isinstance(part, list):
        return [_part(each, null) for each in part]
    if not isinstance(part, Mapping):
        return part
    found: dict[str, Any] = {}
    for key, value in _listed(part).items():
        name = RENAMED.get(key, key)
        if name in DROPPED:
            continue
        if name in NAMED:
            found[name] = {**found.get(name, {}), **{inner: _part(each, null) for inner, each in value.items()}}
        else:
            found[name] = _part(value, null) if name in INNER else value
    return _referring(_closed(found if null else _without_null(found)))


def _listed(part: Mapping[str, Any]) -> dict[str, Any]:
    """`prefixItems` and `items` as draft 7's `items` and `additionalItems`."""
    if "prefixItems" not in part:
        return dict(part)
    rest = {"additionalItems": part["items"]} if "items" in part else {}
    kept = {key: value for key, value in part.items() if key not in ("prefixItems", "items")}
    return {**kept, "items": list(part["prefixItems"]), **rest}


def _without_null(found: dict[str, Any]) -> dict[str, Any]:
    """A value or nothing is a value: what is not said is left out."""
    if "default" in found and found["default"] is None:
        del found["default"]
    if "anyOf" not in found:
        return found
    members = [each for each in found.pop("anyOf") if each != {"type": "null"}]
    return {**members[0], **found} if len(members) == 1 else {**found, "anyOf": members}


def _closed(found: dict[str, Any]) -> dict[str, Any]:
    """Names that match no pattern are refused."""
    return {"additionalProperties": False, **found} if "patternProperties" in found else found


def _referring(found: dict[str, Any]) -> dict[str, Any]:
    """Draft 7 ignores everything beside a reference, so that a description needs one that stands alone."""
    if "$ref" not in found:
        return found
    alone = {"$ref": found.pop("$ref").replace("#/$defs/", "#/definitions/")}
    return {**found, "allOf": [*found.get("allOf", ()), alone]} if found else alone
