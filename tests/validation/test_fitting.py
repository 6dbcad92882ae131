"""Fitting: it finds what made the rows, believes little of odd rows, and judges by groups it has not seen."""

import math
from dataclasses import fields, replace

import pytest

from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import load
from tokencost.validation.constants import Free, concerns, constants, moved
from tokencost.validation.fitting import Problem, cases_of, fitted, left_out
from tokencost.validation.predict import run
from tokencost.validation.rows import Row
from tokencost.validation.summary import serves_to_fit, with_error
from tokencost.validation.validate import validate

GRID = [(model, gpu) for model in ("sdxl", "flux.1-dev", "pixart-sigma") for gpu in ("a100-80gb-sxm", "h100-80gb-sxm")]


def rows(**truth: float) -> list[Row]:
    """Latencies that the planner itself would give if some constants of engine compile were others."""
    asked = [
        Row(place="t:1", id=f"{model}{gpu}{n}", model=model, metric="latency_s", value=1.0, scope="request", gpu=gpu,
            engine="compile", precision="bf16", steps=10 * n, batch=n, group=f"{model}|{gpu}")
        for model, gpu in GRID
        for n in (1, 2, 3)
    ]  # fmt: skip
    logs = [math.log(truth.get(c.field, 1.0)) if c.records == ("compile",) else 0.0 for c in constants(load())]
    made = cases_of(load(), asked)
    seconds = [run(c.row, c.ready, c.part, moved(c.ready.platform, constants(load()), logs)).value for c in made]
    return [replace(case.row, value=float(value)) for case, value in zip(made, seconds, strict=True)]


def found(measured: list[Row]) -> dict[str, float]:
    """Fitted over recorded value of each constant."""
    return {constant.name: value / constant.now for constant, value in fitted(load(), measured)}


def test_a_slower_library_is_found() -> None:
    """
    Products at 0.8 of the recorded share, in every row: what is found explains most of it.
    """
    measured = rows(matmul_efficiency=0.8)
    problem = Problem(cases_of(load(), measured), constants(load()))
    found_out = problem.solve()

    assert abs(problem.errors(found_out)).mean() < abs(problem.errors(0 * found_out)).mean() / 3
    assert found(measured)["compile.matmul_efficiency"] < found(rows())["compile.matmul_efficiency"] - 0.03


def test_one_odd_group_moves_little() -> None:
    """
    A group whose times are ten times too long was measured under other conditions.
    """
    odd = [replace(row, value=10 * row.value) if row.group == "sdxl|a100-80gb-sxm" else row for row in rows()]
    moved_by = found(odd)["compile.matmul_efficiency"] / found(rows())["compile.matmul_efficiency"]

    assert 0.95 < moved_by <= 1.0


def test_constants_without_rows_are_what_is_believed() -> None:
    """
    Nothing measured, nothing learnt.
    """
    values = {constant.name: (constant, value) for constant, value in fitted(load(), rows())}
    constant, value = values["volta.convolution"]

    assert value == pytest.approx(constant.prior, rel=1e-6)


def test_a_group_left_out_is_judged_by_the_others() -> None:
    """
    If one group alone is twice as slow, the others do not excuse it.
    """
    odd = [replace(row, value=2 * row.value) if row.group == "sdxl|h100-80gb-sxm" else row for row in rows()]
    errors = left_out(load(), odd)

    assert len(odd) == len(errors)
    assert all(errors[row.id] < -0.5 for row in odd if row.group == "sdxl|h100-80gb-sxm")
    assert all(abs(errors[row.id]) < 0.25 for row in odd if row.group != "sdxl|h100-80gb-sxm")


@pytest.mark.parametrize("constant", constants(load()), ids=lambda one: one.name)
def test_every_constant_is_of_records_that_exist_and_has_a_source(constant: Free) -> None:
    """
    A prior without a reason is a guess.
    """
    for record in constant.records:
        assert getattr(load().get(constant.kind, record), constant.field)
    assert constant.source
    assert constant.factor > 1
    assert 0.2 < constant.now / constant.prior < 5


@pytest.mark.parametrize(
    ("kind", "fit"),
    [("engines", "timing"), ("achieved", "timing"), ("precisions", "timing"), ("power", "energy")],
)
def test_what_is_called_fitted_is_fitted_and_nothing_else(kind: str, fit: str) -> None:
    """
    A constant set by hand must not borrow the authority of the fit.
    """
    free = {(record, one.field) for one in constants(load()) if one.kind == kind for record in one.records}
    unsaid = {field.name: field.default for field in fields(KINDS[kind])}
    numbers = {
        (name, field)
        for name in load().names(kind)
        for field, value in load().index[kind][name]["noun"].items()
        if isinstance(value, int | float | dict)
        and not isinstance(value, bool)
        and (value != unsaid[field] or (name, field) in free)
    }
    called = {(name, field) for name, field in numbers if load().source(kind, name, field).startswith(f"{fit}-fit")}

    assert called == free & numbers
    assert free <= numbers


def test_moving_concerns_the_platforms_of_a_constant() -> None:
    """
    An engine's constant leaves other engines as they are, and no share exceeds the whole.
    """
    case = cases_of(load(), rows())[0]
    free = constants(load())
    on = moved(case.ready.platform, free, [5.0] * len(free))

    assert all(concerns(one, on) == concerns(one, case.ready.platform) for one in free)
    assert on.achieved.convolution == 1.0
    assert on.engine.matmul_efficiency > 100
    assert on.gpu == case.ready.platform.gpu


def test_an_error_replaced_moves_value_and_interval() -> None:
    """
    Coverage is judged with the prediction that the fit without the group gives.
    """
    one = validate(load()).outcomes[-1]
    assert one.prediction
    changed = with_error(one, 0.5)

    assert changed.prediction
    assert changed.ratio == pytest.approx(math.exp(0.5))
    assert changed.prediction.value / one.row.value == pytest.approx(math.exp(0.5))
    assert changed.prediction.high / changed.prediction.value == pytest.approx(
        one.prediction.high / one.prediction.value
    )


def test_most_groups_serve_to_fit_and_some_never_do() -> None:
    """
    The split is by name: the same today and tomorrow, here and elsewhere.
    """
    names = [f"group {n}" for n in range(1000)]
    share = sum(map(serves_to_fit, names)) / 1000

    assert 0.65 < share < 0.75


def test_energies_move_what_gpus_draw_and_nothing_else() -> None:
    """
    A time that is off must not be mended by its joules, nor the other way round.
    """
    drawn = [replace(row, id=f"{row.id}J", metric="energy_j", value=1e4, group=f"{row.group}|J") for row in rows()[::3]]
    apart, together = (found(rows()), found([*rows(), *drawn]))
    changed = {name for name in apart if together[name] != apart[name]}

    assert changed
    assert all(name.startswith("gpus.") for name in changed)
