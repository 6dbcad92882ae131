"""Names in records that stand for other records: every one must be the id of something there is."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from tokencost.nouns.metric import Metric, outside

Path = tuple[str | int, ...]
Reference = tuple[Path, str, str]
"""Where in a record, which folder, which id."""

CALLED = {
    "gpus": "GPU", "models": "model", "networks": "network", "tokenizers": "tokenizer", "precisions": "precision",
    "engines": "engine", "metrics": "metric",
}  # fmt: skip


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


def _of_acceleration(data: Mapping[str, Any]) -> Iterator[Reference]:
    for field, folder in (("engine", "engines"), ("precision", "precisions"), ("student", "models")):
        yield (field,), folder, data[field]
    for n, model in enumerate(data["models"]):
        yield ("models", n), "models", model
    for n, report in enumerate(data["reports"]):
        yield ("reports", n, "model"), "models", report["model"]


def _field(name: str, folder: str) -> Callable[[Mapping[str, Any]], Iterator[Reference]]:
    return lambda data: iter((((name,), folder, data[name]),))


def _scored(data: Mapping[str, Any], names: Mapping[str, Set[str]]) -> Iterator[tuple[Path, str]]:
    """Scores are of a model or a network there is, or say why there is none."""
    there = data["id"] in names["models"] or data["id"] in names["networks"]
    if there and data["no_model"]:
        yield ("no_model",), f"there is a record of {data['id']!r}; remove no_model"
    if not there and not data["no_model"]:
        near = difflib.get_close_matches(data["id"], sorted({*names["models"], *names["networks"]}), 3)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; say in no_model why"
        yield ("id",), f"no model or network has the id {data['id']!r}{hint}"


def _of_quality(data: Mapping[str, Any]) -> Iterator[Reference]:
    return ((("scores", n, "metric"), "metrics", score["metric"]) for n, score in enumerate(data["scores"]))


def _of_tier(data: Mapping[str, Any]) -> Iterator[Reference]:
    return ((("any_of", n, "metric"), "metrics", bound["metric"]) for n, bound in enumerate(data["any_of"]))


REFERENCES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Reference]]] = {
    "models": _of_model,
    "training": _of_run,
    "prices": _field("gpu", "gpus"),
    "api_prices": _field("model", "models"),
    "precisions": _field("others", "precisions"),
    "accelerations": _of_acceleration,
    "quality": _of_quality,
    "tiers": _of_tier,
}
"""Folder -> the references of one of its records; an empty name refers to nothing."""


def dangling(kind: str, data: Mapping[str, Any], names: Mapping[str, Set[str]]) -> Iterator[tuple[Path, str]]:
    """Places of a record that name what does not exist, each with what to say about it; `names` by folder."""
    if kind == "quality":
        yield from _scored(data, names)
    references = REFERENCES.get(kind)
    for path, folder, name in references(data) if references else ():
        if name and name not in names[folder]:
            near = difflib.get_close_matches(name, sorted(names[folder]), 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            yield path, f"no {CALLED[folder]} has the id {name!r}{hint}"


def off_scale(kind: str, data: Mapping[str, Any], metrics: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Scores and bounds of a record that their metric does not reach; `metrics` are records by id."""
    field = {"quality": "scores", "tiers": "any_of"}.get(kind)
    for n, score in enumerate(data[field]) if field else ():
        found = metrics.get(score["metric"])
        why = outside(Metric(**found["noun"]), score["value"]) if found else ""
        if why:
            yield (field or "", n, "value"), f"no model has {score['metric']} {score['value']:g}: {why}"
