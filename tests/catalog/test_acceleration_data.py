"""What the catalogue says about accelerations, against the measurements beside it."""

import csv

import pytest

from tests.catalog.records import nouns
from tests.promises.records import catalog
from tokencost.catalog.load import DATA
from tokencost.nouns.acceleration import Acceleration, Report
from tokencost.planning.accelerating import concerns

CHANGES: dict[str, Acceleration] = nouns("accelerations")
REPORTS = [(change, report) for change in CHANGES.values() for report in change.reports]
TIMED = [pytest.param(r, id=f"{c.id}-{r.model}") for c, r in REPORTS if r.rows]
EXPECTED = {
    "speculative", "sjd", "dida", "guidance-batched", "int8", "int8-weight-only", "fp8", "compile", "sdxl-lightning",
    "teacache",
}  # fmt: skip

MEASURED = {
    row["id"]: row
    for path in (DATA / "measurements").glob("*.csv")
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
}

changes = pytest.mark.parametrize("change", [pytest.param(c, id=c.id) for c in CHANGES.values()])


@pytest.mark.parametrize("report", TIMED)
def test_a_measured_factor_is_the_ratio_of_its_rows(report: Report) -> None:
    """
    The rows without and with are in the tables that predictions are validated on.
    """
    without, with_it = (MEASURED[name] for name in report.rows)
    values = float(without["value"]), float(with_it["value"])
    ratio = values[0] / values[1] if without["metric"] == "latency_s" else values[1] / values[0]

    assert ratio == pytest.approx(float(report.factor), rel=1e-3)
    assert (report.model, without["gpu"]) == (with_it["model"], with_it["gpu"])
    assert report.grade == "measured"


def test_the_accelerations_people_argue_about_are_there() -> None:
    """
    Drafts, Jacobi windows, parallel refinement, guidance in a batch, formats, compilation, students, caches.
    """
    assert set(CHANGES) >= EXPECTED


@changes
def test_every_acceleration_concerns_a_model(change: Acceleration) -> None:
    """
    One that concerns nobody is never listed.
    """
    assert any(concerns(change, model, task) for model in catalog().all("models") for task in model.tasks)


@changes
def test_reports_are_about_the_model_alone(change: Acceleration) -> None:
    """
    A factor for a model that the record leaves out would never be shown.
    """
    listed = set(change.models) or {m.id for m in catalog().all("models") if m.family in change.families or not m.tasks}

    assert {report.model for report in change.reports} <= listed


@changes
def test_the_slot_is_the_part_of_a_run_that_changes(change: Acceleration) -> None:
    """
    Two of one slot exclude each other, so a slot that does not fit would let them through.
    """
    parts = {
        "engine": bool(change.engine), "precision": bool(change.precision), "guidance": bool(change.guidance),
        "student": bool(change.student), "decoding": change.drafting is not None, "cache": change.step_factor != 1,
    }  # fmt: skip

    assert [change.slot] == [slot for slot, there in parts.items() if there]


@changes
def test_what_rests_on_judgement_is_less_certain(change: Acceleration) -> None:
    """
    Passes and skipped steps counted by others widen the interval; what the timing model predicts does not.
    """
    assert (change.slot in ("decoding", "cache")) == (change.spread > 1)
