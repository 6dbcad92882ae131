"""`tokencost capacity` as one types it."""

from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, SPECS, answer, call
from tokencost.cli.capacity import fleets
from tokencost.errors import UsageError

THUMBNAILS = str(SPECS / "thumbnails.yaml")


def test_capacity_agrees_with_plan() -> None:
    """
    The same fleet, the same percentiles and the same rent for every candidate that both show.
    """
    planned = {c["model"]: c for c in answer(f"plan {DRAFT}")["candidates"]}
    found = answer(f"capacity {DRAFT}")["candidates"]

    assert found
    for candidate in found:
        plain = planned[candidate["model"]]
        assert plain["capacity"] == {key: candidate["capacity"][key] for key in plain["capacity"]}
        assert plain["cost"]["per_month_usd"] == candidate["cost"]["per_month_usd"]


def test_fleets_and_models_are_those_that_were_asked_for() -> None:
    """
    One entry per replica count examined.
    """
    found = answer(f"capacity {DRAFT} --model sdxl-turbo,llamagen-xl --replicas 2..5")

    assert "tokencost.capacity/1" == found["schema"]
    assert {"sdxl-turbo", "llamagen-xl"} == {c["model"] for c in found["candidates"]}
    for candidate in found["candidates"]:
        assert [2, 3, 4, 5] == [entry["replicas"] for entry in candidate["capacity"]["examined"]]


def test_a_trace_is_replayed(tmp_path: Path) -> None:
    """
    From any folder, also where the spec has no trace of its own.
    """
    path = tmp_path / "arrivals.csv"
    path.write_text("".join(f"{n * 0.7:.1f},x\n" for n in range(300)))
    found = call("capacity", DRAFT, "--trace", str(path), "--model", "sdxl-turbo", "--format", "json").json

    assert 300 == found["traffic"]["trace_arrivals"]
    assert found["candidates"][0]["capacity"]["method"].startswith("trace replayed (300 arrivals")


def test_a_trace_that_cannot_be_used_is_named_with_its_line(tmp_path: Path) -> None:
    """
    Wrong input is exit code 2, a missing file 4.
    """
    path = tmp_path / "arrivals.csv"
    path.write_text("0\n5\n4\n")
    wrong, missing = (call("capacity", DRAFT, "--trace", str(p)) for p in (path, tmp_path / "none.csv"))

    assert (2, 4) == (wrong.code, missing.code)
    assert f"{path}:3" in wrong.err
    assert "none.csv" in missing.err


@pytest.mark.parametrize("text", ["0", "5..3", "a", "1..", "1...4", "1..400", "-3"])
def test_fleets_that_make_no_sense_are_refused(text: str) -> None:
    """
    Before anything is computed.
    """
    with pytest.raises(UsageError, match="--replicas"):
        fleets(text)


def test_a_table_has_charts_and_marks() -> None:
    """
    For people: which fleets hold, how late they are, what they cost.
    """
    called = call("capacity", THUMBNAILS, "--model", "sdxl-turbo")

    assert (0, "") == (called.code, called.err)
    assert {"✔", "✘"} <= set(called.out)
    assert "────────────────" in called.out
