"""Timed models as rows of a measurements table, the form that `validate` reads: path and rows to text."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tokencost.errors import UsageError
from tokencost.measuring.calibrate import Calibration
from tokencost.measuring.readings import half_width
from tokencost.measuring.records import threads_of
from tokencost.reading.files import contents
from tokencost.validation.rows import Row
from tokencost.validation.table import MAX_BYTES, read_bytes

HEADER = (
    *("id", "model", "scope", "family", "gpu", "n_gpus", "parallelism", "engine", "precision", "attention", "width"),
    *("height", "frames", "steps", "guidance", "batch", "prompt_tokens", "output_tokens", "metric", "value", "source"),
    *("source_quality", "notes", "group"),
)
"""Columns of the shipped tables."""


def extended(path: Path, found: Calibration) -> str:
    """The table at `path`, if there is one, with the rows of a calibration after its own."""
    before = _text(path)
    columns = next(csv.reader(io.StringIO(before)), HEADER) if before else HEADER
    missing = [name for name in HEADER if name not in columns]
    if missing:
        raise UsageError(f"{path}: rows cannot be appended to a table without the columns {', '.join(missing)}")
    out = io.StringIO()
    out.write(before if not before or before.endswith("\n") else f"{before}\n")
    writer = csv.writer(out, lineterminator="\n")
    if not before:
        writer.writerow(columns)
    for row in rows(found):
        writer.writerow([_cell(row, column) for column in columns])
    return out.getvalue()


def _text(path: Path) -> str:
    """What is there already; a table that cannot be read is not added to."""
    if not path.exists():
        return ""
    data = contents(path, MAX_BYTES)
    if not data.strip():
        return ""
    read_bytes(data, str(path))
    return data.decode("utf-8-sig")


def rows(found: Calibration) -> Sequence[Row]:
    """Every model that was timed, with its conditions and where its figure is from."""
    machine = found.machine
    where = f"tokencost calibrate, {machine.date}, {machine.model}{threads_of(machine)}, torch {machine.torch}"
    return [
        _sourced(one.row, where, half_width(timed.samples), len(timed.samples))
        for one, timed in zip(found.outcomes, found.timed, strict=True)
    ]


def _sourced(row: Row, source: str, spread: float, rounds: int) -> Row:
    notes = f"random weights; median of {rounds} rounds, half-width {spread:.1%}"
    return replace(
        row, id=f"{row.gpu}-{row.id}", source=source, source_quality="measured", notes=notes,
        group=f"{row.gpu}|{row.model}",
    )  # fmt: skip


def _cell(row: Row, column: str) -> str:
    value = getattr(row, column, "")
    return f"{value:.6g}" if isinstance(value, float) else str(value or "")
