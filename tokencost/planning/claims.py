"""What the lesson says, held against its own arithmetic, the primary sources and the planner."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tokencost.catalog.load import Catalog
from tokencost.errors import CatalogError
from tokencost.nouns.claim import Claim, Exercise, Step, VerdictName
from tokencost.planning.expression import Functions, evaluate
from tokencost.planning.figures import functions_of
from tokencost.units import Constant

CITED = re.compile(r"\(([a-z0-9.]+(?:-[a-z0-9.]+)+)[,)]")
"""A further source in the words of a record: `(emu3-nature)`, `(emu3-issues, 82)`."""
ROUNDING = Constant(0.005, "", "figures within half a percent of each other are the same figure, rounded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """An expression with its value."""

    step: Step
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim with everything computed: `reference` is what it was compared with, `ratio` how far off it is.

    `reference` is the primary source's figure or range, else the prediction, else what the claim's own premises give;
    None where nothing has a figure. `ratio` is 1 inside of it.
    """

    claim: Claim
    arithmetic: float | None
    published: tuple[float, ...]
    prediction: float | None
    also: tuple[Worked, ...]
    reference: tuple[float, ...]
    ratio: float | None
    verdict: VerdictName


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """An exercise with its figures."""

    exercise: Exercise
    steps: tuple[Worked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """All claims and exercises in their order, and the titles of the sources they name."""

    judged: tuple[Judged, ...]
    solved: tuple[Solved, ...]
    titles: dict[str, str]


def claims(catalog: Catalog) -> Claims:
    """Every claim judged, every exercise worked."""
    functions = functions_of(catalog)
    stated: list[Claim] = sorted(catalog.all("claims"), key=lambda claim: claim.order)
    asked: list[Exercise] = sorted(catalog.all("exercises"), key=lambda exercise: exercise.order)
    named = {source.partition(",")[0] for claim in stated for source in (claim.source, claim.primary.source)}
    named |= {name for claim in stated for name in CITED.findall(f"{claim.primary.says} {claim.remark}")}
    known = catalog.index["sources"].keys()
    return Claims(
        judged=tuple(judge(claim, functions) for claim in stated),
        solved=tuple(Solved(exercise=e, steps=_worked(e.id, e.steps, functions)) for e in asked),
        titles={name: str(catalog.index["sources"][name]["title"]) for name in sorted(named & known)},
    )


def judge(claim: Claim, functions: Functions) -> Judged:
    """One claim; raises CatalogError with its id where an expression has no value."""
    arithmetic, prediction, converted = (
        _value(claim.id, text, functions) for text in (claim.arithmetic, claim.prediction, claim.primary.expression)
    )
    published = tuple(map(float, claim.primary.figures)) or _known(converted)
    reference = published or _known(prediction) or _known(arithmetic)
    ratio = apart(claim.figures, reference) if claim.figures and reference else None
    return Judged(
        claim=claim, arithmetic=arithmetic, published=published, prediction=prediction, reference=reference,
        also=_worked(claim.id, claim.also, functions), ratio=ratio, verdict=_verdict(claim, ratio),
    )  # fmt: skip


def _verdict(claim: Claim, ratio: float | None) -> VerdictName:
    """What figures say goes before what the record says, unless the figures agree."""
    if ratio is not None and ratio != 1:
        return "differs"
    if claim.verdict is None and ratio is None:
        raise CatalogError(f"claims/{claim.id}: without figures to compare, the record has to say a verdict")
    return claim.verdict or "holds"


def apart(stated: Sequence[float], reference: Sequence[float]) -> float:
    """How many times too high (above 1) or too low (below 1) a range is; 1 where the ranges touch."""
    low, high = min(reference) * (1 - ROUNDING), max(reference) * (1 + ROUNDING)
    if min(stated) > high:
        return min(stated) / max(reference)
    return max(stated) / min(reference) if max(stated) < low else 1.0


def _known(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


def _worked(name: str, steps: Sequence[Step], functions: Functions) -> tuple[Worked, ...]:
    return tuple(Worked(step=step, value=_computed(name, step.expression, functions)) for step in steps)


def _value(name: str, text: str, functions: Functions) -> float | None:
    return _computed(name, text, functions) if text else None


def _computed(name: str, text: str, functions: Functions) -> float:
    try:
        return evaluate(text, functions)
    except CatalogError as error:
        raise CatalogError(*(f"{name}: {problem}" for problem in error.problems)) from error
