"""What the list of accelerations shows, in text and to programs."""

import csv
import json

from tests.report import cases
from tokencost.report import renderer


def test_a_row_has_time_factor_report_evidence_and_source() -> None:
    """
    A factor without the evidence for it is a myth.
    """
    text = " ".join(renderer("compare --what-if", "table")(cases.what_if()).split())

    assert "deepcache 0.4456 0.35 to 0.56 2.5× 2.61× 10.1 $0.0123" in text
    assert "published" in text
    assert "deepcache: time 2.61× (deepcache: 50 steps; published, deepcache-repo, README, img1 and img2)" in text
    assert "fp8" in text
    assert "deepcache has no fp8" in text


def test_the_table_fits_a_terminal() -> None:
    """
    Eighty columns, as everywhere.
    """
    assert max(len(line) for line in renderer("compare --what-if", "table")(cases.what_if()).splitlines()) <= 80


def test_programs_read_null_for_what_cannot_be_had() -> None:
    """
    A zero would be read as instant.
    """
    read = json.loads(renderer("compare --what-if", "json")(cases.what_if()))

    assert "tokencost.what-if/1" == read["schema"]
    assert [True, False] == [option["run"] is not None for option in read["options"]]
    assert {"seconds", "low", "high"} == set(read["options"][0]["run"]["latency"])
    assert {"of", "factor", "grade", "conditions", "source", "measurements"} == set(read["options"][0]["reports"][0])
    assert ["deepcache", "int8"] == read["stacks"][0]["parts"]


def test_the_base_is_the_first_row_of_the_sheet() -> None:
    """
    Factors are against it.
    """
    base, first, refused, stack = csv.DictReader(renderer("compare --what-if", "csv")(cases.what_if()).splitlines())

    assert ("as it is", "1") == (base["option"], base["factor"])
    assert ("2.5", "2.611") == (first["factor"], first["reported_time_factor"])
    assert ("", "deepcache has no fp8") == (refused["seconds"], refused["problems"])
    assert "deepcache+int8" == stack["option"]
