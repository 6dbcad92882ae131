"""A model may hold the shapes of its networks itself: each becomes a network record of its own, sources and all.

So a model is one file, and everything below the catalogue knows networks by name only.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tokencost.errors import Problem
from tokencost.reading.document import Document

Record = dict[str, Any]
"""{"noun": plain data, "sources": {field: who}}"""


def network_name(model: str, role: str) -> str:
    """Id of a network that a model holds itself."""
    return f"{model}-{role.replace('_', '-')}"


def with_ids(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A model as it was written, every shape in it with the id it gets."""
    components = raw.get("components")
    if not isinstance(components, dict):
        return dict(raw)
    return {**raw, "components": {role: _with_id(raw.get("id"), role, part) for role, part in components.items()}}


def _with_id(model: object, role: object, part: Any) -> Any:
    shape = part.get("shape") if isinstance(part, dict) else None
    return {**part, "shape": {"id": network_name(str(model), str(role)), **shape}} if isinstance(shape, dict) else part


def lifted(record: Record) -> tuple[Record, dict[str, Record]]:
    """The model with names instead of shapes, and the network records they name."""
    networks: dict[str, Record] = {}
    components: dict[str, Any] = {}
    for role, part in record["noun"]["components"].items():
        shape = part["shape"]
        components[role] = {key: value for key, value in part.items() if key != "shape"}
        if shape is not None:
            components[role]["network"] = shape["id"]
            networks[shape["id"]] = {"noun": shape, "sources": _sources(record["sources"], role)}
    return {**record, "noun": {**record["noun"], "components": components}}, networks


def _sources(said: Mapping[str, str], role: str) -> dict[str, str]:
    """What the model's sources say about one shape, by the paths inside it."""
    path = f"components.{role}.shape"
    around = (path, f"components.{role}", "components", "default")
    whole = next(({"default": said[name]} for name in around if name in said), {})
    inside = {name.removeprefix(f"{path}."): text for name, text in said.items() if name.startswith(f"{path}.")}
    return {**whole, **inside}


def misfits(record: Record, document: Document) -> Iterator[Problem]:
    """Components that name no network and hold none, or do both."""
    for role, part in record["noun"]["components"].items():
        if bool(part["network"]) == (part["shape"] is not None):
            text = "a component names its network or holds its shape: write network or shape, one of them"
            yield document.problem(("components", role), text)
