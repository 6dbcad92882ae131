"""Continuous batching compiled by numba: the path of the pool, to the last bit, at millions of requests per second.

The same events as in `pool`, on arrays: who has most room and who changes next are tournament trees, and the requests
of a replica stand in a ring, sorted by the step after which they leave. This module needs the extra `fast`. Its
functions take every array by itself: a tuple of them would be counted in and out of every call.
"""

import math
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from numba import njit

from tokencost.serving.decoding import Replica, Shape, duration, steps_until

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
else:
    Ints = Floats = object

P = ParamSpec("P")
R = TypeVar("R")
AHEAD, STEP, CACHED, TAKEN, ROWS, HEAD = range(6)
"""Columns of `whole`: steps until the next change, steps done, tokens cached, slots taken, requests in the batch, and
the place in the ring of the one that leaves next. Who stands behind the batch in the ring joins when it changes."""
NOW, JOINED = range(2)
"""Columns of `real`: since when the batch is the same, and the end of a step at which others may still join it."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Machine code, kept in Python's cache; arithmetic stays as written, so results are those of the interpreter."""
    return cast(Callable[P, R], njit(cache=True, error_model="numpy")(function))


_duration = compiled(duration)
_steps_until = compiled(FunctionType(steps_until.__code__, {**steps_until.__globals__, "duration": _duration}))


def compiled_batching(
    times: Sequence[float], kinds: Sequence[int], shapes: Sequence[Shape], replica: Replica, replicas: int
) -> list[float]:
    """Latency of each arrival; request n has the shape `shapes[kinds[n]]`."""
    import numpy as np

    leaves = 1 << (replicas - 1).bit_length()
    room, latencies = np.full(2 * leaves, np.iinfo(np.int64).max), np.zeros(len(times))
    for r in range(replicas):
        _put(room, r, r)
    _follow(
        np.asarray(times, dtype=np.float64), np.asarray(kinds, dtype=np.int64),
        np.array([(shape.steps, shape.prompt_tokens) for shape in shapes], dtype=np.int64),
        np.array([shape.prefill_time for shape in shapes], dtype=np.float64),
        np.array([replica.step_time, replica.row_time, replica.token_time], dtype=np.float64),
        np.zeros((replicas, 6), np.int64), np.full((replicas, 2), -math.inf),
        np.zeros((replicas, replica.slots, 2), np.int64), room, np.full(2 * leaves, math.inf), latencies,
    )  # fmt: skip
    return latencies.tolist()


@compiled
def _put(tree: Any, place: int, key: Any) -> None:
    """A new key in a tournament; above what does not change nothing does."""
    node = len(tree) // 2 + place
    tree[node] = key
    while node > 1:
        node //= 2
        least = min(tree[2 * node], tree[2 * node + 1])
        if tree[node] == least:
            break
        tree[node] = least


@compiled
def _first(tree: Any) -> int:
    """The first place that holds the lowest key."""
    node, leaves = 1, len(tree) // 2
    while node < leaves:
        node *= 2
        if tree[node] != tree[1]:
            node += 1
    return node - leaves


@compiled
def _follow(
    times: Floats, kinds: Ints, shapes: Ints, prefills: Floats, rates: Floats, whole: Ints, real: Floats, ring: Ints,
    room: Ints, dues: Floats, latencies: Floats,
) -> None:  # fmt: skip
    """Every arrival in turn, after all that happens before it."""
    count, leaves, waiting = len(times), len(room) // 2, 0
    full = ring.shape[1] * leaves
    for n in range(count + 1):
        until = times[n] if n < count else math.inf
        while dues[1] < until:
            r = _first(dues)
            taken = whole[r, TAKEN]
            _leave(r, dues[1], times, kinds, shapes, whole, real, ring, latencies)
            waiting = _enter(r, n, waiting, kinds, shapes, prefills, whole, real, ring)
            if whole[r, TAKEN] != taken:
                _put(room, r, whole[r, TAKEN] * leaves + r)
            _schedule(r, rates, whole, real, ring, dues)
        if n == count or waiting < n or room[1] >= full:
            continue
        waiting = n + 1
        r = room[1] & (leaves - 1)
        _put(room, r, room[1] + leaves)
        if _arrive(r, n, times[n], rates, whole, real, ring):
            _join(r, n, kinds[n], shapes, prefills, whole, real, ring)
            _schedule(r, rates, whole, real, ring, dues)


@compiled
def _leave(
    r: int, now: float, times: Floats, kinds: Ints, shapes: Ints, whole: Ints, real: Floats, ring: Ints,
    latencies: Floats,
) -> None:  # fmt: skip
    """The steps up to now are done, and whoever needed no more of them is gone."""
    step, rows, head, left = whole[r, STEP] + whole[r, AHEAD], whole[r, ROWS], whole[r, HEAD], 0
    cached = whole[r, CACHED] + whole[r, AHEAD] * rows
    while left < rows and ring[r, head, 0] == step:
        n = ring[r, head, 1]
        kind = kinds[n]
        latencies[n] = now - times[n]
        cached -= shapes[kind, 0] + shapes[kind, 1]
        left += 1
        head = head + 1 if head + 1 < ring.shape[1] else 0
    real[r, NOW] = now
    whole[r, STEP], whole[r, CACHED], whole[r, HEAD] = step, cached, head
    whole[r, ROWS], whole[r, TAKEN] = rows - left, whole[r, TAKEN] - left


@compiled
def _enter(
    r: int, arrived: int, waiting: int, kinds: Ints, shapes: Ints, prefills: Floats, whole: Ints, real: Floats,
    ring: Ints,
) -> int:  # fmt: skip
    """Those join who wait for this replica, then those who wait for any; returns who waits first."""
    slots = ring.shape[1]
    while whole[r, ROWS] < whole[r, TAKEN]:
        n = ring[r, (whole[r, HEAD] + whole[r, ROWS]) % slots, 1]
        _join(r, n, kinds[n], shapes, prefills, whole, real, ring)
    while whole[r, TAKEN] < slots and waiting < arrived:
        whole[r, TAKEN] += 1
        _join(r, waiting, kinds[waiting], shapes, prefills, whole, real, ring)
        waiting += 1
    return waiting


@compiled
def _join(r: int, n: int, kind: int, shapes: Ints, prefills: Floats, whole: Ints, real: Floats, ring: Ints) -> None:
    """Prefilled while the batch stands still, and put into the ring before those that leave later."""
    slots, head, place = ring.shape[1], whole[r, HEAD], whole[r, ROWS]
    last = whole[r, STEP] + shapes[kind, 0]
    here = head + place if head + place < slots else head + place - slots
    while place > 0:
        below = here - 1 if here else slots - 1
        if ring[r, below, 0] <= last:
            break
        ring[r, here, 0], ring[r, here, 1] = ring[r, below, 0], ring[r, below, 1]
        place, here = place - 1, below
    ring[r, here, 0], ring[r, here, 1] = last, n
    whole[r, ROWS] += 1
    whole[r, CACHED] += shapes[kind, 1]
    real[r, NOW] += prefills[kind]


@compiled
def _schedule(r: int, rates: Floats, whole: Ints, real: Floats, ring: Ints, dues: Floats) -> None:
    """The batch stays as it is until the next one leaves."""
    rows = whole[r, ROWS]
    if rows == 0:
        _put(dues, r, math.inf)
        return
    ahead = ring[r, whole[r, HEAD], 0] - whole[r, STEP]
    whole[r, AHEAD] = ahead
    first = rates[0] + rates[1] * rows + rates[2] * whole[r, CACHED]
    _put(dues, r, real[r, NOW] + _duration(ahead, first, rates[2] * rows))


@compiled
def _arrive(r: int, n: int, time: float, rates: Floats, whole: Ints, real: Floats, ring: Ints) -> bool:
    """Whether a request joins now, at the end of the step that runs; else when the batch changes next."""
    taken, rows = whole[r, TAKEN], whole[r, ROWS]
    whole[r, TAKEN] = taken + 1
    if rows == 0:
        real[r, NOW] = time
        return True
    growth = rates[2] * rows
    first = rates[0] + rates[1] * rows + rates[2] * whole[r, CACHED]
    soonest = 0 if time <= real[r, JOINED] else _steps_until(time - real[r, NOW], first, growth)
    if rows < taken or soonest >= whole[r, AHEAD]:
        ring[r, (whole[r, HEAD] + taken) % ring.shape[1], 1] = n
        return False
    if soonest:
        real[r, NOW] += _duration(soonest, first, growth)
        real[r, JOINED] = real[r, NOW]
        whole[r, STEP] += soonest
        whole[r, CACHED] += soonest * rows
    return True
