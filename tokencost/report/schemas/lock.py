"""What a lock says it pins."""

from typing import Literal

from tokencost.report.schemas.part import Part, means


class Program(Part):
    """The program that computes."""

    version: str = means("of tokencost")
    digest: str = means("SHA-256 over its code and formulas")


class Moved(Part):
    """A record that is not what the lock before pinned."""

    path: str = means("kind and id")
    before: str = means("its fingerprint before; empty: not pinned")
    after: str = means("its fingerprint now; empty: not needed")


class Lock(Part):
    """What a lock pins."""

    schema_: Literal["tokencost.lock/1"] = means("this schema", name="schema")
    file: str = means("the lock")
    tokencost: Program = means("the program that computes")
    specs: list[str] = means("whose records are pinned, seen from the lock")
    records: dict[str, str] = means("fingerprint of each record, by kind and id")
    new: bool = means("whether there was no lock before")
    drift: list[Moved] = means("what differs from the lock before")
