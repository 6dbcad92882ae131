"""The gate of a change: what a branch made dearer, where, and why."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.calling import call
from tests.cli.repository import BASE, LARGER, commit, git, repository, write

SPEC = "specs/poster.yaml"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch that asks for four times the pixels."""
    folder = repository(tmp_path / "repo")
    write(folder, LARGER)
    commit(folder, "larger")
    monkeypatch.chdir(folder)
    return folder


def test_a_dearer_branch_is_stopped_at_the_line_that_made_it_so(repo: Path) -> None:
    """
    From 512 to 1024 pixels: exit 3, an annotation on the size, and parts that add up to the cent.
    """
    called = call("check", SPEC, "--baseline", "git:main", "--format", "github")
    line = 1 + LARGER.splitlines().index("output: {width: 1024, height: 1024}")
    annotation = re.search(r"^::error file=([^,]*),line=(\d+),col=(\d+),", called.out, re.MULTILINE)

    assert 3 == called.code, called.err
    assert annotation is not None
    assert (SPEC, str(line), "17") == annotation.groups()
    assert "output.width 512 → 1024" in called.out

    change = call("check", SPEC, "--baseline", "git:main", "--format", "json").json["change"]
    for measure in change["measures"]:
        assert Decimal(repr(measure["change_usd"])) == sum(Decimal(repr(part)) for part in measure["parts_usd"])
        assert measure["parts_usd"][0] > 0
    assert "per_month" == change["measures"][-1]["name"]


@pytest.mark.parametrize(
    ("increase", "code"),
    [("0 %", 3), ("100000 %", 0), ("10 %, 1 USD", 0), ("1 USD", 0), ("per_month: 0.01 USD", 3), ("lots", 2)],
)
def test_what_may_grow_is_said(repo: Path, increase: str, code: int) -> None:
    """
    A share, an amount, or both; per asset or per month.
    """
    assert code == call("check", SPEC, "--baseline", "git:main", "--max-increase", increase).code


@pytest.mark.parametrize("output_format", ["table", "markdown", "junit", "sarif", "gitlab", "csv", "html"])
def test_every_format_tells_the_increase(repo: Path, output_format: str) -> None:
    """
    Which one a pipeline reads is its own choice.
    """
    called = call("check", SPEC, "--baseline", "git:main", "--format", output_format)

    assert (3, True) == (called.code, "increase.per_asset" in called.out or "allowed: no increase" in called.out)


def test_what_others_did_on_main_is_not_this_change(repo: Path) -> None:
    """
    The baseline is where the branch left main: a cheaper main makes no branch dearer.
    """
    git(repo, "switch", "-q", "main")
    write(repo, BASE.replace("peak: 2", "peak: 40").replace("1 req/s", "40 req/s"))
    commit(repo, "more traffic")
    git(repo, "switch", "-q", "larger")
    change = call("check", SPEC, "--baseline", "git:main", "--format", "json").json["change"]

    assert not [one for cause in change["causes"] for one in cause["altered"] if one["path"].startswith("traffic")]


def test_a_saved_plan_is_a_baseline(repo: Path) -> None:
    """
    A file that is committed and reviewed; it is found by the name of the spec.
    """
    git(repo, "switch", "-q", "main")
    assert 0 == call("plan", SPEC, "--format", "json", "-o", "baseline.json").code
    git(repo, "switch", "-q", "larger")

    assert 3 == call("check", SPEC, "--baseline", "baseline.json").code
    assert 0 == call("check", SPEC, "--baseline", "baseline.json", "--max-increase", "100000 %").code


def test_a_spec_without_a_baseline_never_passes_in_silence(repo: Path) -> None:
    """
    A renamed spec would otherwise leave the gate behind; who lets it in says so.
    """
    write(repo, LARGER.replace("name: poster", "name: other"), "other.yaml")
    refused = call("check", "specs/other.yaml", "--baseline", "git:main")
    warned = call("check", "specs/other.yaml", "--baseline", "git:main", "--missing-baseline", "warn")

    assert (3, True) == (refused.code, "no baseline" in refused.out)
    assert (0, True) == (warned.code, "warning" in warned.out and "no baseline" in warned.out)


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--baseline", "none.json"], 4),
        (["--baseline", "git:nowhere"], 2),
        (["--baseline", "git:"], 2),
        (["--max-increase", "10 %"], 2),
        (["--baseline", "git:main", "--missing-baseline", "pass"], 2),
    ],
)
def test_a_baseline_that_cannot_be_read_is_an_error(repo: Path, flags: list[str], code: int) -> None:
    """
    A typing error in a pipeline must not open the gate.
    """
    called = call("check", SPEC, *flags)

    assert (code, "") == (called.code, called.out)


def test_a_shallow_clone_says_what_is_missing(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Pipelines fetch one commit unless they are told to fetch more.
    """
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{repo}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    called = call("check", SPEC, "--baseline", "git:origin/main")

    assert (2, True) == (called.code, "fetch-depth: 0" in called.err)


def test_warnings_are_warnings_in_every_format(repo: Path) -> None:
    """
    A pipeline that stops on errors must not stop on these.
    """
    write(repo, LARGER.replace("name: poster", "name: other"), "other.yaml")
    line = ["check", "specs/other.yaml", "--baseline", "git:main", "--missing-baseline", "warn", "--format"]
    out = {name: call(*line, name).out for name in ("github", "sarif", "gitlab", "junit")}

    assert out["github"].startswith("::warning ")
    assert "warning" == json.loads(out["sarif"])["runs"][0]["results"][0]["level"]
    assert "minor" == json.loads(out["gitlab"])[0]["severity"]
    assert 'failures="0"' in out["junit"]
    assert "no baseline" in out["junit"]


def test_of_several_specs_each_is_judged_as_it_is_alone(repo: Path) -> None:
    """
    One grew, one is new, one is as it was but for a flag, and one as it was on main.
    """
    for name, text in {"same": LARGER.replace("1024", "768"), "also": LARGER}.items():
        write(repo, text.replace("poster", name), f"{name}.yaml")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "more")
    git(repo, "switch", "-q", "main")
    git(repo, "merge", "-q", "--ff-only", "larger")
    git(repo, "switch", "-q", "larger")
    write(repo, LARGER.replace("sdxl]", "sd3-medium]"))
    write(repo, LARGER.replace("poster", "new"), "new.yaml")
    names = [f"specs/{name}.yaml" for name in ("poster", "same", "new", "also")]
    told = call("check", *names, "--baseline", "git:main", "--format", "csv").out.splitlines()
    alone = [call("check", name, "--baseline", "git:main", "--format", "csv").out.splitlines() for name in names]

    assert told == [alone[0][0], *(line for one in alone for line in one[1:])]
    assert any("baseline.missing" in line for line in told)
    assert 3 == call("check", *names[1::2], "--baseline", "git:main", "--set", "latency.p95=0.1 s").code
    assert 0 == call("check", *names[1::2], "--baseline", "git:main").code
