"""Commands on a terminal: what is typed, and what stands on the screen."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyte

PATIENCE = 60.0
"""Seconds that a busy machine may take; nothing waits that long on an idle one."""


class Terminal:
    """A running command, everything that it has written so far, and the screen that this makes."""

    def __init__(self, process: "subprocess.Popen[bytes]", side: int, columns: int, rows: int) -> None:
        self.process, self.side, self.written = process, side, ""
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)

    def send(self, text: str) -> None:
        """Keys that somebody presses."""
        os.write(self.side, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def until(self, text: str) -> str:
        """Read on until this has been written; fails where it never is."""
        end = time.monotonic() + PATIENCE
        while text not in self.written:
            assert time.monotonic() < end, f"never written: {text!r}\n{self.written}"
            assert self._read(), f"ended without {text!r}\n{self.written}"
        return self.written

    def forget(self) -> None:
        """Only what is written from now on is looked at."""
        self.written = ""

    def finish(self) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < end, f"does not end\n{self.written}"
        return self.process.wait(PATIENCE)

    def shown(self) -> list[str]:
        """Lines of the screen, without what is empty at its end."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n").split("\n")

    def _read(self) -> bool:
        if not select.select([self.side], [], [], 0.5)[0]:
            return True
        try:
            data = os.read(self.side, 65536)
        except OSError:
            return False
        self.stream.feed(data)
        self.written += data.decode("utf-8", "replace")
        return bool(data)


@contextlib.contextmanager
def terminal(
    *arguments: str,
    folder: Path,
    columns: int = 80,
    rows: int = 200,
    env: Mapping[str, str] | None = None,
    stdout: int | None = None,
    program: Sequence[str] = ("-m", "tokencost"),
) -> Iterator[Terminal]:
    """`tokencost` on a terminal of its own, which ends with the block; `stdout` leads its answer elsewhere.

    `program` is what Python runs instead.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    without = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES", "TERM")}
    process = subprocess.Popen(
        [sys.executable, *program, *arguments],
        stdin=theirs, stdout=theirs if stdout is None else stdout, stderr=theirs, cwd=folder,
        env={**without, "TERM": "xterm-256color", **(env or {})},
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Terminal(process, ours, columns, rows)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        os.close(ours)
