"""What a gate finds: limits that are broken, and the change since a baseline."""

from typing import Literal

from tokencost.nouns.answer import Plan
from tokencost.nouns.change import Change
from tokencost.record import dataclass
from tokencost.units import Count

Level = Literal["fail", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A limit that is broken, at the place of the spec that sets it or that broke it; a warning stops nothing."""

    rule: str
    message: str
    path: str
    line: int
    column: int
    actual: Count | None = None
    limit: Count | None = None
    level: Level = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A plan judged: passed if no limit is broken; `change` is what it was judged against, if there is a baseline."""

    plan: Plan
    passed: bool
    findings: tuple[Finding, ...]
    change: Change | None = None
