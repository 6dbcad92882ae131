"""A plan that follows its spec."""

import os
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, call
from tests.cli.terminal import Terminal, terminal
from tokencost.cli import watching

TEXT = Path(DRAFT).read_text(encoding="utf-8")
WATCHING = "watching a.yaml; Ctrl-C ends"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def next_turn(seen: Terminal) -> str:
    """What is written up to the end of a turn."""
    text = seen.until(WATCHING)
    seen.forget()
    return text


def renamed(path: Path, text: str) -> None:
    """Saving as vim and most other editors do."""
    part = path.with_suffix(".swp")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def test_a_saved_spec_is_planned_again(spec: Path, tmp_path: Path) -> None:
    """
    By writing or renaming; a broken spec is told about and waited for; the last good plan is what is compared with.
    """
    dearer = TEXT.replace("width: 512", "width: 1024").replace("height: 512", "height: 1024")
    assert dearer != TEXT
    with terminal("plan", "a.yaml", "--watch", "--quick", "--no-color", folder=tmp_path) as seen:
        first = next_turn(seen)
        spec.write_text(TEXT.replace("task:", "tusk:"), encoding="utf-8")
        broken = next_turn(seen)
        renamed(spec, dearer)
        second = next_turn(seen)
        spec.unlink()
        gone = next_turn(seen)
        renamed(spec, dearer + "\n# a remark\n")
        third = next_turn(seen)
        seen.interrupt()
        code = seen.finish()

    assert "poster-512: " in first
    assert "since the last good plan" not in first
    assert "unknown key 'tusk'" in broken
    assert "the last good plan stays" in broken
    assert "since the last good plan" in second
    assert "output.width" in second
    assert "a.yaml" in gone
    assert "unchanged" in third
    assert 130 == code
    assert "Traceback" not in seen.written


def test_a_terminal_without_commands_is_not_cleared(spec: Path, tmp_path: Path) -> None:
    """
    A dumb terminal would show the command itself.
    """
    with terminal("plan", "a.yaml", "--watch", "--quick", folder=tmp_path, env={"TERM": "dumb"}) as seen:
        text = next_turn(seen)
        spec.write_text(TEXT + "\n# a remark\n", encoding="utf-8")
        text += next_turn(seen)
        seen.interrupt()
        seen.finish()

    assert "\x1b" not in text


@pytest.mark.parametrize(
    "arguments",
    [("plan", DRAFT), ("plan", "-"), ("plan", DRAFT, DRAFT), ("plan", DRAFT, "-f", "json"), ("plan", DRAFT, "-o", "x")],
)
def test_only_a_terminal_watches(arguments: tuple[str, ...]) -> None:
    """
    A pipeline that waits for a change waits forever.
    """
    called = call(*arguments, "--watch")

    assert (2, "", True) == (called.code, called.out, "--watch" in called.err)


def test_touching_a_file_is_no_change(tmp_path: Path) -> None:
    """
    What is in it counts, not when it was written.
    """
    path = tmp_path / "a"
    path.write_text("one")
    first = watching.look(path, None)
    os.utime(path, (1, 1))
    second = watching.look(path, first)
    path.write_text("two")

    assert first is not None
    assert second is not None
    assert first.digest == second.digest
    assert first.stat != second.stat
    assert watching.contents({path: second}) != watching.contents({path: watching.look(path, second)})
    assert watching.look(tmp_path / "missing", first) is None


def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Half a spec is no spec: a piece of it comes in every pause.
    """
    path, pieces = tmp_path / "a", list("abcdefgh")
    path.write_text("")

    def pause(seconds: float) -> None:
        with path.open("a") as file:
            file.write(pieces.pop(0) if pieces else "")

    monkeypatch.setattr(watching.time, "sleep", pause)
    turns = watching.changes([path])
    next(turns)
    next(turns)

    assert ("abcdefgh", []) == (path.read_text(), pieces)
