import math
from dataclasses import replace

import pytest

from tests.promises.records import catalog
from tokencost.validation.regimes import regime_of
from tokencost.validation.rows import Outcome, Prediction, Row
from tokencost.validation.summary import errors, quantile, split, worst
from tokencost.validation.validate import SHIPPED, validate

ROW = Row(place="", id="a", model="sdxl", metric="latency_s", value=1.0)


def off(ratio: float, group: str = "", spread: float = 2.0) -> Outcome:
    found = Prediction(value=ratio, low=ratio / spread, high=ratio * spread)
    return Outcome(row=replace(ROW, group=group), regime="r", status="ok", prediction=found, ratio=ratio)


LOST = Outcome(row=ROW, regime="r", status="unsupported", reason="nobody knows")


def test_twice_and_half_are_equally_wrong() -> None:
    """
    A ratio is symmetric only in its logarithm.
    """
    found = errors([off(2.0, "a"), off(0.5, "b")])

    assert found is not None
    assert (found.median, found.bias) == pytest.approx((math.log(2), 1.0))


def test_a_large_group_counts_once() -> None:
    """
    One source with a hundred rows says no more about another model than one with a single row.
    """
    found = errors([*(off(4.0, "large") for _ in range(99)), off(1.1, "small"), off(1.1, "other")])

    assert found is not None
    assert found.median == pytest.approx(math.log(4))
    assert found.group_median == pytest.approx(math.log(1.1))


def test_coverage_is_the_share_inside_the_interval() -> None:
    """
    An interval that claims 90 % can be held to it.
    """
    found, counts = errors([off(1.9), off(0.6), off(2.1), off(1.0)]), errors([off(1.0, spread=1.0)])

    assert found is not None
    assert counts is not None
    assert (found.coverage, counts.coverage) == (0.75, None)


def test_rows_without_a_prediction_have_no_error() -> None:
    """
    They are listed; an error of zero would be a lie, and so would an infinite one.
    """
    found = errors([off(1.5), LOST])

    assert found is not None
    assert found.rows == 1
    assert errors([LOST]) is None
    assert split([LOST], lambda one: one.regime) == {}


def test_quantiles_lie_between_neighbours() -> None:
    """
    As every library interpolates them.
    """
    assert [quantile((1.0, 2.0, 4.0), share) for share in (0.0, 0.5, 0.75, 1.0)] == [1.0, 2.0, 3.0, 4.0]


def test_the_worst_come_first() -> None:
    """
    Too low can be worse than too high.
    """
    assert [one.ratio for one in worst([off(1.1), off(0.2), off(3.0), LOST], 2)] == [0.2, 3.0]


@pytest.mark.parametrize(
    ("changes", "regime"),
    [
        ({"metric": "params"}, "parameters"),
        ({"metric": "peak_mem_gb", "n_gpus": 8}, "memory"),
        ({"scope": "latent-decode"}, "latent decode"),
        ({"n_gpus": 8}, "several GPUs"),
        ({"engine": "tensorrt"}, "diffusion, tensorrt"),
        ({"model": "emu3-gen", "engine": "hf"}, "decode, eager"),
        ({"model": "llama-2-7b", "engine": "vllm"}, "decode, served"),
        ({"model": "nobody's", "family": "ar"}, "decode, compiled"),
    ],
)
def test_a_regime_is_what_the_time_goes_to(changes: dict[str, object], regime: str) -> None:
    """
    Errors of one regime say nothing about another.
    """
    assert regime == regime_of(catalog(), replace(ROW, **changes))  # type: ignore[arg-type]


def test_shipped_rows_say_who_measured_them() -> None:
    """
    A figure without a source cannot be checked.
    """
    found = validate(catalog())

    assert len(found.outcomes) > 600
    assert all(one.row.source for one in found.outcomes)
    assert len({one.row.id for one in found.outcomes}) == len(found.outcomes)


def test_all_shipped_rows_are_predicted() -> None:
    """
    A row that the planner cannot express would be a gap in it. Energies were published for other models too, and for
    whole nodes: tests/money/test_energy.py says which of those are left.
    """
    found = [one for one in validate(catalog()).outcomes if one.row.metric != "energy_j"]

    assert not [one.row.id for one in found if one.status != "ok"]


def test_predictions_of_time_stay_as_good_as_they_are() -> None:
    """
    Half of all times within a third, nine in ten within a factor of two and a half; the page of accuracies says more.
    """
    timed = [one for one in validate(catalog()).outcomes if one.row.metric in ("latency_s", "tokens_per_s")]
    found = errors(timed)

    assert found is not None
    assert found.group_median < math.log(4 / 3)
    assert found.group_p90 < math.log(2.5)


def test_files_are_told_by_name() -> None:
    """
    The same rows give the same bytes wherever the package lies.
    """
    assert [path.name for path in sorted(SHIPPED.glob("*.csv"))] == list(validate(catalog()).files)


def test_shipped_times_tell_what_was_fitted_from_what_was_held_out() -> None:
    """
    An error on rows that figures were fitted to says little about others; tables of one's own were never fitted to.
    """
    shipped = validate(catalog())
    own = validate(catalog(), [SHIPPED / "images.csv"])

    assert {"fitted", "held out", "energy, fitted", "energy, held out"} == set(shipped.uses)
    assert own.uses == {}
    assert shipped.uses["held out"].groups > 30
