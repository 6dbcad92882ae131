"""A pool of replicas with continuous batching behind one queue: the exact path of every request.

A request joins the replica with the fewest requests at its next step; where every slot is taken it waits, first come
first served, for the slot that falls free first. Requests may differ in steps, prompt and prefill.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from importlib.util import find_spec

from tokencost.serving.decoding import Replica, Shape, duration, steps_until


@dataclass(slots=True)
class _Batch:
    """One replica at work: from `now` on its batch is the same for `ahead` steps, until `due`.

    `leaving` is a heap of the step after which a request leaves, and its number; `joining` wait for `due`. Who comes
    before the end of a step joins there, so `now` may lie ahead: then `joined` is that end, and others may still join.
    `announced` is when this batch stands in the list of events; it may be sooner than `due`.
    """

    number: int
    now: float = -math.inf
    joined: float = -math.inf
    due: float = math.inf
    announced: float = math.inf
    ahead: int = 0
    step: int = 0
    cached: int = 0
    taken: int = 0
    leaving: list[tuple[int, int]] = field(default_factory=list)
    joining: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Pool:
    """All replicas, what happens to them next, which has most room, and who waits: requests from `waiting` on.

    `events` and `room` are heaps in which an entry counts only while it is true of its replica.
    """

    replica: Replica
    shapes: Sequence[Shape]
    times: Sequence[float]
    kinds: Sequence[int]
    batches: list[_Batch]
    room: list[int]
    latencies: list[float]
    waiting: int = 0
    events: list[tuple[float, int]] = field(default_factory=lambda: [(math.inf, -1)])


COMPILED_FROM = 500_000
"""Requests from which compiled code saves more time than loading it takes."""


def shared_steps(
    times: Sequence[float], kinds: Sequence[int], shapes: Sequence[Shape], replica: Replica, replicas: int
) -> list[float]:
    """Latency of each arrival; a long path is followed by compiled code where there is any, with the same result."""
    if len(times) < COMPILED_FROM or find_spec("numba") is None:
        return pooled_batching(times, kinds, shapes, replica, replicas)
    from tokencost.serving.compiled import compiled_batching

    return compiled_batching(times, kinds, shapes, replica, replicas)


def pooled_batching(
    times: Sequence[float], kinds: Sequence[int], shapes: Sequence[Shape], replica: Replica, replicas: int
) -> list[float]:
    """Latency of each arrival; request n has the shape `shapes[kinds[n]]`."""
    batches = [_Batch(number) for number in range(replicas)]
    pool = _Pool(replica, shapes, times, kinds, batches, list(range(replicas)), [0.0] * len(times))
    full, events = replica.slots * replicas, pool.events
    for n, time in enumerate(times):
        if events[0][0] < time:
            _settle(pool, n, time)
        if pool.waiting < n:
            continue
        fewest = _fewest(pool)
        if fewest < full:
            pool.waiting = n + 1
            _arrive(pool, batches[fewest % replicas], n, time)
    _settle(pool, len(times), math.inf)
    return pool.latencies


def _fewest(pool: _Pool) -> int:
    """Requests of the replica that has fewest, the first of equal ones: requests * replicas + its number."""
    room, batches, replicas = pool.room, pool.batches, len(pool.batches)
    if len(room) > STALE * replicas:
        room[:] = [batch.taken * replicas + batch.number for batch in batches]
        heapify(room)
    least = room[0]
    while batches[least % replicas].taken != least // replicas:
        heappop(room)
        least = room[0]
    return least


STALE = 64
"""Entries per replica beyond which the heap of room is made anew."""


def _settle(pool: _Pool, arrived: int, until: float) -> None:
    """Every change of a batch before `until`: some leave, then those join who wait for it, or for any slot."""
    events, batches, slots, replicas = pool.events, pool.batches, pool.replica.slots, len(pool.batches)
    while events[0][0] < until:
        at, number = events[0]
        batch = batches[number]
        if at != batch.announced:
            heappop(events)
        elif at != batch.due:
            batch.announced = batch.due
            heapreplace(events, (batch.due, number))
        else:
            before = batch.taken
            _leave(pool, batch)
            while batch.taken < slots and pool.waiting < arrived:
                batch.joining.append(pool.waiting)
                pool.waiting += 1
                batch.taken += 1
            if batch.taken != before:
                heappush(pool.room, batch.taken * replicas + number)
            if batch.joining:
                _join(pool, batch, batch.joining)
                batch.joining = []
            _schedule(pool, batch)
            batch.announced = batch.due
            if batch.leaving:
                heapreplace(events, (batch.due, number))
            else:
                heappop(events)


def _leave(pool: _Pool, batch: _Batch) -> None:
    """The steps up to `due` are done, and whoever needed no more of them is gone."""
    leaving, now = batch.leaving, batch.due
    batch.now = now
    batch.step = step = batch.step + batch.ahead
    batch.cached += batch.ahead * len(leaving)
    while leaving and leaving[0][0] == step:
        n = heappop(leaving)[1]
        shape = pool.shapes[pool.kinds[n]]
        pool.latencies[n] = now - pool.times[n]
        batch.cached -= shape.prompt_tokens + shape.steps
        batch.taken -= 1


def _join(pool: _Pool, batch: _Batch, joining: Sequence[int]) -> None:
    """Prefilled one after the other, while the batch stands still."""
    for n in joining:
        shape = pool.shapes[pool.kinds[n]]
        heappush(batch.leaving, (batch.step + shape.steps, n))
        batch.cached += shape.prompt_tokens
        batch.now += shape.prefill_time


def _schedule(pool: _Pool, batch: _Batch) -> None:
    """The batch stays as it is until the next one leaves."""
    leaving, replica = batch.leaving, pool.replica
    if not leaving:
        batch.due = math.inf
        return
    rows = len(leaving)
    batch.ahead = ahead = leaving[0][0] - batch.step
    first = replica.step_time + replica.row_time * rows + replica.token_time * batch.cached
    batch.due = batch.now + duration(ahead, first, replica.token_time * rows)


def _arrive(pool: _Pool, batch: _Batch, n: int, time: float) -> None:
    """A request joins at the end of the step that runs, at once where none does."""
    heapreplace(pool.room, pool.room[0] + len(pool.batches))
    batch.taken += 1
    if batch.joining:
        batch.joining.append(n)
        return
    rows = len(batch.leaving)
    if not rows:
        batch.now = time
    elif time > batch.joined:
        replica = pool.replica
        growth = replica.token_time * rows
        first = replica.step_time + replica.row_time * rows + replica.token_time * batch.cached
        soonest = steps_until(time - batch.now, first, growth)
        if soonest >= batch.ahead:
            batch.joining.append(n)
            return
        batch.now += duration(soonest, first, growth)
        batch.step += soonest
        batch.cached += soonest * rows
        batch.joined = batch.now
    _join(pool, batch, (n,))
    _schedule(pool, batch)
    if batch.due < batch.announced:
        batch.announced = batch.due
        heappush(pool.events, (batch.due, batch.number))
