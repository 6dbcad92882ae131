"""A trace: one arrival per line, in seconds or as ISO 8601, further columns ignored; every line is checked."""

import io
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tokencost.errors import Problem, SpecError
from tokencost.nouns.request import Traffic
from tokencost.reading.files import contents, decoded, shown
from tokencost.serving.arrivals import mean_rate, scaled_to
from tokencost.units import quoted

LARGEST_FILE = 64 * 2**20
"""Bytes of a trace that are read at most."""
MOST_ARRIVALS = 10_000_000
MOST_PROBLEMS = 20
"""Lines that are complained about before reading stops."""
SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]{1,2})?|\.[0-9]+")
FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+")
"""Seconds to more places than a clock of Python has."""


def read_trace(path: Path) -> tuple[float, ...]:
    """Arrivals in seconds, in order; raises SpecError with file and line of everything that is none."""
    times: list[float] = []
    problems: list[Problem] = []
    for line, text in _rows(path):
        try:
            times.append(_later(moment(text), times))
        except ValueError as error:
            if line > 1 or not _heading(text):
                problems.append(Problem(str(error), file=shown(path), line=line))
        if len(problems) >= MOST_PROBLEMS or len(times) > MOST_ARRIVALS:
            break
    if len(times) > MOST_ARRIVALS:
        problems.append(Problem(f"more than {MOST_ARRIVALS:,} arrivals", file=shown(path), line=line))
    if not problems and (len(times) < 2 or times[-1] == times[0]):
        problems.append(
            Problem(f"{len(times)} arrivals give no rate; at least two moments are needed", file=shown(path))
        )
    if problems:
        raise SpecError(*problems)
    return tuple(times)


def _rows(path: Path) -> Iterator[tuple[int, str]]:
    """Number and first column of every line that is not empty."""
    data = contents(path, LARGEST_FILE)
    try:
        for number, text in enumerate(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig"), 1):
            first = re.split(r"[,;\t]", text, maxsplit=1)[0].strip().strip('"')
            if text.strip() and not text.startswith("#"):
                yield number, first
    except UnicodeDecodeError:
        decoded(data, shown(path))


def moment(text: str) -> float:
    """Seconds, as a number or since 1970 for a date; raises ValueError for anything else."""
    if SECONDS.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return value
    if not text[:4].isdigit() or len(text) > 40:
        raise ValueError(f"{quoted(text)} is no arrival; write seconds from 0 on (12.5) or ISO 8601")
    try:
        found = datetime.fromisoformat(FRACTION.sub(r"\1", text))
    except ValueError:
        raise ValueError(f"{quoted(text)} is no arrival; write seconds from 0 on (12.5) or ISO 8601") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _later(time: float, times: list[float]) -> float:
    if times and time < times[-1]:
        raise ValueError(f"arrivals are in order, but this one is {times[-1] - time:.6g} s before the last")
    return time


def _heading(text: str) -> bool:
    """Whether a first line names columns instead of an arrival."""
    return bool(re.match(r"[A-Za-z_]", text)) and text.lower() not in ("nan", "inf", "infinity")


def replayed(times: tuple[float, ...], said: Traffic | None) -> Traffic:
    """The trace as traffic: at the rate of the spec's peak if it gives rates, else as fast as it was recorded."""
    peak = float(said.peak) if said else mean_rate(times)
    average = said.average if said else peak
    return Traffic(average=average, peak=peak, arrivals=scaled_to(times, peak))
