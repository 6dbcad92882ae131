"""A price of the user's own as one more line of a price book."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tokencost.catalog.book import offer_id, slug
from tokencost.catalog.book_text import ADDED, bibliography, rows_in, table
from tokencost.catalog.compile import compile_folder
from tokencost.catalog.load import Catalog
from tokencost.errors import CatalogError

LONGEST = 40
"""Characters of a source's name that are its title's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """The cells of a line of one kind of book, and who says so: a title, and what of it."""

    kind: Literal["prices", "api_prices"]
    row: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The id of the offer, how many lines the book then has, and the files to write, in that order."""

    id: str
    lines: int
    files: Mapping[str, str]


def added(catalog: Catalog, folder: Path, addition: Addition) -> Added:
    """The files of a folder after one more line; raises CatalogError where the line could not be read back."""
    title, _, detail = addition.source.partition(",")
    name = _named(title)
    row = {**addition.row, "source": f"{name},{detail}" if detail else name}
    if addition.kind == "api_prices":
        row["id"] = "-".join(slug(part) for part in (row["provider"], row["model"], row["variant"]) if part)
    kind = addition.kind
    rows = [*rows_in(folder / kind / ADDED, kind), row]
    files = {}
    if name not in _known(folder) and name not in catalog.index["sources"]:
        files[f"sources/{name}.yaml"] = bibliography({name: {"title": title.strip(), "kind": "price page"}})
    files[f"{kind}/{ADDED}"] = table(kind, rows)
    _readable(catalog, files, folder)
    return Added(id=row.get("id") or offer_id(row), lines=len(rows), files=files)


def _named(title: str) -> str:
    """A name for a source and its file: short, and different for titles that are."""
    made = slug(title)
    if title.isascii() and len(made) <= LONGEST:
        return made
    return f"{made[:LONGEST]}-{hashlib.sha256(title.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _known(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "sources").glob("*.yaml")}


def _readable(catalog: Catalog, files: Mapping[str, str], folder: Path) -> None:
    """Read what would be written before anything is."""
    with tempfile.TemporaryDirectory(prefix="tokencost-") as scratch:
        for place, text in files.items():
            path = Path(scratch) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        for path in (folder / "sources").glob("*.yaml"):
            if f"sources/{path.name}" not in files:
                (Path(scratch) / "sources").mkdir(exist_ok=True)
                (Path(scratch) / "sources" / path.name).write_bytes(path.read_bytes())
        try:
            compile_folder(Path(scratch), catalog.index)
        except CatalogError as error:
            raise CatalogError(*(problem.message for problem in error.problems)) from None
