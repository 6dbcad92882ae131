"""Where answers go, in which form, and from where specs come."""

import csv
import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.calling import CLIP, DRAFT, answer, call


@pytest.mark.parametrize(
    ("line", "schema"),
    [
        (f"plan {DRAFT}", "tokencost.plan/1"),
        (f"check {DRAFT}", "tokencost.check/1"),
        ("compare --res 1024 --models sdxl", "tokencost.compare/1"),
        ("estimate sdxl", "tokencost.estimate/1"),
        ("explain sdxl", "tokencost.explain/1"),
    ],
)
def test_json_says_its_schema(line: str, schema: str) -> None:
    """
    Programs must notice when the form changes.
    """
    assert schema == answer(line)["schema"]


def test_several_specs_are_a_list() -> None:
    """
    One object per spec, in the order they were named.
    """
    assert ["clip-720p", "poster-512"] == [plan["name"] for plan in answer(f"plan {CLIP} {DRAFT}")]


def test_the_tokens_object_stands_alone() -> None:
    """
    It is the same object as in an estimate.
    """
    assert (
        answer("estimate emu3-gen --res 512 --prompt-tokens 64")["tokens"].keys()
        == answer("tokens --tokenizer emu3 --res 512").keys()
    )


def test_csv_has_a_row_for_every_candidate() -> None:
    """
    A spreadsheet is the other place where costs are compared.
    """
    rows = list(csv.DictReader(io.StringIO(call("plan", DRAFT, "--format", "csv").out)))

    assert len(answer(f"plan {DRAFT}")["candidates"]) == len(rows)


def test_junit_counts_a_failure_for_a_broken_limit() -> None:
    """
    CI systems draw their verdict from that attribute.
    """
    called = call("check", DRAFT, "--set", "budget.per_asset=0.00001 USD", "--format", "junit")

    assert (3, "1") == (called.code, ET.fromstring(called.out).findall("testsuite")[0].attrib["failures"])


@pytest.mark.parametrize("asked", ["table", "json", "markdown", "csv", "html", "github", "junit", "sarif", "gitlab"])
def test_the_answer_is_on_standard_output_alone(asked: str) -> None:
    """
    A redirect holds the answer and nothing else.
    """
    called = call("check", DRAFT, "--format", asked)

    assert (0, "") == (called.code, called.err)
    assert called.out


def test_problems_are_on_standard_error_alone(tmp_path: Path) -> None:
    """
    The good spec is answered, the other one is told about beside it.
    """
    called = call("plan", DRAFT, str(tmp_path / "missing.yaml"))

    assert (4, True, True) == (called.code, "poster-512" in called.out, "missing.yaml" in called.err)
    assert "missing.yaml" not in called.out


def test_the_same_input_gives_the_same_bytes() -> None:
    """
    Otherwise every run of a pipeline would look like a change.
    """
    assert call("plan", DRAFT, "--format", "json").out == call("plan", DRAFT, "--format", "json").out


def test_a_file_gets_what_standard_output_would(tmp_path: Path) -> None:
    """
    Two ways to the same bytes.
    """
    target = tmp_path / "plan.json"
    called = call("plan", DRAFT, "--format", "json", "-o", str(target))

    assert (0, "") == (called.code, called.out)
    assert call("plan", DRAFT, "--format", "json").out == target.read_text(encoding="utf-8")


def test_a_refused_spec_leaves_the_old_answer(tmp_path: Path) -> None:
    """
    Half an answer is worse than yesterday's.
    """
    target = tmp_path / "plan.txt"
    target.write_text("yesterday")
    called = call("plan", DRAFT, "--set", "output.width=0", "-o", str(target))

    assert (2, "yesterday", ["plan.txt"]) == (called.code, target.read_text(), os.listdir(tmp_path))


def test_writing_leaves_nothing_but_the_answer(tmp_path: Path) -> None:
    """
    The file is written beside its place and then put there.
    """
    target = tmp_path / "plan.txt"
    target.write_text("yesterday")
    call("plan", DRAFT, "-o", str(target))

    assert ["plan.txt"] == os.listdir(tmp_path)
    assert "poster-512" in target.read_text(encoding="utf-8")


def test_a_dash_reads_standard_input() -> None:
    """
    Specs are generated, too.
    """
    piped = call("plan", "-", "--format", "csv", stdin=Path(DRAFT).read_bytes())

    assert (0, "") == (piped.code, piped.err)
    assert (
        call("plan", DRAFT, "--format", "csv").out.splitlines()[1:][0].split(",")[1:]
        == (piped.out.splitlines()[1:][0].split(",")[1:])
    )


def test_nothing_on_standard_input_is_wrong_input() -> None:
    """
    An empty pipe is the commonest mistake of a script.
    """
    called = call("plan", "-")

    assert (2, True) == (called.code, "empty" in called.err)


def test_set_wins_over_the_file() -> None:
    """
    One spec serves many questions.
    """
    plan = call("plan", DRAFT, "--set", "output.width=256", "--set", "output.height=256", "--format", "json").json

    assert (256, 256) == (plan["spec"]["output"]["width"], plan["spec"]["output"]["height"])


def test_a_problem_with_set_names_the_flag() -> None:
    """
    The file is innocent.
    """
    called = call("plan", DRAFT, "--set", "output.width=wide")

    assert (2, True) == (called.code, called.err.startswith("--set output.width=wide: output.width: "))


def test_a_folder_of_ones_own_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A company sets it once.
    """
    monkeypatch.setenv("TOKENCOST_CATALOG", str(tmp_path / "missing"))

    assert 2 == call("estimate", "sdxl").code


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_tables_fit_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A line that wraps is no table any more; only words that cannot be broken may be longer.
    """
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = call("estimate", "emu3-gen", "--res", "512").out.splitlines()

    assert not [line for line in lines if len(line) > columns and len(line.split()) > 1]


def test_a_reader_that_stops_is_no_bug() -> None:
    """
    `tokencost catalog list models | head -1` ends without a traceback.
    """
    line = f"{sys.executable} -m tokencost catalog list networks | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
