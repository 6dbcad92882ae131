"""Batches that form while requests wait, by hand, by a Markov chain, by bounds, and by a loop over moments."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.arrivals import arrivals
from tokencost.serving.batching import batch_service, between
from tokencost.serving.service import fixed, formed
from tokencost.serving.simulation import constant_service, half_width, percentile
from tokencost.serving.sizing import fewest, judged, sized_by_law, verdict

PATHS = st.lists(st.floats(0, 3), min_size=1, max_size=80).map(lambda gaps: list(itertools.accumulate(gaps)))
TIMES = st.lists(st.floats(0, 1), min_size=1, max_size=6).map(lambda more: list(itertools.accumulate([0.5, *more])))


def test_a_batch_takes_who_waits_when_a_replica_falls_free() -> None:
    """
    One replica, at most three: the first runs alone until 1, three wait by then, the fifth runs alone after them.
    """
    assert [1.0, 2.5, 2.4, 2.3, 3.2] == pytest.approx(batch_service([0.0, 0.5, 0.6, 0.7, 0.8], 1, [1.0, 1.5, 2.0], 0.0))


def test_a_window_lets_a_batch_fill() -> None:
    """
    Two of two start when the second comes; the third waits half a second for nobody.
    """
    assert [1.7, 1.5, 1.5] == pytest.approx(batch_service([0.0, 0.2, 5.0], 1, [1.0, 1.5], 0.5))


@settings(max_examples=80, deadline=None)
@given(PATHS, st.integers(1, 5), TIMES, st.floats(0, 2))
def test_jumping_from_batch_to_batch_skips_nothing(
    times: list[float], servers: int, batch_times: list[float], window: float
) -> None:
    """
    A loop over every moment at which a replica might start says the same.
    """
    assert moment_by_moment(times, servers, batch_times, window) == pytest.approx(
        batch_service(times, servers, batch_times, window), abs=1e-9
    )


def moment_by_moment(times: Sequence[float], servers: int, batch_times: Sequence[float], window: float) -> list[float]:
    """At each arrival, end and expiry in turn: arrivals join the line, then free replicas start while they may."""
    ends, line, done, largest = [0.0] * servers, list[int](), dict[int, float](), len(batch_times)
    moments = sorted({*times, *(time + window for time in times)})
    while moments:
        now = moments.pop(0)
        line += [n for n, time in enumerate(times) if time <= now and n not in done and n not in line]
        while line and min(ends) <= now and (len(line) >= largest or now >= times[line[0]] + window):
            batch, line = line[:largest], line[largest:]
            ends[ends.index(min(ends))] = end = now + batch_times[len(batch) - 1]
            done |= {n: end - times[n] for n in batch}
            moments = sorted({*moments, end})
    return [done[n] for n in range(len(times))]


@settings(max_examples=40, deadline=None)
@given(PATHS, st.integers(1, 6), st.floats(0.1, 4))
def test_batches_of_one_are_the_queue_of_constant_service(times: list[float], servers: int, service: float) -> None:
    """
    With or without a window: nobody waits for others.
    """
    alone = constant_service(times, servers, service)

    assert alone == pytest.approx(batch_service(times, servers, [service], 0.0), abs=1e-9)
    assert alone == pytest.approx(batch_service(times, servers, [service], 7.0), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(PATHS, st.integers(1, 5), TIMES, st.floats(0, 2))
def test_no_batch_beats_slots_of_their_own(
    times: list[float], servers: int, batch_times: list[float], window: float
) -> None:
    """
    As many servers as slots, each as fast as a batch of one: the queue that rules fleets out.
    """
    bound = constant_service(times, servers * len(batch_times), batch_times[0])

    assert all(
        late >= below - 1e-9
        for late, below in zip(batch_service(times, servers, batch_times, window), bound, strict=True)
    )


@pytest.mark.parametrize("rate", [0.4, 0.9, 1.5, 2.2])
def test_one_replica_waits_as_its_markov_chain_says(rate: float) -> None:
    """
    The queue left behind by each batch is a chain; its stationary law and Little's law give the mean.
    """
    batch_times = [1.0, 1.2, 1.5, 1.6]
    latencies = batch_service(arrivals(rate, 400_000, seed=6), 1, batch_times, 0.0)

    assert by_markov_chain(rate, batch_times) == pytest.approx(math.fsum(latencies) / len(latencies), rel=0.02)


def by_markov_chain(rate: float, batch_times: Sequence[float], size: int = 400) -> float:
    """Mean latency: requests present over a cycle from one end of a batch to the next, over its length and the rate."""
    largest = len(batch_times)
    move, area, length = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    for queue in range(size):
        present, taken = max(queue, 1), min(max(queue, 1), largest)
        seconds = batch_times[taken - 1]
        poisson = np.exp([k * math.log(rate * seconds) - rate * seconds - math.lgamma(k + 1) for k in range(size)])
        for k, chance in enumerate(poisson):
            move[queue, min(present - taken + k, size - 1)] += chance
        area[queue] = present * seconds + rate * seconds**2 / 2
        length[queue] = seconds + (1 / rate if queue == 0 else 0.0)
    balance = np.vstack([move.T - np.eye(size), np.ones(size)])
    law = np.linalg.lstsq(balance, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return float(law @ area / (law @ length) / rate)


def test_sizes_between_are_on_a_straight_line() -> None:
    """
    Timed at 1, 2, 4 and the largest.
    """
    assert (1.0, 1.5, 2.0, 2.5, 4.0) == between({1: 1.0, 2: 1.5, 4: 2.5, 5: 4.0})


LIMITS = (LatencyLimit(percentile=0.95, limit=5.0),)


def test_batches_save_replicas_under_load_and_the_next_fleet_fails() -> None:
    """
    Eight in the time of two: fewer replicas than one by one, the smallest fleet that keeps the limit.
    """
    service = formed(tuple(1.0 + b / 7 for b in range(8)), 0.0)
    traffic = Traffic(average=20.0, peak=20.0)
    found, single = sized_by_law(service, traffic, LIMITS), sized_by_law(fixed(1.0), traffic, LIMITS)
    assert found is not None
    assert single is not None
    path = batch_service(arrivals(20.0, 200_000, seed=1), found.replicas, service.batch_times, 0.0)

    assert 20.0 * 2.0 / 8 < found.replicas < single.replicas / 2
    assert percentile(path, 0.95) <= 5.0 + half_width(path, 0.95)
    assert judged(found, service, traffic, LIMITS) is True
    assert found.replicas == 6 or verdict(found.replicas - 1, service, traffic, LIMITS).kept is not True
    assert fewest(found, service, traffic, LIMITS) <= found.replicas


def test_a_batch_slower_than_the_limit_is_no_fleet() -> None:
    """
    More replicas do not make a full batch faster; nor is a path followed that would take all day.
    """
    slow = formed((1.0, 6.0), 0.0)

    assert sized_by_law(slow, Traffic(average=1.0, peak=1.0), LIMITS) is None
    assert sized_by_law(formed((1.0, 1.5), 0.0), Traffic(average=1e6, peak=1e6), LIMITS) is None
