"""What a lock pins, and how it differs from the one before."""

from collections import Counter

from tokencost.nouns.lock import Drifted, Locked
from tokencost.report import table
from tokencost.report.answers_json import written
from tokencost.report.blocks import Answer, Blocks, Column, Facts, Grid, Row, present
from tokencost.report.numbers import DASH, Json


def as_table(found: Locked, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    return table.render(
        content(found), table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    )


def content(found: Locked) -> Blocks:
    """How much is pinned, and what moved."""
    lock, kinds = found.lock, Counter(kind for kind, _ in found.lock.pins)
    specs = f"{len(lock.specs)} spec{'' if len(lock.specs) == 1 else 's'}"
    head = f"{lock.file}: {len(lock.pins)} records and tokencost {lock.program.version} pinned for {specs}"
    columns = (Column(name="what moved"), Column(name="was"), Column(name="is"))
    return present(
        Answer(text=f"{head}; {_moved(found)}"),
        Grid(columns=columns, rows=tuple(_row(one) for one in found.drift or ())),
        Facts(pairs=tuple((kind, str(number)) for kind, number in kinds.items())),
    )


def _moved(found: Locked) -> str:
    if found.drift is None:
        return "new"
    return f"{len(found.drift)} differ from the lock before" if found.drift else "nothing moved"


def _row(one: Drifted) -> Row:
    return Row(cells=(one.path, one.before or DASH, one.after or DASH))


def as_json(found: Locked) -> str:
    """For programs."""
    lock = found.lock
    moved: list[Json] = [{"path": one.path, "before": one.before, "after": one.after} for one in found.drift or ()]
    records: dict[str, Json] = {f"{kind}/{name}": pin for (kind, name), pin in lock.pins.items()}
    program: Json = {"version": lock.program.version, "digest": lock.program.digest}
    return written(
        {
            "schema": "tokencost.lock/1",
            "file": lock.file,
            "tokencost": program,
            "specs": list(lock.specs),
            "records": records,
            "new": found.drift is None,
            "drift": moved,
        }
    )
