"""Budget files that are read, and budget files that are refused: which line, which words."""

import datetime
from pathlib import Path

import pytest

from tokencost.catalog.load import Catalog
from tokencost.errors import AccessError, SpecError
from tokencost.nouns.budget import METRICS, Growth, Place, Selection
from tokencost.spec.rules import budget_file
from tokencost.spec.schema import budget_schema

HEAD = "version: 1\nrules:\n"
WAIVED = "waivers: [{rule: cost, until: "
COST = HEAD + "  - {id: cost, metric: usd_per_asset, limit: 0.01 USD}\n"
FULL = """\
version: 1
baseline: {from: "git:main", missing: warn}
rules:
  - id: cost
    select: {specs: ["ads/*.yaml", "poster.yaml"], labels: {team: [ads, web], tier: gold}}
    metric: usd_per_asset
    at: p90
    limit: 0.01 USD
    max_increase: {percent: 10 %, amount: 0.002 USD}
    on: worsening
    level: warn
    owner: "@ads"
    message: Ask first
  - {id: size, metric: memory, limit: 40 GiB}
  - {id: fleet, metric: gpus, limit: 0}
  - {id: growth, metric: energy_per_asset, max_increase: "5 %, 10 J"}
  - {id: choice, metric: model, one_of: [sdxl], stays: true, on: crossing}
waivers:
  - {rule: cost, select: {specs: poster.yaml}, until: 2027-01-31, ceiling: 0.08 USD, reason: launch}
  - {rule: choice, until: 2027-01-31, reason: trial}
"""


def write(folder: Path, text: str) -> Path:
    """A budget file."""
    path = folder / "tokencost.budget.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str, catalog: Catalog) -> list[str]:
    """What is wrong with a budget, without the folder it stands in."""
    path = write(folder, text)
    with pytest.raises(SpecError) as error:
        budget_file(path, catalog)
    return [str(problem).replace(f"{path}:", "") for problem in error.value.problems]


def test_everything_a_budget_can_say_is_understood(tmp_path: Path, catalog: Catalog) -> None:
    """
    Figures are in base units, and every key knows where it stands.
    """
    path = write(tmp_path, FULL)
    found = budget_file(path, catalog)
    cost, size, fleet, growth, choice = found.rules

    assert ("git:main", "warn", str(tmp_path)) == (found.baseline, found.missing, found.folder)
    assert (
        Selection(specs=("ads/*.yaml", "poster.yaml"), labels={"team": ("ads", "web"), "tier": ("gold",)})
        == cost.select
    )
    assert ("p90", 0.01, "worsening", "warn", "@ads") == (cost.at, cost.limit, cost.on, cost.level, cost.owner)
    assert Growth(share=0.1, amount=0.002) == cost.max_increase
    assert Place(file=str(path), line=8, column=12) == cost.places["limit"]
    assert (40 * 2**30, 0, Growth(share=0.05, amount=10)) == (size.limit, fleet.limit, growth.max_increase)
    assert (("sdxl",), True) == (choice.one_of, choice.stays)
    assert (datetime.date(2027, 1, 31), 0.08) == (found.waivers[0].until, found.waivers[0].ceiling)
    assert found.waivers[1].ceiling is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: []\n", "1:1: the key 'version' is missing"),
        ("version: 1\nrules: []\n", "2:8: rules: the list is empty; name at least one"),
        ("- 1\n", "1:1: a list stands where a budget is due, which is a mapping"),
        (COST.replace("limit", "limt"), "3:39: rules.0.limt: unknown key 'limt'; did you mean 'limit'?"),
        (COST.replace("usd_per_asset", "usd_asset"), "3:24: rules.0.metric: 'usd_asset' is not known"),
        (COST.replace("0.01 USD", "0.01"), "3:46: rules.0.limit: 0.01 has no unit; write for"),
        (COST.replace("0.01 USD", "10 s"), "3:46: rules.0.limit: '10 s' is not a price in USD; write for"),
        (COST.replace("0.01 USD", "-1 USD"), "3:46: rules.0.limit: '-1 USD' is negative"),
        (COST.replace("0.01 USD", "[1]"), "3:46: rules.0.limit: a list is not an amount"),
        (COST.replace(", limit: 0.01 USD", ""), "3:5: rules.0: the rule bounds nothing; write limit, max_increase or"),
        (COST.replace("limit", "one_of"), "3:39: rules.0.one_of: usd_per_asset has no one_of; it takes limit, max"),
        (COST + COST.removeprefix(HEAD), "4:10: rules.1.id: duplicate 'cost'; every rule has an id of its own"),
        (COST.replace("limit: 0.01 USD", "at: p95, limit: 1 USD"), "3:43: rules.0.at: 'p95' is not known here; did"),
        (COST.replace("usd_per_asset, ", "gpus, at: p50, ").replace("0.01 USD", "4"), "has no draws; at is for usd"),
        (COST.replace("usd_per_asset", "gpus").replace("0.01 USD", "1.5"), "3:37: rules.0.limit: 1.5 is not a whole"),
        (COST.replace("limit: 0.01 USD", "max_increase: ten"), "rules.0.max_increase.amount: 'ten' is not a price"),
        (COST.replace("limit: 0.01 USD", "max_decrease: 3 s"), "rules.0.max_decrease.amount: '3 s' is not a price"),
        (COST.replace("limit: 0.01 USD", "max_increase: '1 %, 2 %'"), "rules.0.max_increase: '1 %, 2 %' is no growth"),
        (COST.replace("limit: 0.01 USD", "max_increase: {percent: 10}"), "max_increase.percent: 10 is no share"),
        (COST.replace("limit: 0.01 USD", "max_increase: 1 %, on: crossing"), "rules.0.on: on is about a limit"),
        (HEAD + "  - {id: m, metric: model, one_of: [sdxll]}\n", "3:37: rules.0.one_of.0: no model is called 'sdxll'"),
        (HEAD + "  - {id: m, metric: model, one_of: [emu3]}\n", "rules.0.one_of.0: write emu3-gen, the id of 'emu3'"),
        (HEAD + "  - {id: m, metric: family, one_of: [difusion]}\n", "no family is called 'difusion'; did you mean 'd"),
        (COST + "waivers: [{rule: cots, until: 2027-01-31, ceiling: 1 USD, reason: x}]\n", "did you mean cost?"),
        (COST + WAIVED + "2027-02-30, ceiling: 1 USD, reason: x}]\n", "4:31: waivers.0.until: '2027-02"),
        (COST + WAIVED + "soon, ceiling: 1 USD, reason: x}]\n", "write year-month-day, such as"),
        (COST + WAIVED + "2027-01-31, reason: x}]\n", "waivers.0: the key 'ceiling' is missing"),
        (COST + WAIVED + "2027-01-31, ceiling: 1 s, reason: x}]\n", "'1 s' is not a price in USD"),
        (COST + WAIVED + "2027-01-31, ceiling: 1 USD}]\n", "the key 'reason' is missing"),
        (COST + "waivers: &a []\n", "4:10: waivers: an anchor"),
        (COST + "version: 1\n", "4:1: version: duplicate key 'version'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_its_place(tmp_path: Path, catalog: Catalog, text: str, said: str) -> None:
    """
    Whoever owns the money does not read code: line, column, and what would be right.
    """
    problems = refused(tmp_path, text, catalog)

    assert [problem for problem in problems if said in problem], problems


def test_all_problems_are_told_at_once(tmp_path: Path, catalog: Catalog) -> None:
    """
    One run of the pipeline is enough to mend them all.
    """
    text = COST.replace("0.01 USD", "10 s, ownr: x") + "waivers: [{rule: no, until: x, reason: ''}]\n"

    assert [3, 3, 4, 4, 4] == [int(problem.partition(":")[0]) for problem in refused(tmp_path, text, catalog)]


def test_a_budget_that_is_not_there_cannot_be_read(tmp_path: Path, catalog: Catalog) -> None:
    """
    A gate whose rules are gone must not be open.
    """
    with pytest.raises(AccessError, match="No such file"):
        budget_file(tmp_path / "none.yaml", catalog)


def test_the_schema_knows_every_metric() -> None:
    """
    Editors complete what the reader accepts.
    """
    rule = budget_schema()["definitions"]["RuleText"]

    assert list(METRICS) == rule["properties"]["metric"]["enum"]
    assert all(part.get("description") for part in rule["properties"].values())
    assert {"version", "rules"} == set(budget_schema()["required"])
