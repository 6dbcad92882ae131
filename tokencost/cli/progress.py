"""A line that says that work goes on: on a terminal, after a second, and gone when there is an answer."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

from tokencost.cli.output import say_part

AFTER, EVERY = 1.0, 0.1
"""Seconds until something is said, and between two turns of the sign."""
SIGNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PLAIN_SIGNS = "|/-\\"
ERASE = "\r\x1b[K"


@contextlib.contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[None]:
    """Say what is being done for as long as the block takes; nothing is left of it afterwards."""
    if quiet or not wanted():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def wanted() -> bool:
    """Only on a terminal that can take a line back, and only if nobody asked for quiet terminals."""
    moving = os.environ.get("TERM") != "dumb" and os.environ.get("TTY_INTERACTIVE") != "0"
    return moving and sys.stderr is not None and sys.stderr.isatty()


def _tell(what: str, done: threading.Event) -> None:
    if done.wait(AFTER):
        return
    from tokencost.report.escape import terminal
    from tokencost.report.layout import wrap

    signs, turn = (SIGNS if _draws() else PLAIN_SIGNS), 0
    said = terminal(what, ascii_only=not _draws())
    while True:
        line = f"{signs[turn % len(signs)]} {said}, {AFTER + turn * EVERY:.0f} s"
        say_part(f"{ERASE}{wrap(line, _width())[0]}")
        turn += 1
        if done.wait(EVERY):
            break
    say_part(ERASE)


def _draws() -> bool:
    return (getattr(sys.stderr, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


def _width() -> int:
    """Columns of the terminal, less one: some break the line after the last."""
    try:
        return max(os.get_terminal_size(sys.stderr.fileno()).columns, 20) - 1
    except (OSError, ValueError):
        return 79
