"""Constants from measurements: robust least squares on ln(predicted / measured), held back by what was believed before.

A group of rows (one source, model and GPU) weighs as much as any other. Errors are measured in what runs of the kind
differ by; they count by their square up to `ROBUST` and by their size beyond, so that a row whose conditions were
misread moves nothing. How far off predictions are for
groups that the constants have not seen is found by leaving out each group in turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from tokencost.catalog.load import Catalog
from tokencost.errors import TokencostError
from tokencost.planning.estimate import Prepared
from tokencost.planning.options import DEFAULT_ENGINE
from tokencost.units import Constant, Fraction
from tokencost.validation.conditions import prepare_row
from tokencost.validation.constants import Free, concerns, constants, moved
from tokencost.validation.predict import DRAWN, TIMED, run
from tokencost.validation.rows import Row
from tokencost.validation.scopes import Part, part_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROBUST = Constant(0.25, "", "errors beyond e^0.25 across stacks are taken for other conditions than the row says")
BELIEF = Constant(0.025, "", "one standard deviation of belief weighs as much as a group that is 11 % off")
SAME_STACK = Constant(0.06, "", "standard deviation of the logarithm among runs of one program on one kind of machine")
OTHER_STACK = Constant(0.15, "", "the same across generations of drivers, libraries and pipelines")
NUDGE = 0.02
ROUNDS, REWEIGHTINGS, HALVINGS = 6, 8, 5


@dataclass(frozen=True, slots=True)
class Case:
    """A row that can be timed, made ready once for all the platforms that are tried."""

    row: Row
    ready: Prepared
    part: Part


def fitted(catalog: Catalog, rows: Sequence[Row]) -> tuple[tuple[Free, float], ...]:
    """Every constant with the value that suits the times and energies among the rows best."""
    return tuple(
        (constant, constant.now * exp(log))
        for problem in problems_of(catalog, rows)
        for constant, log in zip(problem.free, problem.solve(), strict=True)
    )


def left_out(catalog: Catalog, rows: Sequence[Row]) -> Mapping[str, float]:
    """ln(predicted / measured) by row, with constants fitted to all groups but the row's own.

    All groups are fitted once; without one of them the constants move by the step that is best if errors are linear.
    """
    return {name: error for problem in problems_of(catalog, rows) for name, error in _unseen(problem).items()}


def _unseen(problem: "Problem") -> Mapping[str, float]:
    logs = problem.solve()
    errors, slopes = problem.errors(logs), problem.slopes(logs)
    unseen = errors.copy()
    for group in dict.fromkeys(problem.groups):
        out = problem.groups == group
        step = problem.step(errors, slopes, logs, ~out)
        unseen[out] += slopes[out] @ step
    return {case.row.id: float(error) for case, error in zip(problem.cases, unseen, strict=True)}


def cases_of(catalog: Catalog, rows: Sequence[Row]) -> tuple[Case, ...]:
    """The rows that tell a time, a rate or an energy; those that cannot be predicted are no cases."""
    found = []
    for row in rows:
        try:
            if row.metric in (*TIMED, *DRAWN) and not row.faults:
                ready = prepare_row(catalog, row)
                found.append(Case(row, ready, part_of(row.scope or "request", ready)))
        except TokencostError:
            continue
    return tuple(found)


def problems_of(catalog: Catalog, rows: Sequence[Row]) -> tuple["Problem", "Problem"]:
    """Times move what software and GPUs reach, energies what GPUs draw: neither may be mended by the other."""
    cases, free = cases_of(catalog, rows), constants(catalog)
    timed, drawn = ([case for case in cases if (case.row.metric in DRAWN) == energy] for energy in (False, True))
    reached, power = ([one for one in free if (one.kind == "power") == energy] for energy in (False, True))
    return Problem(timed, reached), Problem(drawn, power)


def noise(case: Case) -> Fraction:
    """What a prediction cannot know: a compiled decoder is one short program, all else is a pile of libraries."""
    compiled = case.ready.platform.engine.id == DEFAULT_ENGINE
    return SAME_STACK if compiled and case.part.phases[0].kind == "decode" else OTHER_STACK


class Problem:
    """Errors of the cases as functions of the logarithms of the constants, all of length len(free)."""

    def __init__(self, cases: Sequence[Case], free: Sequence[Free]) -> None:
        import numpy as np

        self.cases, self.free = cases, free
        pulls = np.array([constant.pull for constant in free])
        self.center, self.deviation = pulls[:, 0], pulls[:, 1]
        self.groups = np.array([case.row.group for case in cases])
        self.weights = np.array([float(OTHER_STACK) / float(noise(case)) for case in cases])

    def errors(self, logs: "Floats", among: Sequence[int] | None = None) -> "Floats":
        """ln(predicted / measured) of the cases, or of some of them."""
        import numpy as np

        chosen = range(len(self.cases)) if among is None else among
        return np.array([self._error(self.cases[n], logs) for n in chosen])

    def _error(self, case: Case, logs: "Floats") -> float:
        on = moved(case.ready.platform, self.free, tuple(logs))
        return log(float(run(case.row, case.ready, case.part, on).value) / case.row.value)

    def slopes(self, logs: "Floats") -> "Floats":
        """How errors change with each constant, rows by constants; zero where a constant plays no part."""
        import numpy as np

        start, found = self.errors(logs), np.zeros((len(self.cases), len(self.free)))
        for k, constant in enumerate(self.free):
            rows = [n for n, case in enumerate(self.cases) if concerns(constant, case.ready.platform)]
            nudged = logs.copy()
            nudged[k] += NUDGE
            found[rows, k] = (self.errors(nudged, rows) - start[rows]) / NUDGE if rows else 0.0
        return found

    def shares(self, chosen: "Floats | slice" = slice(None)) -> "Floats":
        """The weight of every chosen row: one, shared by the rows of its group."""
        import numpy as np

        _, index, sizes = np.unique(self.groups[chosen], return_inverse=True, return_counts=True)
        return 1.0 / np.asarray(sizes[index], dtype=float)

    def loss(self, errors: "Floats", logs: "Floats") -> float:
        """What the fit makes small: robust errors of groups and squared departures from belief."""
        import numpy as np

        size, bend = np.abs(errors * self.weights), float(ROBUST)
        robust = np.where(size < bend, size**2 / (2 * bend), size - bend / 2)
        return float(self.shares() @ robust + BELIEF * (((logs - self.center) / self.deviation) ** 2).sum())

    def step(
        self, errors: "Floats", slopes: "Floats", logs: "Floats", chosen: "Floats | slice" = slice(None)
    ) -> "Floats":
        """The change of the constants that is best for the chosen cases if errors were linear in them."""
        import numpy as np

        weights = self.weights[chosen]
        off, slope, shares = errors[chosen] * weights, slopes[chosen] * weights[:, None], self.shares(chosen)
        belief, change = 2 * float(BELIEF) / self.deviation**2, np.zeros(len(self.free))
        for _ in range(REWEIGHTINGS):
            left = np.abs(off + slope @ change)
            pull = shares / np.maximum(left, float(ROBUST))
            matrix = slope.T @ (pull[:, None] * slope) + np.diag(belief)
            change = np.linalg.solve(matrix, -slope.T @ (pull * off) - belief * (logs - self.center))
        return change

    def solve(self) -> "Floats":
        """Steps from today's values until none is better."""
        import numpy as np

        logs = np.zeros(len(self.free))
        errors = self.errors(logs)
        for _ in range(ROUNDS):
            step = self.step(errors, self.slopes(logs), logs)
            for _ in range(HALVINGS):
                tried = self.errors(logs + step)
                if self.loss(tried, logs + step) < self.loss(errors, logs):
                    logs, errors = logs + step, tried
                    break
                step = step / 2
            else:
                break
        return logs
