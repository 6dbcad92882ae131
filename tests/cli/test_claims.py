"""`tokencost explain --claims` as one types it."""

import csv
import io
import re

import pytest

from tests.cli.calling import answer, call


def test_claims_are_printed_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The headline first, every claim, every exercise.
    """
    monkeypatch.setenv("COLUMNS", "80")
    lines = call("explain", "--claims").out.splitlines()
    exercises = re.findall(r"\? \(emu3-lesson: exercise ([1-5])\)", " ".join(" ".join(lines).split()))

    assert lines[0].startswith("47 claims: ")
    assert max(map(len, lines)) <= 80
    assert ["1", "2", "3", "4", "5"] == exercises


def test_values_of_the_json_can_be_computed_again() -> None:
    """
    The lesson's own arithmetic and its rate are in there, with what they give.
    """
    found = {claim["id"]: claim for claim in answer("explain --claims")["claims"]}

    assert {"expression": "4096 / 30", "value": pytest.approx(136.53, rel=1e-4)} == found["image-time"]["arithmetic"]
    assert answer("tokens --tokenizer emu3 --res 512")["generated"] == found["image-tokens"]["prediction"]["value"]
    eager = answer("estimate emu3-gen --res 512 --engine eager")["latency"]["seconds"]
    assert pytest.approx(eager) == found["image-time"]["prediction"]["value"]


def test_a_spreadsheet_has_a_row_for_every_claim() -> None:
    """
    With the figures in columns of their own.
    """
    rows = list(csv.DictReader(io.StringIO(call("explain", "--claims", "-f", "csv").out)))

    assert len(answer("explain --claims")["claims"]) == len(rows)
    assert {"holds", "differs", "incomplete", "unpublished"} == {row["verdict"] for row in rows}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("explain", "--claims"),
        ("explain sdxl --claims", "no SPEC or MODEL"),
        ("explain --claims -f jsn", "did you mean json"),
        ("explain sdxl -f csv", "explain prints table, json"),
    ],
)
def test_contradictions_are_told(line: str, said: str) -> None:
    """
    One thing or the other is explained.
    """
    called = call(*line.split())

    assert (2, "") == (called.code, called.out)
    assert said in called.err
