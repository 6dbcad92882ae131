"""Writing a price book: the text of the table with more lines at its end, and the sources that they name."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokencost.catalog.book import COLUMNS, Row, rows_of
from tokencost.errors import CatalogError, Problem

ADDED = "added.csv"
"""The book that people write, line by line."""


def rows_in(path: Path, kind: str) -> list[Row]:
    """Every line of a book, oldest first; none where there is no book yet. Raises CatalogError for a broken one."""
    if not path.exists():
        return []
    problems: list[Problem] = []
    rows = [row for _, row in rows_of(path, COLUMNS[kind], problems)]
    if problems:
        raise CatalogError(*problems)
    return rows


def table(kind: str, rows: Sequence[Mapping[str, str]]) -> str:
    """A book as text; what a row does not say is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[kind], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def bibliography(entries: Mapping[str, Mapping[str, str]]) -> str:
    """Sources as a YAML file; JSON strings are YAML strings."""
    lines: list[str] = []
    for name, entry in sorted(entries.items()):
        lines.append(f"{json.dumps(name, ensure_ascii=False)}:")
        lines += [f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items() if value]
    return "\n".join(lines) + "\n"
