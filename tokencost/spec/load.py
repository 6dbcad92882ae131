"""A file, or plain data, to a product: every problem at once, each in its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tokencost.catalog.load import Catalog
from tokencost.errors import Problem, SpecError
from tokencost.reading.document import Document
from tokencost.reading.strict import MAX_LEVELS, read, read_file
from tokencost.reading.validate import in_order, problems_of
from tokencost.spec.fitting import empty_places, fitting, trace_problems
from tokencost.spec.names import check_names
from tokencost.spec.overrides import overridden
from tokencost.spec.product import Product
from tokencost.units import quoted


@dataclass(frozen=True)
class LoadedSpec:
    """A product, the document it was read from, and the file (None for plain data).

    Relative paths of the spec begin in `folder`.
    """

    product: Product
    document: Document
    path: Path | None = None
    folder: Path = Path()

    @property
    def trace(self) -> Path | None:
        """The file of arrivals, if the spec names one."""
        traffic = self.product.traffic
        return self.folder / traffic.trace if traffic and traffic.trace else None


def load(path: Path, overrides: Sequence[str] = (), catalog: Catalog | None = None) -> LoadedSpec:
    """Read and check a spec; raises SpecError with every problem, AccessError if the file cannot be read.

    With a catalogue the names in the spec are checked too.
    """
    document = overridden(read_file(path), overrides)
    return LoadedSpec(_product(document, path.parent, catalog), document, path, path.parent)


def load_bytes(
    source: bytes, file: str, overrides: Sequence[str] = (), catalog: Catalog | None = None, folder: Path | None = None
) -> LoadedSpec:
    """Check a spec that came over a pipe or from elsewhere; traces stand in `folder`, else in the current one."""
    document, home = overridden(read(source, file), overrides), folder or Path()
    return LoadedSpec(_product(document, home, catalog), document, folder=home)


def from_mapping(data: Mapping[str, Any], catalog: Catalog | None = None, folder: Path | None = None) -> LoadedSpec:
    """Check a spec given as plain data; raises SpecError with every problem. Traces stand in `folder`."""
    document, home = Document(_plain(data, 0)), folder or Path()
    return LoadedSpec(_product(document, home, catalog), document, folder=home)


def of_document(document: Document, folder: Path, catalog: Catalog | None = None) -> LoadedSpec:
    """Check a spec that was read already; traces stand in `folder`."""
    return LoadedSpec(_product(document, folder, catalog), document, folder=folder)


def _product(document: Document, folder: Path, catalog: Catalog | None) -> Product:
    if not isinstance(document.data, dict):
        raise SpecError(document.problem((), f"{quoted(document.data)} stands where a spec is due, which is a mapping"))
    problems = [*empty_places(document.data, document), *fitting(document), *trace_problems(document, folder)]
    product = None
    try:
        product = TypeAdapter(Product).validate_python(document.data)
    except ValidationError as error:
        problems += problems_of(error, document, Product)
    if catalog is not None:
        problems += check_names(document, catalog)
    if product is None or problems:
        raise SpecError(*in_order(_one_per_place(problems)))
    return product


def _one_per_place(problems: Sequence[Problem]) -> Iterator[Problem]:
    """The first problem of every place: what follows in the same place is its consequence."""
    seen = set()
    for problem in problems:
        place = (problem.path, problem.line, problem.column)
        if place not in seen or not problem.path:
            seen.add(place)
            yield problem


def _plain(data: Any, level: int) -> Any:
    """Data from Python as a file would hold it; raises SpecError for anything a file could not."""
    if level > MAX_LEVELS:
        raise SpecError(f"the spec is nested deeper than {MAX_LEVELS} levels")
    if isinstance(data, Mapping) and all(isinstance(key, str) for key in data):
        return {key: _plain(value, level + 1) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value, level + 1) for value in data]
    if data is None or isinstance(data, str | int | float):
        return data
    raise SpecError(f"a {type(data).__name__} has no place in a spec; use text keys, mappings, lists, text and numbers")
