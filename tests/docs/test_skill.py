"""The skill for coding assistants: found by its head, printed by a command, and true."""

import re
from pathlib import Path

import yaml

from tests.cli.calling import answer, call
from tests.docs.reading import SKILL, commands
from tokencost.cli.app import app

TEXT = SKILL.read_text(encoding="utf-8")


def test_the_head_says_when_to_use_it() -> None:
    """
    An assistant reads the head of every skill and the rest of one.
    """
    head = yaml.safe_load(TEXT.split("---\n")[1])

    assert {"name", "description"} == set(head)
    assert "tokencost" == head["name"]
    assert "Use whenever" in head["description"]
    assert len(head["description"]) <= 1024


def test_a_command_prints_it(tmp_path: Path) -> None:
    """
    Nobody looks for a file inside of an installed package.
    """
    target = tmp_path / "SKILL.md"
    call("schema", "--skill", "-o", str(target))

    assert TEXT == call("schema", "--skill").out == target.read_text(encoding="utf-8")


def test_it_is_short() -> None:
    """
    It is read at every use.
    """
    assert len(TEXT.split()) <= 1200


def test_fields_that_it_explains_are_there() -> None:
    """
    A field that was renamed would be looked for in vain.
    """
    plan = answer("plan specs/poster-1024.yaml")
    table = [row for row in TEXT.splitlines() if row.startswith(("| `recommendation", "| `candidates"))]
    for row in table:
        around = plan["recommendation"] if row.startswith("| `recommendation") else plan["candidates"][0]
        for field in re.findall(r"`(?:recommendation|candidates\[\])?\.([a-z_0-9]+)(?:\.[a-z_]+)?`", row.split("|")[1]):
            assert field in around, field
    assert len(table) >= 10


def test_commands_that_it_names_exist() -> None:
    """
    One line for each question that the tool answers.
    """
    named = {command.line.split()[1] for command in commands(SKILL)}
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}

    assert named <= known | {"catalog"}
    assert {
        "plan",
        "init",
        "tokens",
        "estimate",
        "compare",
        "capacity",
        "check",
        "diff",
        "explain",
        "validate",
    } <= named
