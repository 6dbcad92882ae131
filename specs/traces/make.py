"""Makes the traces beside this file: `python specs/traces/make.py`. The same bytes on every machine."""

import math
import random
from collections.abc import Iterator
from pathlib import Path

HOUR = 3600.0
HERE = Path(__file__).parent


def evening() -> Iterator[float]:
    """Two hours around a peak: Poisson arrivals at a rate that rises from 0.4 to 1.6 per second and falls again."""
    draw, time = random.Random(1), 0.0
    while True:
        time += draw.expovariate(1.6)
        if time > 2 * HOUR:
            return
        if draw.random() * 1.6 < 1.0 - 0.6 * math.cos(2 * math.pi * time / (2 * HOUR)):
            yield time


def batch_jobs() -> Iterator[float]:
    """One hour of people, one request every three seconds at random, and of programs that send 40 at once now and then.

    Gaps look nearly random one by one; counts per minute are what shows the bursts.
    """
    draw = random.Random(2)
    people = _poisson(draw, 1 / 3.0)
    jobs = [time + 0.05 * n for time in _poisson(draw, 1 / 300.0) for n in range(40)]
    yield from sorted(time for time in [*people, *jobs] if time <= HOUR)


def _poisson(draw: random.Random, rate: float) -> list[float]:
    times, time = [], 0.0
    while (time := time + draw.expovariate(rate)) <= HOUR:
        times.append(time)
    return times


def main() -> None:
    """Write both files."""
    for name, times in (("evening", evening()), ("batch-jobs", batch_jobs())):
        text = "seconds\n" + "".join(f"{time:.3f}\n" for time in times)
        (HERE / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
