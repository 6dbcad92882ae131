"""Gates, changes, samples and claims from Python: the answers of the commands, to the byte."""

import datetime
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tokencost
from tests.cli.calling import call
from tests.cli.repository import LARGER, commit, repository, write
from tokencost.api import models, specs
from tokencost.errors import SpecError, UsageError
from tokencost.report import renderer

SPEC = "specs/poster.yaml"
BUDGET = """\
version: 1
rules:
  - {id: cost, metric: usd_per_asset, limit: 0.0001 USD, max_increase: 5 %, owner: "@finance"}
waivers:
  - {rule: cost, until: 2027-01-31, ceiling: 0.0002 USD, reason: launch}
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch that asks for four times the pixels, a saved plan and a budget."""
    folder = repository(tmp_path / "repo")
    monkeypatch.chdir(folder)
    assert 0 == call("plan", SPEC, "--quick", "--format", "json", "-o", "plan.json").code
    write(folder, LARGER)
    commit(folder, "larger")
    (folder / "finance.yaml").write_text(BUDGET)
    return folder


@pytest.mark.parametrize("baseline", ["", "git:main", "plan.json"])
@pytest.mark.parametrize("budget", [None, "finance.yaml"])
def test_check_is_the_command(repo: Path, baseline: str, budget: str | None) -> None:
    """
    Whoever writes a gate in Python gets the gate of the pipeline.
    """
    flags = [*(["--baseline", baseline] if baseline else []), *(["--budget", budget] if budget else [])]
    called = call("check", SPEC, *flags, "--today", "2027-01-31", "--format", "json")
    found = tokencost.check(SPEC, baseline=baseline, budget=budget, today=datetime.date(2027, 1, 31))

    assert called.out == renderer("check", "json")([found])
    assert (called.code == 0) == found.passed


def test_check_takes_what_the_flags_take(repo: Path) -> None:
    """
    Levels, allowances, days as text, and locks.
    """
    assert tokencost.check(SPEC, baseline="git:main", max_increase=["100000 %"]).passed
    assert not tokencost.check(SPEC, budget="finance.yaml").passed
    assert ["note"] == [
        one.level for one in tokencost.check(BASE_SPEC, budget=_waived(repo), today="2027-01-31").findings if one.waived
    ]
    with pytest.raises(UsageError, match="--missing-baseline"):
        tokencost.check(SPEC, missing_baseline="pass")
    with pytest.raises(UsageError, match="--today"):
        tokencost.check(SPEC, today="soon")
    with pytest.raises(UsageError, match="needs a --baseline"):
        tokencost.check(SPEC, max_increase=["1 %"])


BASE_SPEC = {
    "version": 1, "name": "x", "task": "text-to-image", "output": {"width": 512, "height": 512}, "quality": "draft",
    "candidates": ["sdxl-turbo"],
}  # fmt: skip


def _waived(folder: Path) -> Path:
    """A limit that nothing keeps, waived up to a dollar."""
    path = folder / "waived.yaml"
    text = BUDGET.replace("limit: 0.0001 USD, max_increase: 5 %", "limit: 0 USD").replace("0.0002 USD", "1 USD")
    path.write_text(text)
    return path


@pytest.mark.parametrize("sides", [(f"main:{SPEC}", SPEC), ("plan.json", SPEC), (SPEC, SPEC)])
def test_diff_is_the_command(repo: Path, sides: tuple[str, str]) -> None:
    """
    Specs, saved results and git revisions.
    """
    called = call("diff", *sides, "--fail-on", "increase", "--set", "traffic.peak=3 req/s", "--format", "json")
    found = tokencost.diff(*sides, fail_on=["increase"], set=["traffic.peak=3 req/s"])

    assert called.out == renderer("diff", "json")(found)
    assert (called.code == 3) == bool(found.violations)


def test_diff_takes_plain_data() -> None:
    """
    A spec need not be a file.
    """
    found = tokencost.diff(BASE_SPEC, BASE_SPEC | {"name": "y", "prompt_tokens": 80})

    assert ("x", "y") == (found.change.old, found.change.new)
    with pytest.raises(UsageError, match="--fail-on"):
        tokencost.diff(BASE_SPEC, BASE_SPEC, fail_on=["lots"])


def test_locks_hold_in_python(repo: Path) -> None:
    """
    The same refusal, with every record.
    """
    assert 0 == call("lock", SPEC).code
    lock = Path("tokencost.lock")

    assert tokencost.plan(SPEC, lock=lock).recommendation.model
    assert tokencost.check(SPEC, lock=lock, baseline="plan.json", max_increase=["1e9 USD"]).change
    assert tokencost.diff(SPEC, SPEC, lock=lock).change
    lock.write_text(lock.read_text().replace("  gpus:\n    a100-80gb-sxm: '", "  gpus:\n    a100-80gb-sxm: 'x"))
    for refused in (tokencost.plan, tokencost.check, lambda spec, lock: tokencost.diff(spec, spec, lock=lock)):
        with pytest.raises(SpecError, match="gpus/a100-80gb-sxm was x"):
            refused(SPEC, lock=lock)


def test_sample_and_claims_are_the_commands() -> None:
    """
    The loop that is priced, and what the lesson says.
    """
    sampled = tokencost.sample("2x3", guidance=[3, None], seed=7, top_k=50)
    line = ["sample", "--grid", "2x3", "--guidance", "3", "none", "--seed", "7", "--top-k", "50", "--format", "json"]

    assert call(*line).out == renderer("sample", "json")(sampled)
    assert call("explain", "--claims", "--format", "json").out == renderer("explain --claims", "json")(
        tokencost.claims()
    )
    with pytest.raises(UsageError, match="--grid"):
        tokencost.sample("8")
    with pytest.raises(UsageError, match="--branches"):
        tokencost.sample(branches="both")


def test_every_function_is_typed_and_documented() -> None:
    """
    An editor shows it while somebody types.
    """
    named = [getattr(tokencost, name) for name in tokencost.__all__ if name != "__version__"]
    functions = [one for one in named if inspect.isfunction(one)]

    assert len(functions) >= len(named) - 1
    assert all(inspect.getdoc(one) for one in named)
    assert all(inspect.signature(one).return_annotation is not inspect.Signature.empty for one in functions)
    assert {one.__name__ for one in functions} == {
        name
        for part in (models, specs)
        for name, one in vars(part).items()
        if inspect.isfunction(one) and one.__module__ == part.__name__ and name[0] != "_"
    }


def test_gates_and_changes_cost_neither_typer_nor_rich() -> None:
    """
    Programs that only want numbers do not pay for a command line.
    """
    code = (
        f"import sys, tokencost; spec = {BASE_SPEC!r}; tokencost.check(spec); tokencost.diff(spec, spec);"
        "print([m for m in ('typer', 'rich', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
