"""The records of a calibration: files of a catalogue folder like any other."""

import csv
from pathlib import Path

import pytest

from tests.cli.calling import call
from tests.measuring.synthetic import calibration, machine
from tests.promises.records import catalog
from tokencost.catalog.load import load
from tokencost.errors import UsageError
from tokencost.measuring.calibrate import Calibration, started
from tokencost.measuring.measurements import extended
from tokencost.measuring.records import files

FLAGS = ("--gpu", "my-box", "--engine", "my-box-eager", "--precision", "fp32")


def stored(found: Calibration, folder: Path) -> Path:
    for place, text in found.files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return stored(calibration(model=0.5), tmp_path / "own")


def test_the_records_can_be_checked_and_used(own: Path) -> None:
    """
    What calibrate writes is what estimate reads.
    """
    checked = call("catalog", "check", str(own))
    found = call("estimate", "sd1.5", *FLAGS, "--catalog", str(own), "--format", "json")

    assert (0, 0) == (checked.code, found.code), checked.err + found.err
    assert 10 < found.json["latency"]["seconds"] < 3600


def test_defaults_work_on_a_calibrated_machine_too(own: Path) -> None:
    """
    Whoever names the machine alone gets an answer, and is told what was assumed.
    """
    found = call("estimate", "sd1.5", "--gpu", "my-box", "--catalog", str(own))

    assert 0 == found.code
    assert "timed as if it did" in " ".join(found.out.split())


def test_nobody_knows_the_power_of_an_unknown_machine(own: Path) -> None:
    """
    An energy of 0 J would look measured.
    """
    found = call("estimate", "sd1.5", *FLAGS, "--catalog", str(own), "--format", "json")

    assert found.json["energy"] is None


def test_a_lone_machine_cannot_share_a_request(own: Path) -> None:
    """
    Nothing was measured between it and a second one.
    """
    found = call("estimate", "sd1.5", *FLAGS, "--gpus", "2", "--catalog", str(own))

    assert 2 == found.code
    assert "link_bandwidth" in found.err


def test_every_number_says_where_it_is_from(own: Path) -> None:
    """
    Measured here, or believed of the machine's kind until something measures it.
    """
    known = load(own)
    said = known.index["sources"]["my-box-calibration"]

    assert ("measurement", "2026-01-31") == (said["kind"], said["retrieved"])
    assert all(word in said["title"] for word in ("Some Processor", "2 threads", "torch 2.13.0"))
    assert known.source("achieved", "my-box", "bandwidth").startswith("my-box-calibration")
    assert known.source("achieved", "my-box", "overlap").startswith("library-shares-judged")
    assert known.source("engines", "my-box-eager", "reserve").startswith("maintainers-engines")


def test_records_are_what_was_fitted(own: Path) -> None:
    """
    Four digits survive the way through the file.
    """
    written, fitted = load(own).get("achieved", "my-box"), calibration(model=0.5).platform.achieved

    assert float(fitted.kernel_time) == pytest.approx(written.kernel_time, rel=1e-3)
    for name in ("matmul_by_rows", "elementwise_by_size"):
        expected = [float(point.share) for point in getattr(fitted, name)]
        assert expected == pytest.approx([point.share for point in getattr(written, name)], rel=1e-3)


def test_a_known_card_keeps_its_datasheet(tmp_path: Path) -> None:
    """
    Power, links and peaks are the maker's to say; they keep their sources.
    """
    there = machine("cuda", "NVIDIA A100-SXM4-80GB")
    base, on = started(catalog(), there)
    for place, text in files(there, on, catalog(), base=base, engines={"eager": on.engine}).items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    known = load(tmp_path)

    assert 400 == known.get("gpus", "my-box").power_limit
    assert catalog().source("gpus", "a100-80gb-sxm", "peak") == known.source("gpus", "my-box", "peak")


def test_models_are_appended_as_validate_reads_them(own: Path, tmp_path: Path) -> None:
    """
    A second calibration adds rows, and all of them are predicted again from the records.
    """
    table = tmp_path / "mine.csv"
    for _ in range(2):
        table.write_text(extended(table, calibration(model=0.5)), encoding="utf-8")
    found = call("validate", str(table), "--catalog", str(own), "--format", "json").json

    assert ["ok", "ok"] == [row["status"] for row in found["rows"]]
    assert float(calibration(model=0.5).outcomes[0].ratio or 0) == pytest.approx(found["rows"][0]["ratio"], rel=1e-3)
    assert "Some Processor" in next(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))["source"]


def test_a_table_of_other_columns_is_not_appended_to(tmp_path: Path) -> None:
    """
    Conditions without a column would be lost.
    """
    table = tmp_path / "mine.csv"
    table.write_text("model,metric,value\nsdxl,latency_s,3\n", encoding="utf-8")

    with pytest.raises(UsageError, match="without the columns"):
        extended(table, calibration(model=0.5))


def test_a_prediction_far_off_does_not_hold() -> None:
    """
    Within a quarter is good, beyond is not.
    """
    near = calibration(model=1.0)
    predicted = near.outcomes[0].prediction
    assert predicted

    assert calibration(model=float(predicted.value) * 1.2).holds
    assert not calibration(model=float(predicted.value) * 1.4).holds
    assert not calibration(model=float(predicted.value) * 0.7).holds
