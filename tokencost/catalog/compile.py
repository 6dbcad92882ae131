"""YAML records to the compiled index: every record checked, every number spoken for.

A record keeps its numbers plain and names its sources beside them: `sources.default` speaks for every
number, `sources.<field>` for one (dots reach inside: `peak.bf16`). A number nobody speaks for is an error,
and so is a source for a field that does not exist or one that data/sources does not know.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tokencost.catalog.kinds import KINDS
from tokencost.errors import AccessError, CatalogError, Problem
from tokencost.reading.strict import Document, read
from tokencost.reading.validate import problems_of

Index = dict[str, Any]
"""{"sources": {id: source}, folder: {id: {"noun": plain data, "sources": {field: who}}}}"""

SOURCE_FIELDS = ({"title", "kind"}, {"url", "retrieved", "licence", "note"})
SELF_SOURCED = {"prices", "api_prices", "quality"}
"""Folders whose records carry a source in every line."""


def compile_folder(folder: Path, known_sources: Mapping[str, Any]) -> Index:
    """Read every record under `folder`; raises CatalogError with all problems found."""
    problems: list[Problem] = []
    index: Index = {"sources": _sources(folder / "sources", problems)}
    bibliography = {**known_sources, **index["sources"]}
    for kind in KINDS:
        index[kind] = {}
        for path in sorted((folder / kind).glob("*.yaml")):
            record = _record(kind, path, bibliography, problems)
            if record:
                index[kind][path.stem] = record
    problems += _aliases(index)
    if problems:
        raise CatalogError(*problems)
    return index


def _document(path: Path, problems: list[Problem]) -> Document | None:
    try:
        return read(path.read_bytes(), str(path))
    except OSError as error:
        raise AccessError(f"{path}: {error.strerror}") from error
    except CatalogError as error:
        problems += error.problems
    except Exception as error:
        if not hasattr(error, "problems"):
            raise
        problems += error.problems
    return None


def _sources(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = _document(path, problems)
        for name, entry in (document.data.items() if document and isinstance(document.data, dict) else ()):
            fields = set(entry) if isinstance(entry, dict) else set()
            if document and (not SOURCE_FIELDS[0] <= fields or fields - SOURCE_FIELDS[0] - SOURCE_FIELDS[1]):
                text = "a source has title, kind and optionally url, retrieved, licence, note"
                problems.append(document.problem((name,), text))
            if document and name in found:
                problems.append(document.problem((name,), f"source {name!r} stands in another file too"))
            found[str(name)] = entry
    return found


def _record(kind: str, path: Path, bibliography: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any] | None:
    document = _document(path, problems)
    if document is None:
        return None
    raw = document.data
    if not isinstance(raw, dict):
        problems.append(document.problem((), "a record is a mapping"))
        return None
    said = raw.get("sources", {})
    said = {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}
    try:
        noun = TypeAdapter(KINDS[kind]).validate_python({k: v for k, v in raw.items() if k != "sources"})
    except ValidationError as error:
        problems += problems_of(error, document, KINDS[kind])
        return None
    if noun.id != path.stem:
        problems.append(document.problem(("id",), f"id {noun.id!r} is not the name of the file; write id: {path.stem}"))
    problems += _unspoken(kind, noun, said, bibliography, document)
    return {"noun": dataclasses.asdict(noun), "sources": said}


def _unspoken(
    kind: str, noun: Any, said: Mapping[str, str], bibliography: Mapping[str, Any], document: Document
) -> Iterator[Problem]:
    numbers = set(numeric_fields(document.data))
    for path, text in [*said.items(), *_inline(document.data)]:
        if text.partition(",")[0] not in bibliography:
            yield document.problem(("sources", path), f"source {text.partition(',')[0]!r} is not in sources/*.yaml")
    for path in said:
        if path != "default" and not any(_covers(path, number) for number in numbers):
            yield document.problem(("sources", path), f"a source for {path!r}, which is no number of this record")
    if kind not in SELF_SOURCED and "default" not in said:
        for number in sorted(n for n in numbers if not any(_covers(path, n) for path in said)):
            yield document.problem(tuple(number.split(".")), f"nobody says where {number} comes from; add sources.{number}")


def _covers(path: str, number: str) -> bool:
    return number == path or number.startswith(path + ".")


def _inline(data: Any) -> Iterator[tuple[str, str]]:
    """Sources that stand in the lines of a price or a score."""
    if isinstance(data, dict):
        if isinstance(data.get("source"), str):
            yield "source", data["source"]
        for key, value in data.items():
            if key != "sources":
                yield from _inline(value)
    elif isinstance(data, list):
        for value in data:
            yield from _inline(value)


def numeric_fields(data: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of everything in a record that is a number or a quantity."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key != "sources":
                yield from numeric_fields(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for value in data:
            yield from numeric_fields(value, path)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path
    elif isinstance(data, str) and data[:1].isdigit() and " " in data and path not in ("name", "notes"):
        yield path


def _aliases(index: Index) -> Iterator[Problem]:
    for kind in KINDS:
        owner: dict[str, str] = {}
        for name, record in index[kind].items():
            for alias in (name, *record["noun"].get("aliases", ())):
                if owner.setdefault(str(alias).lower(), name) != name:
                    yield Problem(f"{kind}/{name}: the name {alias!r} already belongs to {owner[str(alias).lower()]}")
