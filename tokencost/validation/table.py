"""Tables of measurements: CSV from untrusted bytes, strictly read.

What the table is (its columns, its metric and value) must be right, or the file is refused with every problem in
its place. A condition nobody can read (`steps` of "a few") only keeps its own row from being predicted.
"""

import csv
import difflib
import io
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tokencost.errors import Problem, SpecError
from tokencost.reading.document import Document
from tokencost.reading.files import contents, decoded, shown, too_large
from tokencost.reading.strict import LINE_END, check_characters
from tokencost.units import quoted
from tokencost.validation.rows import Row

MAX_BYTES = 1 << 24
MAX_ROWS = 100_000
MAX_CELL = 4000
MAX_COLUMNS = 100
MAX_PROBLEMS = 40

METRICS = ("latency_s", "images_per_s", "tokens_per_s", "energy_j", "peak_mem_gb", "params", "flops")
TEXTS = (
    "id", "model", "component", "scope", "family", "gpu", "parallelism", "engine", "precision", "attention", "guidance",
    "metric", "source", "source_quality", "notes", "group",
)  # fmt: skip
COUNTS = (
    "n_gpus", "width", "height", "frames", "steps", "batch", "prompt_tokens", "output_tokens", "queries", "context",
)  # fmt: skip
CLASSES = ("linear", "attention", "convolution")
"""Columns of FLOPs by operator class; `attention` is one in tables that also have `linear`, else it names a kernel."""
COLUMNS = tuple(dict.fromkeys((*TEXTS, *COUNTS, "value", *CLASSES)))
REQUIRED = ("model", "metric", "value")

NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?) ?(?:\(.*\))?", re.DOTALL)
"""A plain decimal number; a remark in parentheses may follow it."""
LARGEST_COUNT = 10**9


def read_table(path: Path) -> tuple[Row, ...]:
    """The rows of a file; raises AccessError or SpecError."""
    return read_bytes(contents(path, MAX_BYTES), shown(path))


def read_bytes(data: bytes, name: str) -> tuple[Row, ...]:
    """The rows of a table; raises SpecError with every problem found, up to a limit."""
    if len(data) > MAX_BYTES:
        raise SpecError(too_large(name, MAX_BYTES))
    text = decoded(data, name)
    check_characters(text, Document(None, name, lines=tuple(LINE_END.split(text))))
    lines = _lines(text, name)
    first = next(lines, None)
    if first is None:
        raise SpecError(Problem(f"empty; the first line names the columns: {', '.join(REQUIRED)}, ...", file=name))
    columns = _columns(first[1], name, first[0])
    problems: list[Problem] = []
    rows: list[Row | None] = []
    for line, cells in lines:
        rows.append(_row(columns, cells, name, line, problems))
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise SpecError(*problems[:MAX_PROBLEMS])
    return tuple(row for row in rows if row)


def _lines(text: str, name: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Records with the line on which each begins; empty lines are skipped."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins, records = 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records += 1
                if records > MAX_ROWS + 1:
                    raise SpecError(Problem(f"more than {MAX_ROWS:,} rows; split it", file=name, line=begins))
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SpecError(Problem(f"not CSV: {error}", file=name, line=begins)) from error


def _columns(cells: Sequence[str], name: str, line: int) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise SpecError(Problem(f"{len(cells):,} columns; there are {len(COLUMNS)}", file=name, line=line))
    columns = tuple(cell.strip() for cell in cells)
    problems = [
        Problem(f"column {quoted(column)} is unknown{_near(column)}", file=name, line=line)
        for column in columns
        if column not in COLUMNS
    ]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    problems += [Problem(f"column {quoted(column)} stands twice", file=name, line=line) for column in twice]
    missing = [column for column in REQUIRED if column not in columns]
    problems += [Problem(f"column {column!r} is missing", file=name, line=line) for column in missing]
    if problems:
        raise SpecError(*problems[:MAX_PROBLEMS])
    return columns


def _near(column: str) -> str:
    near = difflib.get_close_matches(column[:60].lower(), COLUMNS, 1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(COLUMNS)}"


def _row(columns: Sequence[str], cells: Sequence[str], name: str, line: int, problems: list[Problem]) -> Row | None:
    """The row, or None where its shape, metric or value is wrong: then `problems` grows."""
    wrong = _misshapen(columns, cells)
    if wrong:
        problems.append(Problem(wrong, file=name, line=line))
        return None
    said = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    value = number(said["value"])
    if said["metric"] not in METRICS:
        near = difflib.get_close_matches(said["metric"][:60], METRICS, 1)
        hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(METRICS)}"
        problems.append(Problem(f"{quoted(said['metric'])} is no metric; {hint}", file=name, line=line, path="metric"))
    if value is None or value <= 0:
        text = f"{quoted(said['value'])} is not a number above 0"
        problems.append(Problem(text, file=name, line=line, path="value"))
    return _noun(said, value, f"{name}:{line}") if value else None


def _misshapen(columns: Sequence[str], cells: Sequence[str]) -> str:
    if len(cells) != len(columns):
        return f"{len(cells)} cells, but there are {len(columns)} columns"
    if any(len(cell) > MAX_CELL for cell in cells):
        return f"a cell of more than {MAX_CELL} characters"
    return ""


def _noun(said: dict[str, str], value: float, place: str) -> Row:
    counted = "linear" in said
    classes = {c: number(said[c]) for c in CLASSES if counted and said.get(c)}
    texts: dict[str, Any] = {name: said.get(name, "") for name in TEXTS if not (counted and name == "attention")}
    texts["id"] = texts["id"] or place
    texts["group"] = texts["group"] or "|".join(t for t in (said["model"], said.get("component"), said["metric"]) if t)
    counts: dict[str, Any] = {name: count(said.get(name, "")) for name in COUNTS}
    faults = [f"{n} {quoted(said[n])} is not a whole number above 0" for n in COUNTS if counts[n] is None]
    faults += [f"{c} {quoted(said[c])} is not a number" for c in classes if classes[c] is None]
    conditions: dict[str, Any] = {**texts, **{name: n or 0 for name, n in counts.items()}}
    known = {c: n for c, n in classes.items() if n is not None}
    return Row(place=place, value=value, classes=known, faults=tuple(faults), **conditions)


def number(text: str) -> float | None:
    """A finite number that is not negative; None for anything else."""
    match = NUMBER.fullmatch(text)
    value = float(match[1]) if match else math.inf
    return value if math.isfinite(value) else None


def count(text: str) -> int | None:
    """A whole number above 0, 0 for an empty cell, None for anything else."""
    if not text:
        return 0
    value = number(text)
    return int(value) if value and value.is_integer() and value <= LARGEST_COUNT else None
