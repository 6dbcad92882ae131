"""Help: short, everywhere, and true."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tests.cli.calling import call
from tokencost.cli.app import app
from tokencost.report import RENDERERS, formats


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as one types it."""
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


COMMANDS = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...], flag: str) -> None:
    """
    Help is asked for when something went wrong already.
    """
    called = call(*path, flag)

    assert (0, "") == (called.code, called.err)
    assert called.out.startswith(" ".join(["Usage: tokencost", *path]))


@pytest.mark.parametrize("path", [(), ("catalog",)], ids=["tokencost", "catalog"])
def test_without_arguments_there_is_short_help(path: tuple[str, ...]) -> None:
    """
    Who types the name alone wants to know what there is.
    """
    called = call(*path)

    assert (0, "") == (called.code, called.err)
    assert "Commands:" in called.out


@pytest.mark.parametrize("command", RENDERERS)
def test_help_lists_the_formats_of_a_command(command: str) -> None:
    """
    They differ from command to command.
    """
    words = [word for word in command.split() if not word.startswith("--")]
    shown = " ".join(call(*words, "-h").out.split())
    lead = f"With {command.split()[-1]}" if "--" in command else "How to print the answer"

    assert f"{lead}: {', '.join(formats(command))}." in shown


def test_exit_codes_stand_in_the_help() -> None:
    """
    Whoever writes a pipeline looks there first.
    """
    assert "3 the verdict is no" in " ".join(call().out.split())


@pytest.mark.parametrize("arguments", [("--version",), ("-h", "--version")], ids=" ".join)
def test_the_version_is_one_line(arguments: tuple[str, ...]) -> None:
    """
    Bug reports carry it.
    """
    first = call(*arguments).out.splitlines()[0]

    assert first.startswith(("tokencost ", "Usage: tokencost"))
