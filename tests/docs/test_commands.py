"""Every command that the documentation shows is run and ends as the page says."""

import functools
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import Called, call
from tests.docs.reading import FENCE, NOT_RUN, PAGES, ROOT, Command, commands, lines, name_of, write_files

WITH_COMMANDS = [page for page in PAGES if commands(page)]
SHELL = re.compile(r"[|<>;&$`]")
"""Signs that only a shell understands, outside of quotes."""


def run(command: Command) -> tuple[int, str]:
    """Exit code and what was said on standard error."""
    words = shlex.split(command.line)
    if words[0] != "tokencost" or SHELL.search(re.sub(r"'[^']*'", "", command.line)):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command.line], capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False
        )
        return done.returncode, done.stderr
    arguments = tuple(word for written in words[1:] for word in _expanded(written))
    same_everywhere = "-o" not in words and not any(FILE.search(word) for word in words if "specs/" not in word)
    called = (_remembered if same_everywhere else call)(*arguments)
    return called.code, called.err


FILE = re.compile(r"\.\w+$|^own|/")
"""Words that may be files of one page."""


@functools.cache
def _remembered(*arguments: str) -> Called:
    """Commands about nothing but the catalogue and the shipped specs end alike on every page."""
    return call(*arguments)


def _expanded(word: str) -> list[str]:
    return sorted(glob.glob(word)) if "*" in word and glob.glob(word) else [word]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_every_command_ends_as_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A command that does not work is worse than none: the reader looks for the fault on their side.
    """
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    write_files(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    ended = [(command, *run(command)) for command in commands(page)]

    assert not [(command.line, code, said) for command, code, said in ended if code != command.code]


def test_pages_have_commands() -> None:
    """
    If the blocks were marked otherwise, the test above would run nothing.
    """
    pages = {"README.md", "CONTRIBUTING.md", "tokencost/SKILL.md", "docs/lesson.md", "docs/how-to/ci.md"}

    assert pages | {"docs/reference/commands.md"} <= set(map(name_of, WITH_COMMANDS))


def test_what_is_not_run_is_shown_somewhere() -> None:
    """
    An excuse that nobody needs any more would hide the next command that begins so.
    """
    shown = [line for page in PAGES for line in lines(page)]

    assert not [start for start in NOT_RUN if not any(line.startswith(start) for line in shown)]


def test_commands_hide_in_no_other_blocks() -> None:
    """
    Blocks for a shell are `sh`, with what is typed, or `console`, with `$` before it.
    """
    bodies = {(name_of(page), kind): body for page in PAGES for _, kind, body in FENCE.findall(page.read_text("utf-8"))}
    others = {where: body for where, body in bodies.items() if where[1] not in ("sh", "console")}

    assert not [where for where, body in others.items() if re.search(r"^(\$ )?tokencost ", body, re.MULTILINE)]
    assert not [where for where in bodies if where[1] in ("bash", "shell", "zsh")]
