"""Fleets over many loads are those that the planner finds for each."""

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tokencost.serving.laws import Asked, tails
from tokencost.serving.mdc import waiting_law, waiting_tail
from tokencost.serving.queueing import replicas_for
from tokencost.sweeping.stairs import NONE, Stair


@settings(max_examples=60, deadline=None)
@given(
    slots=st.sampled_from([1, 1, 4, 16]), seconds=st.floats(0.05, 60), room=st.floats(1.0, 20),
    q=st.sampled_from([0.5, 0.95, 0.99]), top=st.floats(0.01, 300), burstiness=st.sampled_from([1.0, 1.0, 1.0, 2.0]),
)  # fmt: skip
@example(slots=1, seconds=1.0, room=1.0, q=0.95, top=20.0, burstiness=1.0)
@example(slots=1, seconds=1.0, room=1.02, q=0.99, top=30_000.0, burstiness=1.0)
def test_a_stair_is_the_law_at_every_load(
    slots: int, seconds: float, room: float, q: float, top: float, burstiness: float
) -> None:
    """
    What lies between two equal numbers is not asked, and nothing may hide there.
    """
    limits = ((q, seconds * room),)
    rates = [top / seconds * (n + 1) / 25 for n in range(25)]
    due = [replicas_for(slots, seconds, rate, limits, at_most=1_000_000, burstiness=burstiness) for rate in rates]

    assert [NONE if one is None else one for one in due] == Stair(slots, seconds, burstiness, limits).replicas(rates)


def test_without_room_for_waiting_there_is_no_fleet() -> None:
    """
    More replicas do not make a request faster.
    """
    assert [NONE, NONE] == Stair(1, 2.0, 1.0, ((0.95, 1.0),)).replicas([0.1, 5.0])


@settings(max_examples=200, deadline=None)
@given(
    servers=st.integers(1, 2000), utilisation=st.floats(0.001, 0.9999), wait=st.floats(0, 8),
)  # fmt: skip
def test_laws_in_arrays_agree_with_the_law(servers: int, utilisation: float, wait: float) -> None:
    """
    They decide what is far from a bound, so they have to be right to much less than that distance.
    """
    load = servers * utilisation
    due = waiting_tail(waiting_law(servers, load), wait)

    assert math.isclose(due, tails([Asked(servers, load, wait)])[0], rel_tol=1e-7, abs_tol=1e-9)
