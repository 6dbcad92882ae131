"""Commands run inside this process: their exit code and both of their streams."""

import contextlib
import functools
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tokencost.cli.run import run

SPECS = Path(__file__).parents[2] / "specs"
POSTER, DRAFT, CLIP = (str(SPECS / f"{name}.yaml") for name in ("poster-1024", "poster-512", "clip-720p"))


@dataclass(frozen=True)
class Called:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer read as JSON."""
        return json.loads(self.out)


def call(*arguments: str, stdin: bytes = b"") -> Called:
    """Run `tokencost` with these arguments, as a pipe would: no terminal on any stream."""
    out, err, given = (io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (b"", b"", stdin))
    with (
        patch.object(sys, "argv", ["tokencost", *arguments]),
        patch.object(sys, "stdin", given),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run()
    return Called(code, _text(out), _text(err))


@functools.cache
def answer(line: str) -> Any:
    """The JSON that a command prints; asked for once however many tests look at it."""
    called = call(*line.split(), "--format", "json")
    assert (0, "") == (called.code, called.err), called.err
    return called.json


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")
