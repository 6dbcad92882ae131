"""A team's pull request from 512 to 1024 pixels, as its pipeline sees it: budget, baseline, annotation, comment."""

import json
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Called, call
from tests.cli.repository import BASE, commit, git, repository, write
from tests.report.parse import parsed

SPEC = "specs/poster.yaml"
WIDER = BASE.replace("width: 512, height: 512", "width: 1024, height: 1024")
LINE = 1 + WIDER.splitlines().index("output: {width: 1024, height: 1024}")
BUDGET = """\
version: 1
baseline: {from: "git:main"}
rules:
  - id: poster-growth
    select: {specs: "specs/poster*.yaml"}
    metric: usd_per_asset
    max_increase: 10 %, 0.0001 USD
    owner: "@studio-leads"
    message: Show the leads what the larger posters bring in.
  - id: poster-month
    metric: usd_per_month
    at: p90
    limit: 1000000 USD
"""
LIMIT = 1 + BUDGET.splitlines().index("    max_increase: 10 %, 0.0001 USD")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Main has the spec, the budget and the lock; the pull request moves one line, and pins what the change needs."""
    folder = repository(tmp_path_factory.mktemp("demonstration") / "repo")
    (folder / "tokencost.budget.yaml").write_text(BUDGET)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert 0 == call("lock", SPEC).code
    commit(folder, "budget and lock")
    git(folder, "branch", "-f", "main")
    write(folder, WIDER)
    commit(folder, "Posters of 1024 pixels")
    return folder


@pytest.fixture(autouse=True)
def inside(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline runs at the top of the repository."""
    monkeypatch.chdir(repo)


def gate(*flags: str) -> Called:
    """What the pipeline runs: no flag but the format, for the budget names the baseline."""
    return call("check", SPEC, "--locked", "--today", "2027-01-31", *flags)


def change() -> Any:
    """What changed, as programs read it."""
    return gate("--format", "json").json["change"]


def test_main_passes_and_the_pull_request_does_not(repo: Path) -> None:
    """
    Exit 3: the verdict is no, and nothing is broken but the budget.
    """
    assert 3 == gate("-q").code
    git(repo, "switch", "-q", "main")
    main = gate("-q")
    git(repo, "switch", "-q", "larger")

    assert (0, "") == (main.code, main.err)


def test_the_annotation_stands_on_the_line_that_was_changed() -> None:
    """
    The reviewer sees it in the diff, with the rule, the growth, the limit, the owner, and where the rule stands.
    """
    called = gate("--format", "github")
    (found,) = re.findall(r"^::error (.*?)::(.*)$", called.out, re.MULTILINE)
    properties = dict(part.split("=", 1) for part in found[0].split(","))

    assert {"file": SPEC, "line": str(LINE), "col": "17", "title": "poster%3A poster-growth"} == properties
    assert "output.width 512 → 1024, output.height 512 → 1024: +" in found[1]
    assert "allowed: +10 %25 and 0.0001 USD" in found[1]
    assert f"(tokencost.budget.yaml:{LIMIT}:19, owner @studio-leads): Show the leads" in found[1]
    assert git(Path(), "diff", "-U0", "main", "--", SPEC).count(f"@@ -{LINE} +{LINE} @@") == 1


def test_causes_add_up_to_the_cent() -> None:
    """
    Read as decimals, parts sum to the change of every line, lines to the month, and the month to before and after.
    """
    found = change()
    cents = {measure["name"]: measure for measure in found["measures"]}

    def exact(value: float) -> Decimal:
        return Decimal(repr(value))

    assert {"per_asset", "per_month"} == cents.keys()
    for one in (*cents.values(), *found["lines"]):
        assert exact(one["change_usd"]) == sum(map(exact, one["parts_usd"]))
        assert exact(one["change_usd"]) == exact(one["after_usd"]) - exact(one["before_usd"])
    for name in ("before_usd", "after_usd", "change_usd"):
        assert exact(cents["per_month"][name]) == sum(exact(line[name]) for line in found["lines"])
    assert cents["per_month"]["change_usd"] > 0
    assert exact(cents["per_month"]["change_usd"]) == exact(cents["per_month"]["change_usd"]).quantize(Decimal("0.01"))


def test_the_whole_change_is_put_down_to_the_field_that_moved() -> None:
    """
    One cause: the size. Nothing is left over for prices, records or the version, which the lock holds still.
    """
    (cause,) = change()["causes"]
    fields = [(one["path"], one["before"], one["after"]) for one in cause["altered"]]

    assert "spec" == cause["kind"]
    assert [("output.width", "512", "1024"), ("output.height", "512", "1024")] == fields


def test_the_comment_tells_the_reviewer_what_and_why() -> None:
    """
    Markdown: the verdict, the broken rule, the causes with before and after, the model on both sides.
    """
    body = gate("--format", "markdown").out
    month = {measure["name"]: measure for measure in change()["measures"]}["per_month"]
    rows = [line for line in body.splitlines() if line.startswith("|")]

    assert body.startswith("**failed: poster: ")
    assert f"{SPEC}:{LINE}:17: output.width: poster-growth: usd\\_per\\_asset " in body
    assert "`@`studio-leads): Show the leads" in body
    assert [row for row in rows if row.startswith("| before |") and f"{month['before_usd']:,.2f}" in row]
    assert [row for row in rows if "512 → 1024" in row and f"{month['change_usd']:+,.2f}" in row]
    assert [row for row in rows if row.startswith("| after |") and f"{month['after_usd']:,.2f}" in row]
    assert len(body) < 60_000


@pytest.mark.parametrize("output_format", ["sarif", "gitlab", "junit", "csv", "html", "table"])
def test_every_other_pipeline_is_told_the_same(output_format: str) -> None:
    """
    Exit 3, one failure, on the same line.
    """
    called = gate("--format", output_format)
    read = parsed(output_format, called.out)

    assert 3 == called.code
    match output_format:
        case "sarif":
            (result,) = read["runs"][0]["results"]
            region = result["locations"][0]["physicalLocation"]["region"]
            assert ("poster-growth", "error", LINE) == (result["ruleId"], result["level"], region["startLine"])
        case "gitlab":
            (entry,) = read
            assert {"path": SPEC, "lines": {"begin": LINE}} == entry["location"]
        case "junit":
            assert isinstance(read, ET.Element)
            failed = [case.get("name") for case in read.iter("testcase") if case.find("failure") is not None]
            assert ["poster-growth"] == failed
        case "csv":
            row = dict(zip(*read, strict=True))
            assert ("poster-growth", str(LINE), "'@studio-leads") == (row["rule"], row["line"], row["owner"])
        case _:
            assert f"{SPEC}:{LINE}:17" in called.out


def test_the_same_pull_request_gives_the_same_bytes() -> None:
    """
    A gate that flickers is switched off.
    """
    assert gate("--format", "json").out == gate("--format", "json").out
    assert "tokencost.check/1" == json.loads(gate("--format", "json").out)["schema"]
