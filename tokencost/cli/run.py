"""Running a command to its end: whatever happens becomes a message and an exit code, never a traceback."""

import os
import signal
import sys
from types import FrameType

import typer

from tokencost.cli.app import app
from tokencost.cli.exits import Exit
from tokencost.cli.output import say
from tokencost.errors import AccessError, TokencostError

UsageProblem = typer.BadParameter.__mro__[2]
"""The parser's own base of errors about flags and arguments."""

BUG = "this is a bug in tokencost; please report it with the command you ran (TOKENCOST_DEBUG=1 shows where)"


def run() -> int:
    """Run the command line; returns the exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = app(standalone_mode=False, prog_name="tokencost")
        return int(code or 0)
    except BrokenPipeError:
        _forget_stdout()
        return Exit.ACCESS
    except AccessError as error:
        return _tell(error, Exit.ACCESS)
    except TokencostError as error:
        return _tell(error, Exit.INPUT)
    except (KeyboardInterrupt, typer.Abort):
        exec("")  # else `python -m` dies at its end of an interrupt that has passed through code made from text
        return Exit.INTERRUPTED
    except SystemExit as stop:
        return _stopped(stop.code)
    except MemoryError:
        say("error: out of memory; ask for less at once")
        return Exit.ACCESS
    except Exception as error:
        return _unexpected(error)


def _stopped(code: object) -> int:
    """Somebody asked to stop; the parser does so, with 1, where it wrote into a pipe that nobody reads."""
    if code != 1:
        return code if isinstance(code, int) else Exit.DONE if code is None else Exit.INPUT
    _forget_stdout()
    return Exit.ACCESS


def _unexpected(error: Exception) -> int:
    if isinstance(error, UsageProblem):
        message = str(getattr(error, "format_message", lambda: error)())
        context = getattr(error, "ctx", None)
        path = getattr(context, "command_path", "tokencost")
        say(f"error: {message}\n`{path} -h` shows how it is used")
        return Exit.INPUT
    if os.environ.get("TOKENCOST_DEBUG"):
        raise error
    if isinstance(error, OSError):
        _forget_stdout()
        say(f"error: {str(error.strerror or error)[:300]}")
        return Exit.ACCESS
    say(f"error: {type(error).__name__}: {str(error)[:300]}\n{BUG}")
    return Exit.INTERNAL


def _tell(error: TokencostError, code: Exit) -> int:
    for problem in error.problems:
        say(f"error: {problem}")
    return code


def _terminated(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(Exit.TERMINATED)


def _forget_stdout() -> None:
    """Nobody reads any more; keep the interpreter from complaining about it at exit."""
    if sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
