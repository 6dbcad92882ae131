"""JSON Schemas of specs and budgets, from the records that read them: editors complete what the reader accepts."""

from collections.abc import Mapping
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.reading.document import Path
from tokencost.reading.draft7 import draft7
from tokencost.spec.budget import BudgetText
from tokencost.spec.fitting import MUST, USELESS
from tokencost.spec.product import Product
from tokencost.spec.quantities import NAME_SCHEMA

TITLE = "tokencost product spec"
NAMES = {
    ("Platform", "gpu"): "gpus", ("Platform", "engine"): "engines", ("Platform", "precision"): "precisions",
    ("Platform", "accelerations"): "accelerations", ("Energy", "site"): "sites", ("", "candidates"): "models",
}  # fmt: skip
"""Record and key -> the folder of the catalogue whose names may stand there; the product itself has no name."""


def spec_schema(catalog: Catalog | None = None) -> dict[str, Any]:
    """JSON Schema, draft 7, of a product spec; a catalogue's names are suggested, others stay allowed."""
    schema = draft7(Product.model_json_schema(by_alias=True, mode="validation"), TITLE)
    shapes = schema["definitions"]
    shapes["Assume"]["properties"] |= _both_spellings(shapes["Assume"]["properties"])
    for (record, key), kind in NAMES.items() if catalog else ():
        properties = (shapes[record] if record else schema)["properties"]
        properties[key] = _suggesting(properties[key], catalog.names(kind) if catalog else [])
    return {**schema, "allOf": [_of_task(task) for task in MUST]}


def budget_schema() -> dict[str, Any]:
    """JSON Schema, draft 7, of a budget file."""
    return draft7(BudgetText.model_json_schema(by_alias=True, mode="validation"), "tokencost budget")


def _both_spellings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Keys with a hyphen are read with an underscore too, as all the others are written."""
    twins = {key: said for key, said in properties.items() if "-" in key}
    return {key.replace("-", "_"): {**said, "description": f"The same as {key}."} for key, said in twins.items()}


def _suggesting(part: Any, names: list[str]) -> Any:
    """The same schema; where it takes any name, these come first."""
    if part == NAME_SCHEMA or (isinstance(part, dict) and part.items() >= NAME_SCHEMA.items()):
        said = {key: value for key, value in part.items() if key not in NAME_SCHEMA}
        return {**said, "anyOf": [{"enum": names}, NAME_SCHEMA]}
    if isinstance(part, dict):
        return {key: _suggesting(value, names) for key, value in part.items()}
    return [_suggesting(each, names) for each in part] if isinstance(part, list) else part


def _of_task(task: str) -> dict[str, Any]:
    """What a task needs and what it has no use for."""
    then: dict[str, Any] = {"required": [MUST[task]], "properties": {}}
    for path, _ in USELESS[task]:
        _refuse(then["properties"], path)
    if task == "text-to-video":
        then["properties"]["output"] = {"anyOf": [{"required": ["frames"]}, {"required": ["seconds", "fps"]}]}
    return {"if": {"required": ["task"], "properties": {"task": {"const": task}}}, "then": then}


def _refuse(properties: dict[str, Any], path: Path) -> None:
    first, *rest = (str(part) for part in path)
    if not rest:
        properties[first] = False
        return
    _refuse(properties.setdefault(first, {"properties": {}})["properties"], tuple(rest))
