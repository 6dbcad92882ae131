"""The answer to "what would make it faster": one model, and every acceleration that concerns it. No behaviour."""

from dataclasses import dataclass

from tokencost.nouns.acceleration import Grade, Report
from tokencost.nouns.answer import Estimate
from tokencost.units import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One acceleration (or several, `parts`) on top of the base; `factor` is the base's time over its own.

    `problems` say why it cannot be had here; then there is neither estimate nor factor. The evidence of several is that
    of the weakest.
    """

    id: str
    name: str
    parts: tuple[str, ...]
    change: str
    estimate: Estimate | None
    factor: Fraction | None
    evidence: Grade
    reports: tuple[Report, ...]
    quality: tuple[str, ...]
    sources: tuple[str, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A run as asked for, each acceleration alone, fastest first, and the fastest stacks of them.

    The first stack leaves what is sampled as it is, the last is the fastest of all; one where both are the same.
    """

    base: Estimate
    options: tuple[Option, ...]
    stacks: tuple[Option, ...]
