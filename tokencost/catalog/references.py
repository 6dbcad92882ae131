"""Names in records that stand for other records: every one must be the id of something there is."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

Path = tuple[str, ...]
Reference = tuple[Path, str, str]
"""Where in a record, which folder, which id."""

CALLED = {"gpus": "GPU", "models": "model", "networks": "network", "tokenizers": "tokenizer", "precisions": "precision"}


def _of_model(data: Mapping[str, Any]) -> Iterator[Reference]:
    for role, part in data["components"].items():
        yield ("components", role, "network"), "networks", part["network"]
        yield ("components", role, "precision"), "precisions", part["precision"]
    for use in ("generation", "perception"):
        if data[use]:
            yield (use, "tokenizer"), "tokenizers", data[use]["tokenizer"]


def _of_run(data: Mapping[str, Any]) -> Iterator[Reference]:
    yield ("model",), "models", data["model"]
    yield ("gpu",), "gpus", data["gpu"]
    yield from ((("published",), "gpus", figure["gpu"]) for figure in data["published"])


def _field(name: str, folder: str) -> Callable[[Mapping[str, Any]], Iterator[Reference]]:
    return lambda data: iter((((name,), folder, data[name]),))


REFERENCES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Reference]]] = {
    "models": _of_model,
    "training": _of_run,
    "prices": _field("gpu", "gpus"),
    "api_prices": _field("model", "models"),
    "precisions": _field("others", "precisions"),
}
"""Folder -> the references of one of its records; an empty name refers to nothing."""


def dangling(kind: str, data: Mapping[str, Any], names: Mapping[str, Set[str]]) -> Iterator[tuple[Path, str]]:
    """Places of a record that name what does not exist, each with what to say about it; `names` by folder."""
    references = REFERENCES.get(kind)
    for path, folder, name in references(data) if references else ():
        if name and name not in names[folder]:
            near = difflib.get_close_matches(name, sorted(names[folder]), 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            yield path, f"no {CALLED[folder]} has the id {name!r}{hint}"
