"""What a gate finds: limits that are broken, and the change since a baseline."""

from typing import Literal

from tokencost.nouns.answer import Plan
from tokencost.nouns.budget import Place
from tokencost.nouns.change import Change
from tokencost.record import dataclass
from tokencost.units import Count

Level = Literal["fail", "warn", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A limit that is broken, at the place of the spec that sets it or that broke it; only `fail` closes the gate.

    A rule of a budget file also has the unit of its figures, an owner, the owner's advice, and where it is stated;
    `waived` says until when and why it need not be kept.
    """

    rule: str
    message: str
    path: str
    line: int
    column: int
    actual: Count | None = None
    limit: Count | None = None
    level: Level = "fail"
    unit: str = ""
    owner: str = ""
    advice: str = ""
    waived: str = ""
    stated: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A plan judged: passed if no limit is broken; `change` is what it was judged against, if there is a baseline.

    `rules` are those of the file `budget` that were held against it, broken or not.
    """

    plan: Plan
    passed: bool
    findings: tuple[Finding, ...]
    change: Change | None = None
    budget: str = ""
    rules: tuple[str, ...] = ()
