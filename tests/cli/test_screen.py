"""What stands on a screen: colours where they are wanted, and a line while work goes on."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, call
from tests.cli.terminal import terminal

COUNT = ("tokens", "--tokenizer", "emu3", "--res", "512")
WAITING = "\n".join([
    "import os, sys, time",
    "from tokencost.cli.progress import progress",
    "with progress('waiting for a file that nobody has written yet', quiet='-q' in sys.argv):",
    "    while not os.path.exists('ready'):",
    "        time.sleep(0.02)",
    "print('done')",
])  # fmt: skip


def test_a_terminal_has_colours(tmp_path: Path) -> None:
    """
    The verdict is seen before it is read.
    """
    with terminal(*COUNT, folder=tmp_path) as seen:
        code = seen.finish()

    assert (0, True) == (code, "\x1b[1;32m" in seen.written)
    assert seen.shown()[0].startswith("4,163 tokens")


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        ((), {"NO_COLOR": "1"}),
        (("--no-color",), {}),
        ((), {"TERM": "dumb"}),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
    ],
    ids=["NO_COLOR", "--no-color", "dumb", "both"],
)
def test_colours_can_be_refused(arguments: tuple[str, ...], env: dict[str, str], tmp_path: Path) -> None:
    """
    By the flag, by the variable, or by a terminal that has none.
    """
    with terminal(*COUNT, *arguments, folder=tmp_path, env=env) as seen:
        seen.finish()

    assert "\x1b" not in seen.written


def test_a_pipe_has_no_colours(tmp_path: Path) -> None:
    """
    Whatever stands on the other stream.
    """
    with tempfile.TemporaryFile() as file, terminal(*COUNT, folder=tmp_path, stdout=file.fileno()) as seen:
        seen.finish()
        file.seek(0)
        answer = file.read()

    assert b"\x1b" not in answer
    assert answer.startswith(b"4,163 tokens")
    assert "" == seen.written


def test_the_window_is_measured(tmp_path: Path) -> None:
    """
    No line wraps by itself: the screen shows the lines that were written.
    """
    for columns in (40, 100):
        with terminal("compare", "--res", "512", "--no-color", folder=tmp_path, columns=columns, rows=1000) as seen:
            seen.finish()

        assert [line.rstrip() for line in seen.written.splitlines()] == seen.shown()


def test_work_that_takes_long_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    """
    A silent terminal looks like a broken one; a line that stays would stand in the answer.
    """
    with terminal(folder=tmp_path, program=("-c", WAITING)) as seen:
        seen.until("waiting for a file that nobody has written yet, 1 s")
        (tmp_path / "ready").touch()
        code = seen.finish()

    assert (0, ["done"]) == (code, seen.shown())


def test_a_narrow_window_gets_a_short_line(tmp_path: Path) -> None:
    """
    A line that wraps could not be taken back.
    """
    with terminal(folder=tmp_path, columns=30, program=("-c", WAITING)) as seen:
        seen.until("waiting for a file")
        (tmp_path / "ready").touch()
        seen.finish()

    assert "done" == seen.shown()[-1]
    assert not [line for line in seen.shown() if "waiting" in line]


@pytest.mark.parametrize(
    ("arguments", "env"),
    [(("-q",), {}), ((), {"TERM": "dumb"}), ((), {"TTY_INTERACTIVE": "0"})],
    ids=["-q", "dumb", "TTY_INTERACTIVE"],
)
def test_progress_can_be_refused(arguments: tuple[str, ...], env: dict[str, str], tmp_path: Path) -> None:
    """
    The same program tells nothing: it does not even start to.
    """
    (tmp_path / "ready").touch()
    program = WAITING.replace("time.sleep(0.02)", "pass").replace(
        "    while", "    import threading; print(threading.active_count())\n    while"
    )
    with terminal(*arguments, folder=tmp_path, env=env, program=("-c", program)) as seen:
        seen.finish()

    assert ["1", "done"] == seen.shown()


def test_a_pipe_never_sees_progress() -> None:
    """
    Logs are read later.
    """
    called = call("plan", DRAFT, DRAFT, DRAFT)

    assert (0, "") == (called.code, called.err)
    assert "\r" not in called.out


@pytest.mark.parametrize("name", ["plan", "check", "compare", "estimate", "tokens", "capacity", "validate", "train"])
def test_every_answer_can_be_quiet(name: str) -> None:
    """
    One flag for all commands that print an answer.
    """
    shown = call(name, "-h").out

    assert all(flag in shown for flag in ("--quiet", "--no-color", "--output", "--format"))
    assert os.linesep in shown
