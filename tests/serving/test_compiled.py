"""Compiled code is an accelerator: it may change no digit."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost.serving import pool
from tokencost.serving.arrivals import arrivals
from tokencost.serving.decoding import Replica, Shape, full_batch_service, shape_of

compiled = pytest.importorskip("tokencost.serving.compiled", reason="needs the extra `fast`")

REPLICA = Replica(
    slots=6, steps=64, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=2e-6, prefill_time=4e-3
)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.floats(0.1, 1.3), st.floats(0.3, 9.0), st.integers(0, 999))
def test_mixed_requests_take_the_same_time_to_the_last_bit(
    replicas: int, load: float, burstiness: float, seed: int
) -> None:
    """
    The same events in the same order with the same arithmetic, in another program.
    """
    rate, draw = load * replicas * REPLICA.slots / full_batch_service(REPLICA), random.Random(seed)
    times = arrivals(rate, 400, seed=seed, burstiness=burstiness)
    shapes = [Shape(draw.randint(1, 90), draw.randint(1, 300), draw.choice([0.0, 0.004, 0.05])) for _ in range(12)]
    kinds = [draw.randrange(12) for _ in times]

    assert pool.pooled_batching(times, kinds, shapes, REPLICA, replicas) == compiled.compiled_batching(
        times, kinds, shapes, REPLICA, replicas
    )


def test_arrivals_at_one_moment_are_served_alike() -> None:
    """
    Ties are broken by order of arrival and number of the replica in both programs.
    """
    times = sorted(float(n // 5) for n in range(300))
    shapes = [shape_of(REPLICA)]

    assert pool.pooled_batching(times, [0] * 300, shapes, REPLICA, 4) == compiled.compiled_batching(
        times, [0] * 300, shapes, REPLICA, 4
    )


def test_a_long_path_goes_to_the_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where it is installed, and only where it pays.
    """
    monkeypatch.setattr(pool, "COMPILED_FROM", 10)
    monkeypatch.setattr(compiled, "compiled_batching", lambda times, *rest: [-1.0] * len(times))
    short, long = ([float(n) for n in range(count)] for count in (9, 10))
    shapes = [shape_of(REPLICA)]

    assert pool.shared_steps(short, [0] * 9, shapes, REPLICA, 1) == pool.pooled_batching(
        short, [0] * 9, shapes, REPLICA, 1
    )
    assert [-1.0] * 10 == pool.shared_steps(long, [0] * 10, shapes, REPLICA, 1)


def test_without_the_extra_a_long_path_is_followed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Nothing is missing but speed.
    """
    monkeypatch.setattr(pool, "COMPILED_FROM", 10)
    monkeypatch.setattr(pool, "find_spec", lambda name: None)
    times, shapes = [float(n) for n in range(30)], [shape_of(REPLICA)]

    assert pool.pooled_batching(times, [0] * 30, shapes, REPLICA, 2) == pool.shared_steps(
        times, [0] * 30, shapes, REPLICA, 2
    )
