"""Every command that the documentation shows is run and ends as the page says."""

import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import call
from tests.docs.reading import PAGES, ROOT, Command, commands, name_of, write_files

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
    called = call(*(word for written in words[1:] for word in _expanded(written)))
    return called.code, called.err


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
    assert {"README.md", "CONTRIBUTING.md", "docs/lesson.md", "docs/how-to/ci.md"} <= set(map(name_of, WITH_COMMANDS))
