"""Replicas for 270 cases, by the planner and by linear algebra: `python -m benchmarks.sizing`.

Loads of 0.2 to 130 erlangs, limits of 1.02 to 3 service times, three percentiles; arrivals are random, service is
constant. The other solution is the stationary chain of the queue, solved as a system of linear equations, and Franx's
sum; it shares no code with the planner.
"""

import itertools
import math
import sys
import time

from tests.serving import dense
from tokencost.serving.queueing import servers_for

LOADS = (0.2, 0.5, 0.9, 1.4, 2.3, 3.7, 5.5, 8.2, 12.0, 18.0, 27.0, 40.0, 60.0, 90.0, 130.0)
LIMITS = (1.02, 1.1, 1.25, 1.5, 2.0, 3.0)
PERCENTILES = (0.5, 0.95, 0.99)


def by_linear_algebra(load: float, q: float, limit: float) -> int:
    """The smallest fleet that holds, by trying one after the other from the first that keeps up."""
    return next(c for c in itertools.count(math.floor(load) + 1) if dense.meets(c, load, q, limit))


def main() -> None:
    """Print what differs, and how many cases agree."""
    cases = list(itertools.product(LOADS, PERCENTILES, LIMITS))
    start = time.perf_counter()
    planned = [servers_for(1.0, load, [(q, limit)]) for load, q, limit in cases]
    spent = time.perf_counter() - start
    other = [by_linear_algebra(*case) for case in cases]
    for case, mine, theirs in zip(cases, planned, other, strict=True):
        if mine != theirs:
            print(f"load {case[0]}, p{100 * case[1]:g} <= {case[2]}: {mine}, by linear algebra {theirs}")
    same = sum(mine == theirs for mine, theirs in zip(planned, other, strict=True))
    print(f"{same} of {len(cases)} equal, {1e3 * spent / len(cases):.1f} ms per case")
    sys.exit(same != len(cases))


if __name__ == "__main__":
    main()
