"""Many steps at once, against one step at a time."""

import itertools
import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.serving import decoding
from tokencost.serving.decoding import Replica, duration, full_batch_service, shape_of, steps_until
from tokencost.serving.service import shared

REPLICA = Replica(slots=3, steps=4, prompt_tokens=10, step_time=1.0, row_time=0.5, token_time=0.25, prefill_time=2.0)
TIMES = [(0.1, 0.0), (0.1, 0.01), (0.3, 0.7), (1 / 3, 1e-9), (2.0, 0.5), (1e-3, 1e-6)]


@given(st.integers(0, 300), st.floats(1e-3, 10), st.floats(0, 1))
def test_steps_in_a_row_take_their_sum(steps: int, first: float, growth: float) -> None:
    """
    Each takes as much longer than the one before.
    """
    assert math.fsum(first + growth * n for n in range(steps)) == pytest.approx(duration(steps, first, growth))


@pytest.mark.parametrize(("first", "growth"), TIMES)
def test_the_steps_until_a_moment_are_those_of_a_loop(first: float, growth: float) -> None:
    """
    At the ends of steps to the last bit, and anywhere between them; at least one.
    """
    draw = random.Random(3)
    ends = [duration(steps, first, growth) for steps in range(1, 200)]
    gaps = [*ends, *(math.nextafter(end, math.inf) for end in ends), *(draw.uniform(0, ends[-1]) for _ in range(500))]

    for gap in gaps:
        by_loop = next(steps for steps in itertools.count(1) if duration(steps, first, growth) >= gap)
        assert by_loop == steps_until(gap, first, growth)


@pytest.mark.parametrize("gap", [0.0, -1e-9, -5.0])
def test_who_comes_as_a_step_begins_waits_for_its_end(gap: float) -> None:
    """
    Or came before.
    """
    assert 1 == steps_until(gap, 0.1, 0.01)


def test_no_loop_counts_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The root of the quadratic is the answer but for rounding: it is looked at on both sides and hardly ever corrected.
    """
    asked: list[int] = []
    monkeypatch.setattr(decoding, "duration", lambda *args: asked.append(args[0]) or duration(*args))
    draw = random.Random(4)
    for _ in range(500):
        first, growth = draw.uniform(1e-3, 1.0), draw.choice([0.0, 1e-6, 1e-3, 0.1, 10.0])
        steps_until(draw.uniform(1.0, 1e6), first, growth)

    assert len(asked) <= 2.02 * 500


def test_a_full_batch_by_hand() -> None:
    """
    Three slots whose caches hold 10 to 13 tokens, 11.5 on average: a step of 1 + 3 (0.5 + 0.25 11.5) = 11.125 s, four
    of them, and three prefills of 2 s.
    """
    assert 4 * 11.125 + 6 == pytest.approx(full_batch_service(REPLICA))
    assert (4, 10, 2.0) == shape_of(REPLICA)


def test_admission_takes_no_time_unless_it_is_said_to() -> None:
    """
    What is prefilled elsewhere does not stop the batch.
    """
    bare = Replica(slots=3, steps=4, prompt_tokens=10, step_time=1.0, row_time=0.5, token_time=0.25)

    assert bare == replace(REPLICA, prefill_time=0.0)


def test_alone_a_request_has_the_batch_to_itself() -> None:
    """
    One slot: steps of 1 + 0.5 + 0.25 11.5 s and one prefill.
    """
    found = shared(REPLICA)

    assert 4 * (1.5 + 0.25 * 11.5) + 2 == pytest.approx(float(found.alone))
    assert 4 * 11.125 + 6 == pytest.approx(float(found.full))
    assert 3 == found.slots
