"""A price book: a table of prices in a user's catalogue folder, one line for each price on each day, only ever longer.

`prices/*.csv` holds GPU prices, `api_prices/*.csv` what providers ask for images, clips and tokens. Programs write
these tables by the thousand lines, so they are read without the YAML reader; a mistake is told with its line.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from tokencost.dates import day_of
from tokencost.errors import CatalogError, Problem, SpecError
from tokencost.nouns.hardware import Term
from tokencost.reading.files import contents
from tokencost.units import quoted

HOUR = 3600.0
LARGEST, MOST_ROWS = 64 * 2**20, 200_000
"""Bytes and lines of a book that are read at most."""
GPU_COLUMNS = (
    "gpu", "provider", "region", "term", "instance", "gpus_per_instance", "country", "since", "seen",
    "usd_per_gpu_hour", "source",
)  # fmt: skip
API_COLUMNS = (
    "id", "model", "provider", "variant", "per", "width", "height", "max_pixels", "quality", "tokens",
    "typical_latency_s", "ended", "since", "seen", "usd", "source",
)  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {"prices": GPU_COLUMNS, "api_prices": API_COLUMNS}
REFRESHED = "refreshed.csv"
"""The book that holds everything a provider asks: what it does not list is no longer sold."""
PER = ("image", "second", "token")
Row = dict[str, str]
Record = dict[str, Any]


def read_books(folder: Path, kind: str, sources: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Record]:
    """The records of every book of a folder; `known` are the ids that a price may be for. Raises CatalogError."""
    problems: list[Problem] = []
    found: dict[str, Record] = {}
    for path in sorted((folder / kind).glob("*.csv")):
        for line, row in rows_of(path, COLUMNS[kind], problems):
            wrong = [*_wrong(row, kind, sources, known)]
            problems += [Problem(text, str(path), line) for text in wrong]
            if not wrong:
                _add(found, kind, row, whole=kind == "prices" and path.name == REFRESHED)
    if problems:
        raise CatalogError(*problems[:50])
    for record in found.values():
        record["noun"]["lines"].sort(key=lambda line: line["since"])
    return _still_sold(found)


def _still_sold(found: Mapping[str, Record]) -> dict[str, Record]:
    """Without what a provider no longer listed when it was last asked."""
    asked: dict[str, str] = {}
    for record in found.values():
        if record["whole"]:
            provider = record["noun"]["provider"]
            asked[provider] = max(asked.get(provider, ""), _last_seen(record))
    return {
        name: record for name, record in found.items()
        if not record["whole"] or _last_seen(record) == asked[record["noun"]["provider"]]
    }  # fmt: skip


def _last_seen(record: Record) -> str:
    newest = record["noun"]["lines"][-1]
    return str(newest["seen"] or newest["since"])


def rows_of(path: Path, columns: tuple[str, ...], problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    """The rows of a table with the line each ends on; what is wrong with the table itself is added to `problems`."""
    try:
        raw = contents(path, LARGEST)
    except SpecError as error:
        problems += error.problems
        return
    try:
        table = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        head = tuple(table.fieldnames or ())
        if set(head) != set(columns):
            problems.append(Problem(f"the columns are {', '.join(columns)}; {_amiss(head, columns)}", str(path), 1))
            return
        for number, row in enumerate(table):
            if number >= MOST_ROWS:
                problems.append(Problem(f"a price book holds at most {MOST_ROWS:,} lines", str(path)))
                return
            if None in row or None in row.values():
                problems.append(Problem(f"{len(columns)} cells are due", str(path), table.line_num))
            else:
                yield table.line_num, row
    except UnicodeDecodeError:
        problems.append(Problem("not UTF-8 text", str(path)))
    except csv.Error as error:
        problems.append(Problem(f"not a table: {error}", str(path)))


def _amiss(head: tuple[str, ...], columns: tuple[str, ...]) -> str:
    missing, strange = [c for c in columns if c not in head], [c for c in head if c not in columns]
    told = [f"missing: {', '.join(missing)}"] if missing else []
    told += [f"unknown: {', '.join(map(quoted, strange[:5]))}"] if strange else []
    return "; ".join(told) or "one of them stands there twice"


def _wrong(row: Row, kind: str, sources: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    about = "gpu" if kind == "prices" else "model"
    if row[about] not in known:
        yield f"no {about} has the id {quoted(row[about])}"
    if row["source"].partition(",")[0] not in sources:
        yield f"source {quoted(row['source'].partition(',')[0])} is not in sources/*.yaml"
    for column in ("since", "seen"):
        if (column == "since" or row[column]) and not _is_day(row[column]):
            yield f"{column} is {quoted(row[column])}; write a day such as 2026-07-01"
    for column, allowed, whole in NUMBERS[kind]:
        if row[column] and not _is_number(row[column], whole):
            yield f"{column} is {quoted(row[column])}; write {allowed}"
        elif not row[column] and (column.startswith("usd") or column == "gpus_per_instance"):
            yield f"{column} is empty; write {allowed}. A price that is not known has no line"
    yield from _words(row, kind)


def _words(row: Row, kind: str) -> Iterator[str]:
    if kind == "prices" and row["term"] not in get_args(Term):
        yield f"term is {quoted(row['term'])}; write one of {', '.join(get_args(Term))}"
    if kind == "api_prices" and row["per"] not in PER:
        yield f"per is {quoted(row['per'])}; write one of {', '.join(PER)}"
    for column in ("provider", "region", "instance") if kind == "prices" else ("id", "provider"):
        if not row[column].strip() or not row[column].isprintable():
            yield f"{column} is {quoted(row[column])}; write a name"


NUMBERS = {
    "prices": (("usd_per_gpu_hour", "USD an hour above 0", False), ("gpus_per_instance", "a whole number", True)),
    "api_prices": (
        ("usd", "USD above 0", False), ("width", "pixels", True), ("height", "pixels", True),
        ("max_pixels", "pixels", True), ("tokens", "a whole number", True), ("typical_latency_s", "seconds", False),
    ),
}  # fmt: skip
"""Columns that hold numbers above 0, what to write there, and whether they are whole."""


def _is_day(text: str) -> bool:
    return len(text) == len("2026-01-31") and day_of(text) is not None


def _is_number(text: str, whole: bool) -> bool:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text and 0 < value < float("inf")


def _add(found: dict[str, Record], kind: str, row: Row, *, whole: bool) -> None:
    """A row into its record; rows of one offer are the lines of one price."""
    name = offer_id(row) if kind == "prices" else row["id"]
    noun = (gpu_noun if kind == "prices" else api_noun)(name, row)
    record = found.setdefault(name, {"noun": {**noun, "lines": []}, "sources": {}, "whole": whole})
    price = float(row["usd_per_gpu_hour"]) / HOUR if kind == "prices" else float(row["usd"])
    record["noun"]["lines"].append({key: row[key] for key in ("since", "source", "seen")} | {"price": price})


def offer_id(row: Mapping[str, str]) -> str:
    """The id of an offer: provider, GPU, term, region and instance."""
    parts = (row["provider"], row["gpu"], row["term"], row["region"], row["instance"])
    return "-".join(slug(part) for part in parts)


def slug(text: str) -> str:
    """A name in lower case letters, digits, dots and hyphens."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in ".+_") else "-" for c in text.lower())
    return "-".join(part for part in kept.split("-") if part) or "x"


def gpu_noun(name: str, row: Row) -> Record:
    """A GPU price without its lines."""
    plain = {key: row[key] for key in ("gpu", "provider", "region", "term", "instance", "country")}
    return {"id": name, **plain, "gpus_per_instance": int(row["gpus_per_instance"])}


def api_noun(name: str, row: Row) -> Record:
    """An API price without its lines."""
    plain = {key: row[key] for key in ("model", "provider", "variant", "per", "quality", "ended")}
    sizes = {key: int(row[key] or 0) for key in ("width", "height", "max_pixels", "tokens")}
    return {"id": name, **plain, **sizes, "typical_latency": float(row["typical_latency_s"] or 0)}


def _continued(packaged: Record | None, own: Record) -> Record:
    """The lines of a book after those of the package for the same offer, whose other sources stay."""
    if packaged is None or "whole" not in own:
        return own
    lines = [*packaged["noun"]["lines"], *own["noun"]["lines"]]
    noun = {**own["noun"], "lines": sorted(lines, key=lambda line: str(line["since"]))}
    return {**own, "noun": noun, "sources": packaged["sources"]}


def _sold(record: Record) -> tuple[str, str, str]:
    noun = record["noun"]
    return noun["provider"].lower(), noun["gpu"], noun["term"]


def laid_over(packaged: Mapping[str, Record], own: Mapping[str, Record], kind: str) -> dict[str, Record]:
    """The user's records over those of the package; what was fetched of a provider's GPU and term stands alone."""
    own = {name: _continued(packaged.get(name), record) for name, record in own.items()}
    if kind != "prices":
        return {**packaged, **own}
    told = {_sold(record) for record in own.values() if record.get("whole")}
    kept = {name: record for name, record in packaged.items() if _sold(record) not in told}
    return {**kept, **own}
