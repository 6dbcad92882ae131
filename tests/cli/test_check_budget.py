"""The gate of whoever owns the money: rules of a budget file, from the command line to every format."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import SPECS, Called, call
from tests.cli.repository import BASE, LARGER, commit, repository, write
from tests.report.parse import parsed

SPEC = "specs/poster.yaml"
BUDGET = """\
version: 1
rules:
  - id: asset-cost
    select: {specs: "specs/*.yaml"}
    metric: usd_per_asset
    limit: 0.0001 USD
    owner: "@finance"
    message: ask in the finance channel
"""
GROWTH = "version: 1\nrules:\n  - {id: growth, metric: usd_per_asset, max_increase: 5 %}\n"
WAIVED = BUDGET + "waivers:\n  - {rule: asset-cost, until: 2027-01-31, ceiling: 0.05 USD, reason: launch}\n"
MACHINES = ("json", "github", "sarif", "junit", "gitlab", "csv")
PEOPLE = ("table", "markdown", "html")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch that asks for four times the pixels, and a budget at the top of the repository."""
    folder = repository(tmp_path / "repo")
    budget(folder, BUDGET)
    commit(folder, "budget")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return folder


def budget(folder: Path, text: str) -> None:
    """The rules at the top of a repository."""
    (folder / "tokencost.budget.yaml").write_text(text)


def check(*flags: str) -> Called:
    """The gate, on a fixed day."""
    return call("check", SPEC, "--today", "2026-12-31", *flags)


def findings(*flags: str) -> list[dict[str, Any]]:
    """What it found."""
    found: list[dict[str, Any]] = check(*flags, "--format", "json").json["findings"]
    return found


def test_a_budget_is_found_at_the_top_of_the_repository(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whoever runs the command anywhere in it is held to the same rules, and told to which.
    """
    top, without, quiet = check(), check("--no-budget"), check("-q")
    monkeypatch.chdir(repo / "specs")
    below = call("check", "poster.yaml")

    assert (3, "budget: tokencost.budget.yaml, 1 rule\n") == (top.code, top.err)
    assert (3, "budget: ../tokencost.budget.yaml, 1 rule\n") == (below.code, below.err)
    assert (0, "") == (without.code, without.err)
    assert (3, "") == (quiet.code, quiet.err)


def test_a_budget_outside_of_the_repository_is_not_found(repo: Path) -> None:
    """
    A file that happens to lie in a folder above is none of this project's.
    """
    budget(repo.parent, BUDGET)
    (repo / "tokencost.budget.yaml").unlink()

    assert (0, "") == (check().code, check().err)
    assert (4, "") == (check("--budget", "none.yaml").code, check("--budget", "none.yaml").out)


def test_a_finding_says_everything_in_json(repo: Path) -> None:
    """
    Rule, owner, message, value, limit, the field of the spec, and the line of the budget.
    """
    line = 1 + BASE.splitlines().index("budget: {per_asset: 0.05 USD}")
    (found,) = findings()

    assert ("asset-cost", "fail", "budget.per_asset") == (found["rule"], found["level"], found["path"])
    assert (line, 21) == (found["line"], found["column"])
    assert ("@finance", "ask in the finance channel") == (found["owner"], found["advice"])
    assert {"file": "tokencost.budget.yaml", "line": 6, "column": 12} == found["stated"]
    assert (0.0001, "USD") == (found["limit"], found["unit"])
    assert found["actual"] > 0.0001
    assert {"file": "tokencost.budget.yaml", "rules": ["asset-cost"]} == check("-f", "json").json["budget"]


@pytest.mark.parametrize("output_format", MACHINES + PEOPLE)
def test_every_format_tells_the_whole_finding(repo: Path, output_format: str) -> None:
    """
    Whoever is stopped knows by whom, where, and what to do.
    """
    called = check("--format", output_format)
    shown = " ".join(called.out.replace("\\_", "_").replace("`@`", "@").split())
    place = '"line": 6, "column": 12' if output_format == "json" else "tokencost.budget.yaml:6:12"

    assert 3 == called.code
    assert not [part for part in ("asset-cost", "@finance", "ask in the finance channel", place) if part not in shown]
    assert "0.0001" in shown
    assert parsed(output_format, called.out) is not None


def test_machines_read_the_figures(repo: Path) -> None:
    """
    Each in the place that its readers know.
    """
    out = {name: check("--format", name).out for name in MACHINES}
    result = json.loads(out["sarif"])["runs"][0]["results"][0]
    row = next(csv.DictReader(io.StringIO(out["csv"])))
    related = result["relatedLocations"][0]["physicalLocation"]
    cases = [case.get("name") for case in ET.fromstring(out["junit"]).iter("testcase")]

    assert ("tokencost.budget.yaml", 6) == (related["artifactLocation"]["uri"], related["region"]["startLine"])
    assert {"limit": 0.0001, "unit": "USD", "owner": "@finance"}.items() <= result["properties"].items()
    assert ("0.0001", "USD", "tokencost.budget.yaml:6:12") == (row["limit"], row["unit"], row["stated"])
    assert ["latency.p95", "budget.per_asset", "quality.tier", "asset-cost"] == cases
    assert out["github"].startswith(f"::error file={SPEC},line=9,col=21,title=poster%3A asset-cost::")


def test_a_waiver_holds_through_its_day_and_then_fails_with_its_age(repo: Path) -> None:
    """
    What was let pass stays in sight while it is, and does not stay for ever.
    """
    budget(repo, WAIVED)
    (before,) = findings("--today", "2027-01-31")
    (after,) = findings("--today", "2027-03-02")

    assert (0, 3) == (check("--today", "2027-01-31").code, check("--today", "2027-03-02").code)
    assert ("note", "waived through 2027-01-31, 0 days left: launch") == (before["level"], before["waived"])
    assert ("fail", "") == (after["level"], after["waived"])
    assert "its waiver expired 30 days ago, after 2027-01-31" in after["message"]


def test_a_waiver_holds_up_to_its_ceiling(repo: Path) -> None:
    """
    What was granted is an amount, not a blank cheque.
    """
    budget(repo, WAIVED.replace("0.05 USD", "0.0002 USD"))

    assert 3 == check().code
    assert "above the ceiling of its waiver, 0.0002 USD" in findings()[0]["message"]


def test_the_day_may_come_from_the_environment(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An old pipeline, run again, gives the old answer; a day that is none is refused.
    """
    budget(repo, WAIVED)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798675200")
    inside = call("check", SPEC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1814400000")
    outside = call("check", SPEC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")

    assert (0, 3, 2) == (inside.code, outside.code, call("check", SPEC).code)
    assert 2 == check("--today", "31.1.2027").code


def test_an_old_waiver_that_nothing_needs_is_told(repo: Path) -> None:
    """
    A rule that is kept again needs none.
    """
    budget(repo, WAIVED.replace("limit: 0.0001", "limit: 1"))
    (found,) = findings("--today", "2027-02-01")

    assert (0, "warn", True) == (check("--today", "2027-02-01").code, found["level"], "remove it" in found["message"])


@pytest.mark.parametrize(("level", "code", "found"), [("fail", 3, "fail"), ("warn", 0, "warn"), ("off", 0, "note")])
def test_levels_stop_or_tell(repo: Path, level: str, code: int, found: str) -> None:
    """
    A rule that is off judges nothing, so the spec is one that no rule selects.
    """
    budget(repo, f"{BUDGET}    level: {level}\n")

    assert (code, [found]) == (check().code, [one["level"] for one in findings()])


def test_a_spec_that_no_rule_selects_is_told(repo: Path) -> None:
    """
    A pattern with a spelling mistake must not look like a budget that is kept.
    """
    budget(repo, BUDGET.replace("specs/*.yaml", "spec/*.yaml"))
    called = check("--format", "github")

    assert 0 == called.code
    assert f"::notice file={SPEC},line=2,col=7,title=poster%3A budget.unselected::" in called.out
    assert "no rule of tokencost.budget.yaml selects this spec" in called.out


def test_rules_about_a_change_never_pass_without_a_baseline(repo: Path) -> None:
    """
    A pipeline that forgot the flag would otherwise be green for ever.
    """
    budget(repo, GROWTH)
    bare, warned = check(), check("--missing-baseline", "warn")
    write(repo, BASE.replace("name: poster", "name: other"), "other.yaml")
    new = call("check", "specs/other.yaml", "--baseline", "git:main")

    assert (3, 3, 0) == (bare.code, new.code, warned.code)
    assert "no baseline: growth judge" in " ".join(bare.out.split())
    assert "warning: name: no baseline" in warned.out
    budget(repo, f"baseline: {{missing: warn}}\n{GROWTH}")
    assert (0, 3) == (check().code, check("--missing-baseline", "fail").code)


def test_the_budget_may_name_the_baseline(repo: Path) -> None:
    """
    Then nobody has to remember the flag, on a laptop or in a pipeline.
    """
    write(repo, LARGER)
    budget(repo, f'baseline: {{from: "git:main"}}\n{GROWTH}')
    (found,) = findings()

    assert ("growth", "output.width") == (found["rule"], found["path"])
    assert "output.width 512 → 1024" in found["message"]


def test_what_a_rule_allows_is_not_refused_beside_it(repo: Path) -> None:
    """
    Without a budget a baseline allows no increase at all; a rule that allows some speaks for the cost.
    """
    write(repo, LARGER)
    budget(repo, GROWTH.replace("5 %", "100000 %"))

    assert 3 == check("--baseline", "git:main", "--no-budget").code
    assert 0 == check("--baseline", "git:main").code
    assert 3 == check("--baseline", "git:main", "--max-increase", "1 %").code


def test_a_drop_that_nobody_expects_is_stopped_too(repo: Path) -> None:
    """
    A thousandth of the cost is more often a slip of the pen than a discovery.
    """
    budget(repo, GROWTH.replace("max_increase: 5 %", "max_decrease: 50 %"))
    cheaper = ("--baseline", "git:main", "--set", "platform.price=0.01 USD/h")
    (found,) = findings(*cheaper)

    assert (3, "platform.price") == (check(*cheaper).code, found["path"])
    assert "allowed: -50 %" in found["message"]
    assert 0 == check("--baseline", "git:main").code


@pytest.mark.parametrize(("on", "code"), [("always", 3), ("crossing", 0), ("worsening", 3)])
def test_what_was_over_the_limit_before(repo: Path, on: str, code: int) -> None:
    """
    Both sides are over 0.0001 USD and the new one is dearer: only `crossing` lets that pass, with a warning.
    """
    write(repo, LARGER)
    budget(repo, f"{BUDGET}    on: {on}\n  - {{id: free, metric: usd_per_asset, max_increase: 1 USD}}\n")

    assert code == check("--baseline", "git:main").code
    assert ["warn" if not code else "fail"] == [found["level"] for found in findings("--baseline", "git:main")]


def test_quantiles_recommendations_and_fleets_are_bounded(repo: Path) -> None:
    """
    Every metric that the file can name is read from the plan.
    """
    bounds = (
        ("usd_per_asset", "at: p90, limit: 1e-9 USD"), ("usd_per_month", "at: p50, limit: 1e-9 USD"),
        ("latency_p95", "limit: 1 us"), ("request_time", "at: p90, limit: 1 us"), ("gpus", "limit: 0"),
        ("replicas", "limit: 0"), ("memory", "limit: 1 MB"), ("energy_per_asset", "limit: 1e-6 J"),
        ("energy_per_month", "limit: 1 J"), ("carbon_per_asset", "limit: 1e-9 kg"), ("carbon_per_month", "limit: 1 mg"),
        ("model", "one_of: [sdxl]"), ("family", "one_of: [autoregressive]"),
    )  # fmt: skip
    rules = "".join(f"  - {{id: {name}, metric: {name}, {bound}}}\n" for name, bound in bounds)
    budget(repo, f"version: 1\nrules:\n{rules}")
    found = findings()

    assert [name for name, _ in bounds] == [one["rule"] for one in found]
    assert all(one["actual"] > one["limit"] for one in found[:-2])
    assert "usd_per_month at p50 is " in found[1]["message"]
    assert "model is sdxl-turbo; allowed: sdxl" in found[-2]["message"]


def test_a_saved_result_carries_all_that_rules_compare(repo: Path) -> None:
    """
    Quantiles, replicas, energy and carbon are read again to the digits that a rule may bound.
    """
    names = ("usd_per_asset, at: p90", "usd_per_month, at: p50", "request_time", "replicas", "energy_per_asset",
             "carbon_per_month", "latency_p99", "memory")  # fmt: skip
    rules = "".join(f"  - {{id: r{n}, metric: {name}, max_increase: 0 %}}\n" for n, name in enumerate(names))
    budget(repo, f"version: 1\nrules:\n{rules}")
    assert 0 == call("plan", SPEC, "--quick", "--format", "json", "-o", "plan.json").code

    assert [] == findings("--baseline", "plan.json")
    write(repo, LARGER)
    assert len(names) - 1 <= len(findings("--baseline", "plan.json"))


def test_the_budget_is_no_spec(repo: Path) -> None:
    """
    A pattern such as *.yaml catches it too.
    """
    called = call("check", SPEC, "tokencost.budget.yaml", "--no-budget")

    assert (0, True) == (called.code, "is a budget, not a spec" in called.err)


@pytest.mark.parametrize("flags", [["--budget", "x.yaml", "--no-budget"], ["--missing-baseline", "pass"]])
def test_flags_that_make_no_sense_are_refused(repo: Path, flags: list[str]) -> None:
    """
    A typing error in a pipeline must not open the gate.
    """
    assert (2, "") == (check(*flags).code, check(*flags).out)


def test_a_wrong_budget_is_wrong_input_with_every_problem(repo: Path) -> None:
    """
    Exit 2, not 3: a broken file is no broken budget.
    """
    budget(repo, BUDGET.replace("0.0001 USD", "10 s").replace("usd_per_asset", "usd_per_aset"))
    called = check()

    assert (2, "") == (called.code, called.out)
    assert "tokencost.budget.yaml:5:13: rules.0.metric: 'usd_per_aset' is not known here; did you mean" in called.err


def test_the_example_that_ships_is_kept_by_the_specs_that_ship() -> None:
    """
    Until the waiver in it expires.
    """
    line = ["check", *map(str, sorted(SPECS.glob("poster-*.yaml"))), "--missing-baseline", "warn"]
    line += ["--budget", str(SPECS / "finance" / "tokencost.budget.yaml"), "--today"]

    assert (0, 3) == (call(*line, "2027-01-31").code, call(*line, "2027-02-01").code)


def test_a_saved_baseline_of_the_budget_lies_beside_it(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Wherever the command is run; one that is gone is an error, not an open gate.
    """
    assert 0 == call("plan", SPEC, "--quick", "--format", "json", "-o", "plan.json").code
    write(repo, LARGER)
    budget(repo, f"baseline: {{from: plan.json}}\n{GROWTH}")
    top = check()
    monkeypatch.chdir(repo / "specs")
    below = call("check", "poster.yaml")
    (repo / "plan.json").unlink()

    assert (3, 3, 4) == (top.code, below.code, call("check", "poster.yaml").code)
