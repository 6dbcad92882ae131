"""One computation, several files: which word is a format, what is printed beside it, and all or none."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, call
from tokencost.cli.destinations import Destination, destinations
from tokencost.errors import UsageError

PLAN = ("plan", DRAFT, "--quick")


@pytest.mark.parametrize(
    ("text", "format", "path"),
    [
        ("json:plan.json", "json", "plan.json"),
        ("json:C:\\plan.json", "json", "C:\\plan.json"),
        ("json:a:b", "json", "a:b"),
        ("./a:b", "table", "./a:b"),
        ("C:\\plan.txt", "table", "C:\\plan.txt"),
        ("12:30.txt", "table", "12:30.txt"),
        ("out/a.b:c", "table", "out/a.b:c"),
        ("./json:x", "table", "./json:x"),
        ("plan.txt", "table", "plan.txt"),
    ],
)
def test_a_word_before_the_first_colon_is_a_format(text: str, format: str, path: str) -> None:  # noqa: A002
    """
    Drives, times and paths with a folder are none; everything after that colon is the path.
    """
    assert Destination(format=format, path=Path(path)) in destinations("plan", "table", [text])


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (["jsno:plan.json"], "did you mean json?"),
        (["JSON:plan.json"], "did you mean json?"),
        (["notes:today.md"], "a file of that name is ./notes:today.md"),
        (["json:"], "name a file after json:"),
        ([""], "name a file"),
        (["a.txt", "b.txt"], "write -o FORMAT:b.txt"),
        (["json:a", "csv:./a"], "named twice"),
        (["json:-", "csv:-"], "standard output is named twice"),
        (["sarif:a"], "plan prints table, json, jsonl"),
    ],
)
def test_what_cannot_be_meant_is_refused(outputs: list[str], said: str) -> None:
    """
    A file called `jsno:plan.json` would be found a week later.
    """
    with pytest.raises(UsageError, match=said.replace("?", r"\?").replace(".", r"\.")):
        destinations("plan", "table", outputs)


@pytest.mark.parametrize(
    ("outputs", "printed"),
    [
        ([], "table"), (["a.txt"], None), (["json:a"], "table"), (["a.txt", "json:b"], None), (["json:-"], "json"),
        (["-"], "table"),
    ],
)  # fmt: skip
def test_standard_output_has_what_no_file_took(outputs: list[str], printed: str | None) -> None:
    """
    A log shows annotations while the files go to whoever reads those.
    """
    found = [one.format for one in destinations("plan", "table", outputs) if one.path is None]

    assert ([printed] if printed else []) == found


def test_every_file_has_what_its_format_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The same bytes as one format at a time, from one computation.
    """
    monkeypatch.chdir(tmp_path)
    names = ["json", "jsonl", "markdown", "csv", "html"]
    called = call(*PLAN, *(word for name in names for word in ("-o", f"{name}:plan.{name}")))

    assert (0, call(*PLAN).out) == (called.code, called.out)
    assert [call(*PLAN, "--format", name).out for name in names] == [
        Path(f"plan.{name}").read_text(encoding="utf-8") for name in names
    ]


def test_all_files_or_none(tmp_path: Path) -> None:
    """
    A summary of today beside a report of yesterday would be believed.
    """
    good, bad = tmp_path / "plan.json", tmp_path / "missing" / "plan.csv"
    good.write_text("yesterday")
    called = call(*PLAN, "-o", f"json:{good}", "-o", f"csv:{bad}")

    assert (4, "", "yesterday", ["plan.json"]) == (called.code, called.out, good.read_text(), os.listdir(tmp_path))
    assert str(bad) in called.err


def test_a_device_stays_a_device() -> None:
    """
    Where the user may do anything, a rename would put a file in the place of /dev/null.
    """
    called = call(*PLAN, "-o", f"json:{os.devnull}", "-o", os.devnull)

    assert 2 == called.code
    assert (0, "") == ((called := call(*PLAN, "-o", os.devnull)).code, called.out)
    assert not Path(os.devnull).is_file()


def test_a_wrong_place_is_told_before_anything_is_computed() -> None:
    """
    The spec is not even looked for.
    """
    called = call("plan", "missing.yaml", "-o", "jsno:x")

    assert 2 == called.code
    assert "missing.yaml" not in called.err


def test_refused_specs_stand_in_every_file_of_a_program(tmp_path: Path) -> None:
    """
    An upload of a report that is not there fails with another message than the spec's.
    """
    sarif, page = tmp_path / "a.sarif", tmp_path / "a.html"
    called = call("check", DRAFT, "--set", "output.width=0", "-o", f"sarif:{sarif}", "-o", f"html:{page}")

    assert (2, "", ["a.sarif"]) == (called.code, called.out, os.listdir(tmp_path))
    assert "invalid-input" == json.loads(sarif.read_text())["runs"][0]["results"][0]["ruleId"]


def test_json_lines_are_the_objects_of_the_json() -> None:
    """
    One spec, one line.
    """
    specs = ("check", DRAFT, DRAFT)
    lines = call(*specs, "--format", "jsonl").out.splitlines()

    assert call(*specs, "--format", "json").json == [json.loads(line) for line in lines]
