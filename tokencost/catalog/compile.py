"""YAML records to the compiled index: every record checked, every number spoken for.

A record keeps its numbers plain and names its sources beside them: `sources.default` speaks for every
number, `sources.<field>` for one (dots reach inside: `peak.bf16`). A number nobody speaks for is an error,
and so is a source for a field that does not exist or one that data/sources does not know.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tokencost.catalog.book import read_books
from tokencost.catalog.inline import lifted, misfits, with_ids
from tokencost.catalog.kinds import KINDS
from tokencost.catalog.references import dangling, off_scale
from tokencost.errors import AccessError, CatalogError, Problem, SpecError, TokencostError
from tokencost.reading.document import Document
from tokencost.reading.document import Path as Place
from tokencost.reading.files import shown
from tokencost.reading.strict import read_file
from tokencost.reading.validate import problems_of

Index = dict[str, Any]
"""{"sources": {id: source}, folder: {id: {"noun": plain data, "sources": {field: who}}}}"""

MOST_FILES = 10_000
SOURCE_FIELDS = ({"title", "kind"}, {"url", "retrieved", "licence", "note"})
SELF_SOURCED = {"prices", "api_prices", "set_aside", "quality", "claims", "exercises", "training"}
"""Folders whose records carry a source in every line."""


def compile_folder(folder: Path, known: Mapping[str, Any]) -> Index:
    """Read every record under `folder`, which may refer to what is `known`; raises CatalogError with all problems."""
    problems: list[Problem] = []
    index: Index = {"sources": _sources(folder / "sources", problems)}
    bibliography = {**known.get("sources", {}), **index["sources"]}
    documents: list[tuple[str, str, Document]] = []
    index |= {kind: {} for kind in KINDS}
    for kind in KINDS:
        for path in _files(folder / kind):
            document = _document(path, problems)
            record = document and _record(kind, path.stem, document, bibliography, problems)
            if document and record:
                problems += _add(index, kind, record, document)
                documents.append((kind, path.stem, document))
    problems += [*_dangling(index, known, folder, documents), *_aliases(index)]
    for kind, about in (("prices", "gpus"), ("api_prices", "models")):
        index[kind] |= _books(folder, kind, bibliography, {**known.get(about, {}), **index[about]}, problems)
    if problems:
        raise CatalogError(*problems)
    return index


def _books(
    folder: Path, kind: str, sources: Mapping[str, Any], subjects: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    """The records of tables of prices."""
    try:
        return read_books(folder, kind, sources, subjects)
    except AccessError:
        raise
    except TokencostError as error:
        problems += error.problems
        return {}


def _add(index: Index, kind: str, record: dict[str, Any], document: Document) -> Iterator[Problem]:
    """One record into the index; the shapes that a model holds stand beside it as networks."""
    networks: dict[str, Any] = {}
    if kind == "models":
        yield from misfits(record, document)
        record, networks = lifted(record)
    for name in networks.keys() & index["networks"].keys():
        yield document.problem(("components",), f"the network {name!r} stands in a file of its own too")
    index["networks"] |= networks
    index[kind][Path(document.file).stem] = record


def _files(folder: Path) -> list[Path]:
    """The records of one kind; a folder of more than a catalogue ever holds is none."""
    found = sorted(folder.glob("*.yaml"))
    if len(found) > MOST_FILES:
        raise CatalogError(f"{shown(folder)}: {len(found):,} files; the limit is {MOST_FILES:,}")
    return found


def _document(path: Path, problems: list[Problem]) -> Document | None:
    try:
        return read_file(path)
    except SpecError as error:
        problems += error.problems
    return None


def _sources(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in _files(folder):
        document = _document(path, problems)
        for name, entry in document.data.items() if document and isinstance(document.data, dict) else ():
            fields = set(entry) if isinstance(entry, dict) else set()
            if document and (not SOURCE_FIELDS[0] <= fields or fields - SOURCE_FIELDS[0] - SOURCE_FIELDS[1]):
                text = "a source has title, kind and optionally url, retrieved, licence, note"
                problems.append(document.problem((name,), text))
            if document and name in found:
                problems.append(document.problem((name,), f"source {name!r} stands in another file too"))
            found[str(name)] = entry
    return found


def _record(
    kind: str, name: str, document: Document, bibliography: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any] | None:
    raw = document.data
    if not isinstance(raw, dict):
        problems.append(document.problem((), "a record is a mapping"))
        return None
    said = raw.get("sources", {})
    said = {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}
    written = with_ids(raw) if kind == "models" else raw
    try:
        noun = TypeAdapter(KINDS[kind]).validate_python({k: v for k, v in written.items() if k != "sources"})
    except ValidationError as error:
        problems += problems_of(error, document, KINDS[kind])
        return None
    if noun.id != name:
        problems.append(document.problem(("id",), f"id {noun.id!r} is not the name of the file; write id: {name}"))
    problems += _unspoken(kind, said, bibliography, document)
    return {"noun": dataclasses.asdict(noun), "sources": said}


def _unspoken(
    kind: str, said: Mapping[str, str], bibliography: Mapping[str, Any], document: Document
) -> Iterator[Problem]:
    numbers = set(numeric_fields(document.data))
    beside = [(("sources", path), text) for path, text in said.items()]
    for place, text in [*beside, *_inline(document.data)]:
        if text.partition(",")[0] not in bibliography:
            yield document.problem(place, f"source {text.partition(',')[0]!r} is not in sources/*.yaml")
    for path in said:
        if path != "default" and not any(_covers(path, number) for number in numbers):
            yield document.problem(("sources", path), f"a source for {path!r}, which is no number of this record")
    if kind not in SELF_SOURCED and "default" not in said:
        for number in sorted(n for n in numbers if not any(_covers(path, n) for path in said)):
            yield document.problem(
                tuple(number.split(".")), f"nobody says where {number} comes from; add sources.{number}"
            )


def _dangling(
    index: Index, known: Mapping[str, Any], folder: Path, documents: Sequence[tuple[str, str, Document]]
) -> Iterator[Problem]:
    """References to records that neither this folder nor the known ones hold; a faulty record is there all the same."""
    stems = {kind: (path.stem for path in _files(folder / kind)) for kind in KINDS}
    metrics = {**known.get("metrics", {}), **index["metrics"]}
    names = {kind: {*known.get(kind, ()), *stems[kind], *index[kind]} for kind in KINDS}
    for kind, name, document in documents:
        noun = index[kind][name]["noun"]
        for path, message in (*dangling(kind, noun, names), *off_scale(kind, noun, metrics)):
            yield document.problem(path, message)


def _covers(path: str, number: str) -> bool:
    return number == path or number.startswith(path + ".")


def _inline(data: Any, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """Sources that stand in the lines of a price or a score, each with its place."""
    if isinstance(data, dict):
        if isinstance(data.get("source"), str):
            yield (*path, "source"), data["source"]
        for key, value in data.items():
            if key != "sources":
                yield from _inline(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _inline(value, (*path, place))


def numeric_fields(data: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of everything in a record that is a number or a quantity."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key != "sources":
                yield from numeric_fields(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for value in data:
            yield from numeric_fields(value, path)
    elif _is_number(data) or (_is_quantity(data) and path not in ("name", "notes")):
        yield path


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_quantity(value: Any) -> bool:
    return isinstance(value, str) and value[:1].isdigit() and " " in value


def _aliases(index: Index) -> Iterator[Problem]:
    for kind in KINDS:
        owner: dict[str, str] = {}
        for name, record in index[kind].items():
            for alias in (name, *record["noun"].get("aliases", ())):
                if owner.setdefault(str(alias).lower(), name) != name:
                    yield Problem(f"{kind}/{name}: the name {alias!r} already belongs to {owner[str(alias).lower()]}")
