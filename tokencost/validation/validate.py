"""The use case: read tables of measurements, predict every row, sum up the errors."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tokencost.catalog.load import DATA, Catalog
from tokencost.errors import TokencostError
from tokencost.validation.predict import COUNTED, DRAWN, TIMED, outcome
from tokencost.validation.rows import Outcome, Refit, Row, Validation
from tokencost.validation.summary import errors, serves_to_fit, split, use_of, with_error, worst
from tokencost.validation.table import read_table

SHIPPED = DATA / "measurements"
WORST = 12


def validate(catalog: Catalog, paths: Sequence[Path] = (), *, fit: bool = False) -> Validation:
    """Predict the rows of the files, or of those that are shipped; `fit` also fits the constants to them (a minute)."""
    files = tuple(paths) or tuple(sorted(SHIPPED.glob("*.csv")))
    rows = read_all(files)
    found = summed(catalog, tuple(path.name for path in files), rows, shipped=not paths)
    return _with_fit(catalog, found, rows) if fit else found


def _with_fit(catalog: Catalog, found: Validation, rows: Sequence[Row]) -> Validation:
    """Constants fitted to the groups that serve for that, and errors of each group when it is left out."""
    from tokencost.validation.fitting import fitted, left_out

    unseen = left_out(catalog, rows)
    moved = [with_error(one, unseen[one.row.id]) for one in found.outcomes if one.row.id in unseen]
    suited = fitted(catalog, [row for row in rows if serves_to_fit(row.group)])
    return replace(
        found,
        uses=dict(sorted({**found.uses, **split(moved, lambda one: used(one, "each group left out"))}.items())),
        constants=tuple(
            Refit(name=one.name, believed=one.prior, recorded=one.now, fitted=value) for one, value in suited
        ),
    )


def read_all(files: Sequence[Path]) -> tuple[Row, ...]:
    """All rows of all files; problems of every file are told together."""
    rows: list[Row] = []
    problems: list[TokencostError] = []
    for path in files:
        try:
            rows += read_table(path)
        except TokencostError as error:
            problems.append(error)
    if problems:
        raise type(problems[0])(*(problem for error in problems for problem in error.problems))
    return tuple(rows)


def summed(catalog: Catalog, files: tuple[str, ...], rows: Sequence[Row], *, shipped: bool = False) -> Validation:
    """Outcomes and their errors."""
    found = tuple(outcome(catalog, row) for row in rows)
    measured = [one for one in found if one.row.metric not in COUNTED]
    timed = [one for one in measured if one.row.metric in TIMED]
    fitted_to = [one for one in measured if one.row.metric in (*TIMED, *DRAWN)]
    judged = [one for one in measured if one.row.metric not in DRAWN]
    return Validation(
        files=files, outcomes=found, overall=errors(judged) or errors(found),
        regimes=split(found, lambda one: one.regime),
        gpus=split(timed, lambda one: one.row.gpu or "default"), engines=split(timed, _engine),
        models=split(found, lambda one: one.row.model), groups=split(found, lambda one: one.row.group),
        uses=split(fitted_to, lambda one: used(one, use_of(one))) if shipped else {}, worst=worst(found, WORST),
        seal=catalog.seal,
    )  # fmt: skip


def used(one: Outcome, use: str) -> str:
    """How a row served, those of energies told apart: other constants are fitted to them."""
    return f"energy, {use}" if one.row.metric in DRAWN else use


def _engine(one: Outcome) -> str:
    return one.row.engine or "default"
