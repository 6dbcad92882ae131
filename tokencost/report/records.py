"""Catalogue listings and records as text and as JSON."""

import json
import textwrap
from typing import Any

from tokencost.planning.records import Listing, RecordView
from tokencost.report import numbers
from tokencost.report.answers_json import written
from tokencost.report.derivation import shown
from tokencost.report.escape import terminal
from tokencost.report.layout import hang, measure, pad
from tokencost.report.numbers import jsonable

BESIDE = 24
"""Places that a description needs beside its id."""


def listing_text(found: Listing, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """One row a record, columns aligned, long ends wrapped under their own column, or below the id without room."""
    rows = [[terminal(cell, ascii_only=ascii_only) for cell in row] for row in (found.columns, *found.rows)]
    first = max(measure(row[0]) for row in rows)
    lines = [terminal(f"{len(found.rows)} {found.title}", ascii_only=ascii_only), ""]
    for name, *cells in rows:
        rest = "  ".join(cells)
        if width - first - 2 >= BESIDE:
            lines += hang(f"{pad(name, first)}  ", rest, width)
        else:
            lines += [*hang("", name, width), *(hang("  ", rest, width) if rest else ())]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def listing_json(found: Listing) -> str:
    """Rows as objects."""
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return written(jsonable({"schema": "tokencost.list/1", "kind": found.title, "rows": rows}))


def record_text(found: RecordView, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Every field with its value, unit and source."""
    lines = [terminal(f"{found.kind}/{found.id}", ascii_only=ascii_only), ""]
    for field in found.fields:
        source = f" ← {field.source}" if field.source else ""
        said = terminal(f"{field.path}: {_value(field.value, field.unit)}{source}", ascii_only=ascii_only)
        lines.append(
            textwrap.fill(
                said, max(width, 40), subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
            )
        )
    return "\n".join(lines) + "\n"


def _value(value: Any, unit: str) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return shown(float(value), unit) if unit else numbers.count(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(part, '')}" for key, part in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def record_json(found: RecordView) -> str:
    """The record, values in base units."""
    fields = [
        {"path": f.path, "value": f.value, "unit": f.unit or None, "source": f.source or None} for f in found.fields
    ]
    document = {"schema": "tokencost.record/1", "kind": found.kind, "id": found.id, "fields": fields}
    return written(jsonable(document))
