"""What specs were computed with: the program and every record, by fingerprint. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Record = tuple[str, str]
"""Kind and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The version that computes, and a fingerprint of its code."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What is pinned for some specs; `places` are line and column of dotted paths in the file."""

    file: str
    program: Program
    specs: tuple[str, ...]
    pins: Mapping[Record, str]
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """A record, or the program, that is not what was pinned: "" where it is new or gone."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A lock that was written, and how it differs from the one before; None where there was none."""

    lock: Lock
    drift: tuple[Drifted, ...] | None
