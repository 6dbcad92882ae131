"""One replica with continuous batching by a program of another shape than the pool's: one loop, no heap."""

from collections import deque
from collections.abc import Sequence

from tokencost.serving.decoding import Replica, duration, steps_until


def continuous_batching(times: Sequence[float], replica: Replica) -> list[float]:
    """Latency of each arrival at one replica, two events per request instead of one per step.

    Between arrivals and departures the batch b is constant and its cache grows by b per step, so m steps take
    m (t0 + t1 b + g K) + g b m (m - 1) / 2; the step after an arrival is the root of that quadratic.
    """
    latencies: list[float] = []
    leaving: deque[int] = deque()
    now, step, cached, following = 0.0, 0, 0, 0
    while len(latencies) < len(times):
        while leaving and leaving[0] == step:
            leaving.popleft()
            cached -= replica.prompt_tokens + replica.steps
            latencies.append(now - times[len(latencies)])
        waiting = _waiting(times, following, now, replica.slots - len(leaving))
        leaving.extend([step + replica.steps] * waiting)
        cached += waiting * replica.prompt_tokens
        now += waiting * replica.prefill_time
        following += waiting
        if leaving:
            ahead, growth = leaving[0] - step, replica.token_time * len(leaving)
            first = replica.step_time + replica.row_time * len(leaving) + replica.token_time * cached
            if following < len(times) and len(leaving) < replica.slots:
                ahead = min(ahead, steps_until(times[following] - now, first, growth))
            now += duration(ahead, first, growth)
            step, cached = step + ahead, cached + ahead * len(leaving)
        elif following < len(times):
            now = times[following]
    return latencies


def _waiting(times: Sequence[float], first: int, now: float, room: int) -> int:
    """How many requests have arrived by `now` and find a slot."""
    last = first
    while last - first < room and last < len(times) and times[last] <= now:
        last += 1
    return last - first
