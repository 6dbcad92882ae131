"""Continuous batching: what the steps of a replica take, one by one and many at once.

Between arrivals and departures the batch b is constant and its cache K grows by b per step, so m steps take
m (t0 + t1 b + g K) + g b m (m - 1) / 2. A path therefore costs a few events per request instead of one per step.
"""

import math
from typing import NamedTuple

from tokencost.formula import formula
from tokencost.record import dataclass
from tokencost.serving.queueing import Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One copy of a generator with continuous batching; every request takes the same number of steps.

    A step takes `step_time` plus `row_time` for each request in the batch plus `token_time` for each token
    cached; a request brings `prompt_tokens` and adds one token per step. Admission takes `prefill_time`,
    during which the batch stands still.
    """

    slots: int
    steps: int
    prompt_tokens: int
    step_time: float
    row_time: float
    token_time: float
    prefill_time: float = 0.0


class Shape(NamedTuple):
    """What a request asks of a replica: its steps, the tokens it brings, and the time in which it is admitted."""

    steps: int
    prompt_tokens: int
    prefill_time: float


def shape_of(replica: Replica) -> Shape:
    """The request that the replica is described by."""
    return Shape(replica.steps, replica.prompt_tokens, replica.prefill_time)


def duration(steps: int, first: float, growth: float) -> float:
    """Time of so many steps in a row of which each takes `growth` longer than the one before."""
    return steps * first + growth * (steps * (steps - 1) // 2)


def steps_until(gap: float, first: float, growth: float) -> int:
    """The fewest steps, at least one, that last as long as `gap`."""
    if gap <= 0:
        return 1
    linear = first - growth / 2
    steps = math.ceil(2 * gap / (linear + math.sqrt(linear * linear + 2 * growth * gap)))
    while steps > 1 and duration(steps - 1, first, growth) >= gap:
        steps -= 1
    while duration(steps, first, growth) < gap:
        steps += 1
    return steps


@formula("definition", says="steps * (step + slots * (row + token * mean cache)) + slots * prefill, every slot taken")
def full_batch_service(replica: Replica) -> Time:
    """Service time of a slot that no request exceeds, but for the rest of the step it arrives in."""
    mean_cache = replica.prompt_tokens + (replica.steps - 1) / 2
    step = replica.step_time + replica.slots * (replica.row_time + replica.token_time * mean_cache)
    return replica.steps * step + replica.slots * replica.prefill_time
