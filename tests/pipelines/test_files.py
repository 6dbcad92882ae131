"""The files that put tokencost into a pipeline: they can be read, their commands exist, and inputs stay data."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from tests.cli.calling import SPECS
from tokencost.cli.app import app

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / "examples" / "github").glob("*.yml"))
GITLAB = ROOT / "templates" / "tokencost.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SCHEMAS = {ACTION: "github-actions", GITLAB: "gitlab-ci", **dict.fromkeys(WORKFLOWS, "github-workflows")}
FILES = [*SCHEMAS, HOOKS]
EXPRESSION = re.compile(r"\$\{\{")
CALL = re.compile(r"(?:^|[\s/\"])tokencost\"?[ \t]+([a-z]+)\b(.*)", re.MULTILINE)
ADDED = re.compile(r"\bflags\+?=\((--[a-z-]+)")
FLAG = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)\b")
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]

files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def scripts(value: Any) -> list[str]:
    """Everything in a file that a shell runs."""
    if isinstance(value, list):
        return [found for each in value for found in scripts(each)]
    if not isinstance(value, dict):
        return []
    here = [value[key] for key in ("run", "entry") if isinstance(value.get(key), str)]
    listed = [line for key in ("before_script", "script", "after_script") for line in value.get(key, [])]
    return [*here, *listed, *(found for each in value.values() for found in scripts(each))]


def calls(path: Path) -> list[tuple[str, set[str]]]:
    """Commands of tokencost with their flags."""
    text = "\n".join(scripts(read(path))).replace("\\\n", " ")
    own = re.sub(r"(\$\{[A-Z_]+:\+)([^}]*)\}", r" \2 ", text)
    found = [(name, rest.partition(" -- ")[0]) for name, rest in CALL.findall(own)]
    added = set(ADDED.findall(own))
    return [(name, set(FLAG.findall(rest)) | (added if "{flags[@]}" in rest else set())) for name, rest in found]


@files
def test_every_command_in_them_exists_with_its_flags(path: Path) -> None:
    """
    A pipeline that fails on a flag fails on Monday.
    """
    found = calls(path)
    known = {name: {flag for p in command.params for flag in p.opts} for name, command in COMMANDS.items()}

    assert found or path.name == "tokencost.yml"
    assert not [(name, flags - known.get(name, set())) for name, flags in found if flags - known.get(name, set())]
    assert {name for name, _ in found} <= set(COMMANDS)


def test_the_flags_are_really_seen() -> None:
    """
    If the expressions above found nothing, every flag would exist.
    """
    optional = {"--missing-baseline", "--baseline", "--catalog", "--max-increase"}

    assert [("check", {"--format", "-o", *optional})] == calls(ACTION)
    assert ("check", {"--baseline", "--missing-baseline", "-o"}) == calls(GITLAB)[0]
    assert ("comment", {"--title", "--head", "--run", "--author"}) == calls(WORKFLOWS[0])[0]


def test_the_example_gives_the_action_what_it_takes() -> None:
    """
    Unknown inputs are only a warning.
    """
    steps = read(WORKFLOWS[1])["jobs"]["budget"]["steps"]
    given = [step["with"] for step in steps if "/tokencost@" in step.get("uses", "")]

    assert [set()] == [set(each) - set(read(ACTION)["inputs"]) for each in given]


@files
def test_no_expression_stands_in_a_script(path: Path) -> None:
    """
    The name of a branch would be run. Expressions are put into variables, and variables are quoted.
    """
    assert not [script for script in scripts(read(path)) if EXPRESSION.search(script)]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_files_follow_the_published_schemas(path: Path) -> None:
    """
    Those of GitHub's workflows and actions and of GitLab's pipelines, as check-jsonschema ships them.
    """
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{SCHEMAS[path]}", str(path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr


def test_hooks_have_what_pre_commit_asks_for() -> None:
    """
    As https://pre-commit.com/#creating-new-hooks lists it.
    """
    hooks = read(HOOKS)

    assert ["tokencost-plan", "tokencost-check"] == [hook["id"] for hook in hooks]
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert re.search(hook["files"], "specs/poster-512.yaml")
        assert re.search(hook["files"], "team/poster.tokencost.yml")
        assert not re.search(hook["files"], "docs/index.md")


def test_the_workflow_that_may_write_runs_nothing_of_the_pull_request() -> None:
    """
    It checks nothing out, and takes the pull request from the event.
    """
    writing, judging = (read(path) for path in WORKFLOWS)
    steps = writing["jobs"]["comment"]["steps"]

    assert "write" in writing["permissions"].values()
    assert not [step for step in steps if "checkout" in step.get("uses", "")]
    assert {"contents": "read"} == judging["permissions"]
    assert "secrets." not in WORKFLOWS[1].read_text()
    assert [judging["name"]] == writing[True]["workflow_run"]["workflows"]


def test_the_image_has_what_the_build_needs() -> None:
    """
    Every file that is copied exists and is not ignored; a pinned base, nobody's account.
    """
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE) for word in line.split()[:-1]]
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)

    assert {"pyproject.toml", "README.md", "build_catalogue.py", "tokencost"} <= set(copied)
    assert not [name for name in copied if not (ROOT / name).exists() or f"!{name}" not in kept]
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert text.rindex("\nUSER tokencost\n") < text.rindex("\nENTRYPOINT")


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a runner sets, and tokencost where the first step would have installed it."""
    shutil.copytree(SPECS, tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    bin_ = tmp_path / "temp" / "tokencost-venv" / "bin"
    bin_.mkdir(parents=True)
    script = bin_ / "tokencost"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tokencost "$@"\n')
    script.chmod(0o755)
    inputs = {name: str(said["default"]) for name, said in read(ACTION)["inputs"].items()}
    given = {name: inputs[value.split("inputs.")[1].removesuffix(" }}")] for name, value in step()["env"].items()}
    made = {"RUNNER_TEMP": "temp", "GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
    return {**os.environ, **given, **{name: str(tmp_path / path) for name, path in made.items()}}


def step() -> dict[str, Any]:
    """The step of the action that checks."""
    return dict(read(ACTION)["runs"]["steps"][1])


def ran(variables: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """The step as the runner runs it."""
    line = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step()["run"]]
    return subprocess.run(line, capture_output=True, text=True, env={**variables, **more}, check=False)


def test_the_action_writes_what_it_promises(runner: dict[str, str], tmp_path: Path) -> None:
    """
    A verdict, annotations, a summary, and files for the steps after it.
    """
    done = ran(runner, SPECS="specs/poster-512.yaml\nspecs/thumb*.yaml", CATALOG="")
    said = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())

    assert (0, "0", "") == (done.returncode, said["status"], done.stderr)
    assert set(read(ACTION)["outputs"]) == set(said)
    assert all(Path(said[name]).is_file() for name in ("result", "sarif", "report"))
    assert "2 of 2 specs keep their limits" in (tmp_path / "summary").read_text(encoding="utf-8")


def test_the_action_ends_as_the_check_does(runner: dict[str, str], tmp_path: Path) -> None:
    """
    A budget that is broken is 3, and the files are there all the same; an input that is wrong is 2.
    """
    dear = tmp_path / "specs" / "dear spec.yaml"
    budget = re.sub(r"(?m)^budget:.*$", "budget: {per_asset: 0.0000001 USD}", (SPECS / "poster-512.yaml").read_text())
    dear.write_text(budget)
    done = ran(runner, SPECS="specs/dear spec.yaml")

    assert 3 == done.returncode, done.stdout + done.stderr
    assert "::error file=specs/dear spec.yaml," in done.stdout
    assert "status=3\n" in (tmp_path / "output").read_text()
    assert 2 == ran(runner, SPECS="none/*.yaml").returncode


@pytest.mark.parametrize("name", ["SPECS", "BASELINE", "MAX_INCREASE", "MISSING_BASELINE", "CATALOG", "SUMMARY"])
def test_inputs_of_the_action_are_never_run(runner: dict[str, str], tmp_path: Path, name: str) -> None:
    """
    Whatever a caller puts in, no part of it becomes a command or a flag.
    """
    hostile = ("$(touch pwned)", "`touch pwned`", "x; touch pwned", "x' && touch pwned '", 'x" && touch pwned "')
    for text in hostile:
        ran({**runner, "SPECS": "specs/none.yaml"}, **{name: text})

        assert not (tmp_path / "pwned").exists()
