"""A pool of replicas with continuous batching behind one queue: the exact path of every request.

A request joins the replica with the fewest requests at its next step; where every slot is taken it waits, first come
first served, for the slot that falls free first. Requests may write different numbers of tokens.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tokencost.serving.decoding import Replica, duration, steps_until


@dataclass(slots=True)
class _Batch:
    """One replica at work: `boundary` is when its last step ended, `now` when it goes on after prefills.

    `leaving` is a heap of the step after which a request leaves, and its number.
    """

    boundary: float = -math.inf
    now: float = -math.inf
    step: int = 0
    cached: int = 0
    leaving: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pool:
    """All replicas, who waits for them, and what has become of whom."""

    replica: Replica
    times: Sequence[float]
    lengths: Sequence[int]
    batches: list[_Batch]
    busy: list[int]
    due: list[float]
    events: list[tuple[float, int]]
    waiting: deque[int]
    latencies: list[float]


def pooled_batching(times: Sequence[float], lengths: Sequence[int], replica: Replica, replicas: int) -> list[float]:
    """Latency of each arrival; request n takes `lengths[n]` steps."""
    pool = _Pool(
        replica, times, lengths, [_Batch() for _ in range(replicas)], [0] * replicas, [math.inf] * replicas,
        [], deque(), [0.0] * len(times),
    )  # fmt: skip
    busy, slots = pool.busy, replica.slots
    for n, time in enumerate(times):
        _settle(pool, time)
        least = min(busy)
        if least < slots:
            _arrive(pool, busy.index(least), n)
        else:
            pool.waiting.append(n)
    _settle(pool, math.inf)
    return pool.latencies


def _settle(pool: _Pool, until: float) -> None:
    """Everything that ends before `until`; slots that fall free are taken by who waits."""
    events, due = pool.events, pool.due
    while events and events[0][0] < until:
        at, number = heapq.heappop(events)
        if at != due[number]:
            continue
        batch = pool.batches[number]
        _advance(pool, batch, batch.leaving[0][0] - batch.step)
        _leave(pool, number)
        while pool.waiting and pool.busy[number] < pool.replica.slots:
            _join(pool, number, pool.waiting.popleft())
        _schedule(pool, number)


def _arrive(pool: _Pool, number: int, n: int) -> None:
    """A request joins at the end of the step that runs, at once where none does."""
    batch, time = pool.batches[number], pool.times[n]
    if not batch.leaving:
        batch.boundary = batch.now = max(time, batch.boundary)
    elif time > batch.boundary:
        ahead = batch.leaving[0][0] - batch.step
        _advance(pool, batch, min(ahead, steps_until(time - batch.now, pool.replica, len(batch.leaving), batch.cached)))
        _leave(pool, number)
    _join(pool, number, n)
    _schedule(pool, number)


def _advance(pool: _Pool, batch: _Batch, steps: int) -> None:
    rows = len(batch.leaving)
    batch.now = batch.boundary = batch.now + duration(steps, pool.replica, rows, batch.cached)
    batch.step += steps
    batch.cached += steps * rows


def _leave(pool: _Pool, number: int) -> None:
    batch = pool.batches[number]
    leaving = batch.leaving
    while leaving and leaving[0][0] == batch.step:
        _, n = heapq.heappop(leaving)
        pool.latencies[n] = batch.boundary - pool.times[n]
        batch.cached -= pool.replica.prompt_tokens + pool.lengths[n]
        pool.busy[number] -= 1


def _join(pool: _Pool, number: int, n: int) -> None:
    batch = pool.batches[number]
    heapq.heappush(batch.leaving, (batch.step + pool.lengths[n], n))
    batch.cached += pool.replica.prompt_tokens
    batch.now += pool.replica.prefill_time
    pool.busy[number] += 1


def _schedule(pool: _Pool, number: int) -> None:
    """When the next request leaves if nobody joins before."""
    batch = pool.batches[number]
    if not batch.leaving:
        pool.due[number] = math.inf
        return
    ahead = batch.leaving[0][0] - batch.step
    pool.due[number] = batch.now + duration(ahead, pool.replica, len(batch.leaving), batch.cached)
    heapq.heappush(pool.events, (pool.due[number], number))
