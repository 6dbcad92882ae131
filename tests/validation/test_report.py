import csv
import io
import json
import re
from pathlib import Path

import pytest

import tokencost
from tests.promises.records import catalog
from tokencost.report import RENDERERS, renderer
from tokencost.report.validation import percent
from tokencost.validation.table import read_bytes
from tokencost.validation.validate import summed

TABLE = """id,model,scope,engine,metric,value,linear,source,notes,group
good,sdxl,request,eager,latency_s,2.5,,somebody 2024,,g1
lost,nobody's model,request,eager,latency_s,2.5,,somebody 2024,,g1
count,sdxl,denoise-forward,,flops,6761236398080,1000,somebody 2024,,g2
evil,sdxl,request,eager,latency_s,9,,<script>alert(1)</script>,,=cmd()
"""
ANSWER = summed(catalog(), ("m.csv",), read_bytes(TABLE.encode(), "m.csv"))


def rendered(name: str) -> str:
    return renderer("validate", name)(ANSWER)


@pytest.mark.parametrize("name", RENDERERS["validate"])
def test_every_row_is_accounted_for(name: str) -> None:
    """
    What could not be predicted is part of the answer in every format.
    """
    assert "lost" in rendered(name)
    assert "no model is called" in rendered(name).replace("&#x27;", "'")


def test_the_first_line_is_the_answer() -> None:
    """
    Reading on is for those who want to know more.
    """
    assert re.match(
        r"3 of 4 rows predicted, median error [0-9.]+ %, [0-9]+ % inside their interval\n",
        rendered("table"),
    )


def test_the_table_fits_a_terminal() -> None:
    """
    Eighty columns are what a log shows.
    """
    assert max(map(len, rendered("table").splitlines())) <= 80


def test_json_has_the_published_shape() -> None:
    """
    Programs read these names.
    """
    found = json.loads(rendered("json"))
    rows = {row["id"]: row for row in found["rows"]}

    assert found["schema"] == "tokencost.validate/1"
    assert {"id", "status", "reason", "predicted", "low", "high", "measured", "ratio"} <= rows["good"].keys()
    assert (rows["lost"]["status"], rows["lost"]["predicted"]) == ("unsupported", None)
    assert rows["good"]["low"] < rows["good"]["predicted"] < rows["good"]["high"]
    assert rows["count"]["classes"]["linear"]["measured"] == 1000
    assert set(found["summary"]["groups"]) == {"g1", "g2", "=cmd()"}


def test_csv_holds_no_formula() -> None:
    """
    A spreadsheet evaluates what begins with a sign.
    """
    cells = [cell for row in csv.reader(io.StringIO(rendered("csv"))) for cell in row]

    assert "'=cmd()" in cells


def test_html_draws_each_row_and_trusts_none() -> None:
    """
    Points have a title to hover over, and titles quote what others wrote.
    """
    assert rendered("html").count("<circle") == 3
    assert "<script" not in rendered("html")
    assert rendered("html").count("<svg") == 2


def test_percentages_are_those_people_mean() -> None:
    """
    A ratio of 2 is 100 % off.
    """
    assert [percent(0.0), percent(0.6931471805599453), percent(-0.6931471805599453, signed=True)] == [
        "0 %",
        "100 %",
        "-50 %",
    ]


def test_the_page_of_accuracies_names_every_regime() -> None:
    """
    docs/accuracy.md is printed by the command at its end; a regime that is missing there was added since.
    """
    page = (Path(__file__).parents[2] / "docs" / "accuracy.md").read_text(encoding="utf-8")
    headline = "rows predicted"

    assert headline in page
    assert all(name in page for name in ("decode, eager", "latent decode", "several GPUs", "FLOPs", "memory"))


def test_validate_is_a_function_of_the_package(tmp_path: Path) -> None:
    """
    Notebooks ask the same question as the command and get the same answer.
    """
    table = tmp_path / "m.csv"
    table.write_text(TABLE, encoding="utf-8")

    assert ANSWER.overall == tokencost.validate(table).overall
