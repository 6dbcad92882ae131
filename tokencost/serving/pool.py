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
    """One replica at work: since `now` its batch is the same, and it stays so for `ahead` steps, until `due`.

    `leaving` is a heap of the step after which a request leaves, and its number; `joining` wait for the end of a step.
    """

    now: float = -math.inf
    step: int = 0
    ahead: int = 0
    due: float = math.inf
    cached: int = 0
    leaving: list[tuple[int, int]] = field(default_factory=list)
    joining: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pool:
    """All replicas, the requests that each of them has, who waits for one, and what has become of whom."""

    replica: Replica
    times: Sequence[float]
    lengths: Sequence[int]
    batches: list[_Batch]
    busy: list[int]
    events: list[tuple[float, int]]
    waiting: deque[int]
    latencies: list[float]


def pooled_batching(times: Sequence[float], lengths: Sequence[int], replica: Replica, replicas: int) -> list[float]:
    """Latency of each arrival; request n takes `lengths[n]` steps."""
    batches, latencies = [_Batch() for _ in range(replicas)], [0.0] * len(times)
    pool = _Pool(replica, times, lengths, batches, [0] * replicas, [], deque(), latencies)
    busy, slots = pool.busy, replica.slots
    for n, time in enumerate(times):
        _settle(pool, time)
        least = min(busy)
        if least < slots:
            _arrive(pool, busy.index(least), n)
        else:
            pool.waiting.append(n)
    _settle(pool, math.inf)
    return latencies


def _settle(pool: _Pool, until: float) -> None:
    """Every change of a batch before `until`: some leave, then those join who wait for it, or for any slot."""
    events, batches, waiting, busy = pool.events, pool.batches, pool.waiting, pool.busy
    while events and events[0][0] < until:
        at, number = heapq.heappop(events)
        batch = batches[number]
        if at != batch.due:
            continue
        _leave(pool, batch, number)
        while waiting and busy[number] < pool.replica.slots:
            batch.joining.append(waiting.popleft())
            busy[number] += 1
        _go_on(pool, batch, number)


def _arrive(pool: _Pool, number: int, n: int) -> None:
    """A request joins at the end of the step that runs, at once where none does."""
    batch, time = pool.batches[number], pool.times[n]
    batch.joining.append(n)
    pool.busy[number] += 1
    if not batch.leaving:
        batch.now = time
        _go_on(pool, batch, number)
    elif len(batch.joining) == 1:
        soonest = steps_until(time - batch.now, pool.replica, len(batch.leaving), batch.cached)
        if soonest < batch.ahead:
            _schedule(pool, batch, number, soonest)


def _leave(pool: _Pool, batch: _Batch, number: int) -> None:
    """The steps up to now are done, and whoever needed no more of them is gone."""
    leaving = batch.leaving
    batch.now = batch.due
    batch.step += batch.ahead
    batch.cached += batch.ahead * len(leaving)
    while leaving and leaving[0][0] == batch.step:
        _, n = heapq.heappop(leaving)
        pool.latencies[n] = batch.now - pool.times[n]
        batch.cached -= pool.replica.prompt_tokens + pool.lengths[n]
        pool.busy[number] -= 1


def _go_on(pool: _Pool, batch: _Batch, number: int) -> None:
    """Those who joined are prefilled, then the batch stays the same until the next one leaves."""
    for n in batch.joining:
        heapq.heappush(batch.leaving, (batch.step + pool.lengths[n], n))
        batch.cached += pool.replica.prompt_tokens
        batch.now += pool.replica.prefill_time
    batch.joining.clear()
    if batch.leaving:
        _schedule(pool, batch, number, batch.leaving[0][0] - batch.step)


def _schedule(pool: _Pool, batch: _Batch, number: int, ahead: int) -> None:
    batch.ahead = ahead
    batch.due = batch.now + duration(ahead, pool.replica, len(batch.leaving), batch.cached)
    heapq.heappush(pool.events, (batch.due, number))
