"""JSON Schemas of specs and budgets, from the records that read them: editors complete what the reader accepts."""

from typing import Any

from tokencost.spec.budget import BudgetText
from tokencost.spec.product import Product
from tokencost.spec.record import Record


def spec_schema() -> dict[str, Any]:
    """JSON Schema, draft 7, of a product spec."""
    return _schema(Product, "tokencost product spec")


def budget_schema() -> dict[str, Any]:
    """JSON Schema, draft 7, of a budget file."""
    return _schema(BudgetText, "tokencost budget")


def _schema(record: type[Record], title: str) -> dict[str, Any]:
    schema = _seventh(record.model_json_schema(by_alias=True, mode="validation"))
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": title}


def _seventh(part: Any) -> Any:
    """Definitions where draft 7 has them, and no null: the reader refuses it."""
    if isinstance(part, list):
        return [_seventh(each) for each in part]
    if not isinstance(part, dict):
        return part.replace("#/$defs/", "#/definitions/") if isinstance(part, str) else part
    found = {("definitions" if key == "$defs" else key): _seventh(value) for key, value in part.items()}
    if "anyOf" in found:
        found["anyOf"] = [each for each in found["anyOf"] if each != {"type": "null"}]
    if len(found.get("anyOf", ())) == 1 and "$ref" not in found["anyOf"][0]:
        found = {**found.pop("anyOf")[0], **found}
    if "default" in found and found["default"] is None:
        del found["default"]
    return found
