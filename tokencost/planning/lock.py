"""What specs are computed with, and whether it is still what was pinned.

A record is used if planning decodes it. Prices are picked from all offers, so every offer for a GPU or model that is
used counts: a cheaper one that appears would change the answer.
"""

import functools
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import tokencost
from tokencost.catalog.digest import LENGTH, digest, digests
from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import Catalog
from tokencost.errors import Problem, SpecError
from tokencost.nouns.lock import Drifted, Lock, Program, Record
from tokencost.planning.diff import record_text
from tokencost.planning.normal import nested
from tokencost.planning.plan import quick_plan
from tokencost.planning.sides import Side
from tokencost.spec.load import LoadedSpec, from_mapping
from tokencost.spec.saved import Saved

T = TypeVar("T")
OFFERS = {"prices": ("gpu", "gpus"), "api_prices": ("model", "models")}
"""Kinds of records of which all that are about a used record count: the field that names it, and its kind."""
COMPUTING = (
    "units.py", "numeric.py", "formula.py", "nouns", "counting", "families", "timing", "money", "serving", "deciding",
    "spec", "catalog", "planning",
)  # fmt: skip
"""Parts of the package that an answer depends on; how it is printed is none of them."""
AGAIN = "`tokencost lock` pins what there is now"


def used(catalog: Catalog, run: Callable[[Catalog], object]) -> set[Record]:
    """The records that a computation needs."""
    fresh = replace(catalog, cache={}, memory={})
    run(fresh)
    return _needed(fresh)


def _needed(fresh: Catalog) -> set[Record]:
    """What was decoded, and every offer for it."""
    found = {(kind, name) for kind, name in fresh.cache if kind in KINDS and name in fresh.index[kind]}
    found = {record for record in found if record[0] not in OFFERS}
    return found | {
        (kind, name)
        for kind, (field, owner) in OFFERS.items()
        for name, record in fresh.index[kind].items()
        if (owner, record["noun"][field]) in found
    }


def used_by(catalog: Catalog, spec: LoadedSpec) -> set[Record]:
    """The records that the plan of a spec needs, not those that a search for what would turn it looks at."""
    return planned(catalog, spec)[0]


def planned(catalog: Catalog, spec: LoadedSpec) -> tuple[set[Record], Catalog]:
    """The same, and a catalogue that remembers what was computed on the way."""
    fresh = replace(catalog, cache={}, memory={})
    quick_plan(fresh, spec)
    return _needed(fresh), fresh


def lock_of(catalog: Catalog, specs: Sequence[LoadedSpec], file: str) -> Lock:
    """Everything that these specs are computed with."""
    records: set[Record] = set().union(*(used_by(catalog, spec) for spec in specs))
    return Lock(
        file=file, program=program(), specs=tuple(sorted(_beside(file, spec.document.file) for spec in specs)),
        pins={record: fingerprint(catalog, record) for record in sorted(records)},
    )  # fmt: skip


def _beside(file: str, spec: str) -> str:
    """A spec from the folder of the lock, so that both may move together."""
    return os.path.relpath(spec, os.path.dirname(file) or ".").replace(os.sep, "/")


def remarks(lock: Lock, catalog: Catalog) -> dict[Record, str]:
    """The price in force behind each pinned price."""
    return {
        record: record_text("prices", catalog.index["prices"][record[1]])
        for record in lock.pins
        if record[0] == "prices"
    }


def fingerprint(catalog: Catalog, record: Record) -> str:
    """Of the numbers of a record, not of who says them; "" where there is no such record."""
    known: dict[Record, str] = catalog.cache.setdefault(("fingerprints", ""), {})
    if record not in known:
        kind, name = record
        found: Mapping[str, Any] | None = catalog.index.get(kind, {}).get(name)
        known[record] = digest(found["noun"]) if found is not None else ""
    return known[record]


@functools.cache
def program() -> Program:
    """This version, and a fingerprint of the code that computes."""
    package = Path(tokencost.__file__).parent
    parts = [package / part for part in COMPUTING]
    files = sorted(file for part in parts for file in ([part] if part.is_file() else part.rglob("*.py")))
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(package).as_posix()}\n{file.read_text(encoding='utf-8')}\0".encode())
    return Program(version=tokencost.__version__, digest=total.hexdigest()[:LENGTH])


def drift(lock: Lock, now: Lock) -> tuple[Drifted, ...]:
    """How one lock differs from another: the program, then records by kind and id."""
    found = [Drifted(path="tokencost", before=_named(lock.program), after=_named(now.program))]
    for kind, name in sorted({**lock.pins, **now.pins}):
        pins = (one.pins.get((kind, name), "") for one in (lock, now))
        found.append(Drifted(path=f"{kind}/{name}", before=next(pins), after=next(pins)))
    return tuple(one for one in found if one.before != one.after)


def _named(found: Program) -> str:
    return f"{found.version} ({found.digest})"


def admit(lock: Lock, catalog: Catalog, records: set[Record]) -> None:
    """Refuse what is not as it was pinned, and what is used without being pinned; raises SpecError with all of it."""
    current = {record: fingerprint(catalog, record) for record in lock.pins}
    current |= {record: fingerprint(catalog, record) for record in records}
    moved = drift(lock, replace(lock, program=program(), pins=current))
    if moved:
        raise SpecError(*(problem(lock, one) for one in moved))


def problem(lock: Lock, one: Drifted) -> Problem:
    """A record that drifted, at its place in the lock."""
    kind, _, name = one.path.partition("/")
    path = f"records.{kind}.{name}" if name else kind
    line, column = lock.places.get(path, (0, 0))
    what = f"was {one.before}, is {one.after}" if one.after else f"was {one.before}, and is not used or not there"
    what = what if one.before else f"is {one.after}, and is not pinned"
    return Problem(f"{one.path} {what}; {AGAIN}", lock.file, line, column, path)


def admit_change(lock: Lock | None, old: Side, new: Side) -> None:
    """Both sides of a comparison: the new one is pinned, the old one computed with the same; raises SpecError."""
    if lock is None:
        return
    data = nested({"version": 1, "name": new.title} | new.fields)
    admit(lock, new.catalog, used_by(new.catalog, from_mapping(data, new.catalog, new.folder)))
    for side in (old, new):
        admit_side(lock, side, new.catalog)


def answered(lock: Lock, catalog: Catalog, ask: Callable[[Catalog], T]) -> T:
    """An answer, if all that it needs is pinned; raises SpecError otherwise."""
    found: list[T] = []
    admit(lock, catalog, used(catalog, lambda fresh: found.append(ask(fresh))))
    return found[0]


def admit_side(lock: Lock, side: Side, like: Catalog) -> None:
    """Refuse the old side of a comparison where it was computed with anything else; raises SpecError.

    What only this side uses is pinned nowhere; it has to be as in the catalogue `like` of the new side.
    """
    data = nested({"version": 1, "name": side.title} | side.fields)
    spec = from_mapping(data, side.catalog, side.folder)
    own = used_by(side.catalog, spec) - lock.pins.keys()
    admit(replace(lock, pins={**lock.pins, **{record: fingerprint(like, record) for record in own}}), side.catalog, own)
    if side.saved is not None:
        _admit_saved(lock, side, side.saved)


def _admit_saved(lock: Lock, side: Side, saved: Saved) -> None:
    """A saved result says which version and which kinds of records it was computed with."""
    now = digests(side.catalog)
    before = {"tokencost": saved.version or "an unknown version", **saved.catalogue}
    after = {"tokencost": tokencost.__version__, **{kind: now[kind] for kind in KINDS}}
    kinds = {"tokencost"} | {kind for kind, _ in lock.pins}
    moved = [kind for kind in sorted(kinds) if before.get(kind, "") != after[kind]]
    if moved:
        told = ", ".join(f"{kind} was {before.get(kind) or 'not said'}, is {after[kind]}" for kind in moved)
        raise SpecError(Problem(f"was saved with something else ({told}); save it again to compare", side.name))
