"""The lock file: read strictly, written so that a review can read it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from tokencost.catalog.kinds import KINDS
from tokencost.errors import SpecError
from tokencost.nouns.lock import Lock, Program
from tokencost.reading.document import dotted
from tokencost.reading.scalars import plain
from tokencost.reading.strict import read_file
from tokencost.reading.validate import problems_of, suggestion
from tokencost.spec.quantities import Name, Title, Version
from tokencost.spec.record import Record
from tokencost.units import quoted

HEAD = "# Written by `tokencost lock`: what these specs are computed with; `--locked` refuses everything else.\n"


def _kinds(raw: dict[str, Any]) -> dict[str, Any]:
    """Records by kind; raises ValueError for a kind that there is not."""
    for kind in raw:
        if kind not in KINDS:
            raise ValueError(f"no kind of record is called {quoted(kind)}; {suggestion(kind, [*KINDS])}")
    return raw


class ProgramText(Record):
    """What computes."""

    version: Title = Field(description="Version of tokencost.")
    digest: Title = Field(description="Fingerprint of the code that computes.")


class LockText(Record):
    """What specs are computed with."""

    version: Version = Field(description="Version of this format: 1.")
    tokencost: ProgramText = Field(description="The program.")
    specs: tuple[str, ...] = Field(description="Specs that it was written for.")
    records: Annotated[dict[str, dict[Name, Title]], AfterValidator(_kinds)] = Field(
        description="Fingerprints of records by kind and id."
    )


def lock_file(path: Path) -> Lock:
    """Read and check a lock; raises SpecError with every problem, AccessError if it cannot be read."""
    document = read_file(path)
    if not isinstance(document.data, dict):
        raise SpecError(document.problem((), f"{quoted(document.data)} stands where a lock is due, which is a mapping"))
    try:
        text = TypeAdapter(LockText).validate_python(document.data)
    except ValidationError as error:
        raise SpecError(*problems_of(error, document, LockText)) from None
    return Lock(
        file=document.file, specs=text.specs,
        program=Program(version=text.tokencost.version, digest=text.tokencost.digest),
        pins={(kind, name): pin for kind, pins in text.records.items() for name, pin in pins.items()},
        places={dotted(place): mark for place, mark in document.key_marks.items()},
    )  # fmt: skip


def lock_text(lock: Lock, remarks: Mapping[tuple[str, str], str]) -> str:
    """A lock as a file; `remarks` say in words what a fingerprint stands for."""
    return HEAD + "".join(f"{line}\n" for line in _lines(lock, remarks))


def _lines(lock: Lock, remarks: Mapping[tuple[str, str], str]) -> Iterator[str]:
    yield "version: 1"
    yield f"tokencost: {{version: {_text(lock.program.version)}, digest: {_text(lock.program.digest)}}}"
    yield "specs:"
    yield from (f"  - {_text(spec)}" for spec in lock.specs)
    yield "records:" if lock.pins else "records: {}"
    for kind in dict.fromkeys(kind for kind, _ in lock.pins):
        yield f"  {kind}:"
        for record, pin in lock.pins.items():
            if record[0] == kind:
                remark = f"  # {remarks[record]}" if record in remarks else ""
                yield f"    {_key(record[1])}: {_text(pin)}{remark}"


def _text(text: str) -> str:
    """In quotes, so that digits stay text."""
    return "'" + text.replace("'", "''") + "'"


def _key(name: str) -> str:
    return name if isinstance(plain(name), str) else _text(name)
