"""Laws that hold for every path and every simulator."""

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost.serving.arrivals import arrivals
from tokencost.serving.batching import batch_service
from tokencost.serving.decoding import Replica, Shape
from tokencost.serving.pool import pooled_batching
from tokencost.serving.simulation import (
    any_service,
    constant_service,
    constant_service_array,
    half_width,
    percentile,
)

LOADS = st.floats(0.1, 0.97)


def erlang_c(servers: int, load: float) -> float:
    """P(W > 0) of M/M/c, by the recursion for Erlang's loss formula."""
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = load * blocked / (c + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


@pytest.mark.parametrize(
    ("servers", "load", "waits"), [(2, 1.0, 1 / 3), (3, 2.0, 4 / 9), (5, 4.0, 0.5541), (10, 8.0, 0.4092)]
)
def test_exponential_service_waits_as_erlangs_tables_say(servers: int, load: float, waits: float) -> None:
    """
    The heap serves any service times, so it must give M/M/c where they are exponential.
    """
    draw = random.Random(12)
    times = arrivals(load, 120_000, seed=3)
    services = [draw.expovariate(1.0) for _ in times]
    latencies = any_service(times, services, servers)
    waiting = [late - service for late, service in zip(latencies, services, strict=True)]

    assert waits == pytest.approx(erlang_c(servers, load), abs=1e-4)
    assert waits == pytest.approx(sum(wait > 1e-9 for wait in waiting) / len(waiting), abs=0.02)
    assert waits / (servers - load) == pytest.approx(math.fsum(waiting) / len(waiting), rel=0.1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), LOADS, st.integers(0, 99))
def test_littles_law_holds_on_every_path(servers: int, utilisation: float, seed: int) -> None:
    """
    The requests present, summed over time, are the latencies, summed over requests.
    """
    times = arrivals(utilisation * servers, 400, seed=seed)
    latencies = constant_service(times, servers, 1.0)

    assert math.fsum(latencies) == pytest.approx(present_over_time(times, latencies), rel=1e-9)


def present_over_time(times: Sequence[float], latencies: Sequence[float]) -> float:
    """Area under the number of requests in the system."""
    changes = [(t, 1) for t in times] + [(t + w, -1) for t, w in zip(times, latencies, strict=True)]
    area, present, last = 0.0, 0, 0.0
    for time, change in sorted(changes):
        area, present, last = area + present * (time - last), present + change, time
    return area


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), LOADS, st.floats(1.0, 2.0), st.integers(0, 99))
def test_faster_arrivals_never_shorten_a_latency(servers: int, utilisation: float, faster: float, seed: int) -> None:
    """
    On the same gaps, request by request.
    """
    times = arrivals(utilisation * servers, 300, seed=seed)
    slow = constant_service(times, servers, 1.0)
    fast = constant_service([time / faster for time in times], servers, 1.0)

    assert all(after >= before - 1e-9 for before, after in zip(slow, fast, strict=True))


def test_a_pool_of_servers_beats_servers_of_ones_own() -> None:
    """
    Eight servers behind one queue against one server with an eighth of the traffic.
    """
    pooled, own = (constant_service(arrivals(0.8 * c, 40_000, seed=1), c, 1.0) for c in (8, 1))

    assert percentile(pooled, 0.95) < percentile(own, 0.95)


def test_the_half_width_shrinks_with_the_path() -> None:
    """
    Four times the requests, about half the error.
    """
    times = arrivals(4.0, 80_000, seed=5)
    latencies = constant_service(times, 5, 1.0)

    assert half_width(latencies, 0.95) < half_width(latencies[:20_000], 0.95)


def test_simpy_serves_the_same_requests_at_the_same_times() -> None:
    """
    A simulator of another make, event by event, on the same arrivals.
    """
    simpy = pytest.importorskip("simpy")
    times, draw = arrivals(4.0, 3000, seed=4), random.Random(2)
    services = [draw.uniform(0.5, 1.5) for _ in times]
    environment, found = simpy.Environment(), [0.0] * len(times)
    desk = simpy.Resource(environment, capacity=5)

    def customer(n: int) -> object:
        yield environment.timeout(times[n])
        with desk.request() as turn:
            yield turn
            yield environment.timeout(services[n])
        found[n] = environment.now - times[n]

    for n in range(len(times)):
        environment.process(customer(n))
    environment.run()

    assert any_service(times, services, 5) == pytest.approx(found, abs=1e-6)


def test_ciw_waits_as_long_on_average() -> None:
    """
    A third simulator, with arrivals of its own: equal inside the error of both.
    """
    ciw = pytest.importorskip("ciw")
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=4.0)],
        service_distributions=[ciw.dists.Deterministic(value=1.0)],
        number_of_servers=[5],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(4000)
    theirs = sorted(record.waiting_time + record.service_time for record in simulation.get_all_records())
    ours = constant_service(arrivals(4.0, 40_000, seed=9), 5, 1.0)

    assert percentile(ours, 0.95) == pytest.approx(percentile(theirs, 0.95), rel=0.1)


REPLICA = Replica(
    slots=4, steps=40, prompt_tokens=20, step_time=0.02, row_time=2e-3, token_time=3e-6, prefill_time=4e-3
)
SHAPES = (Shape(40, 20, 4e-3), Shape(7, 90, 0.0), Shape(25, 5, 0.05))


def every_path(times: Sequence[float], servers: int, seed: int) -> dict[str, list[float]]:
    """The same arrivals through each simulator."""
    draw = random.Random(seed)
    services, kinds = [draw.expovariate(1.0) for _ in times], [draw.randrange(3) for _ in times]
    return {
        "list": constant_service(times, servers, 1.0),
        "array": constant_service_array(np.array(times), servers, 1.0).tolist(),
        "heap": any_service(times, services, servers),
        "pool": pooled_batching(times, kinds, SHAPES, REPLICA, servers),
        "batches": batch_service(times, servers, [1.0, 1.1, 1.4], 0.3),
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.floats(0.1, 1.2), st.floats(0.3, 9.0), st.integers(0, 99))
def test_every_simulator_conserves_requests_and_keeps_littles_law(
    servers: int, load: float, burstiness: float, seed: int
) -> None:
    """
    As many answers as requests, none before its request, present over time as long as they took.
    """
    times = arrivals(load * servers, 250, burstiness=burstiness, seed=seed)

    for latencies in every_path(times, servers, seed).values():
        assert len(times) == len(latencies)
        assert min(latencies) > 0
        assert math.fsum(latencies) == pytest.approx(present_over_time(times, latencies), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), LOADS, st.floats(0, 2), st.integers(0, 99))
def test_longer_services_never_shorten_a_latency(servers: int, utilisation: float, longer: float, seed: int) -> None:
    """
    Whichever request takes longer, every other one waits as long or longer; one more server does the opposite.
    """
    times, draw = arrivals(utilisation * servers, 200, seed=seed), random.Random(seed)
    services = [draw.expovariate(1.0) for _ in times]
    slower = [service + longer * draw.random() for service in services]
    now, then, more = (
        any_service(times, s, c) for s, c in ((services, servers), (slower, servers), (services, servers + 1))
    )

    assert all(after >= before - 1e-9 for before, after in zip(now, then, strict=True))
    assert all(after <= before + 1e-9 for before, after in zip(now, more, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), LOADS, st.integers(0, 99))
def test_one_queue_is_never_behind_queues_of_their_own(servers: int, utilisation: float, seed: int) -> None:
    """
    However requests are sent to servers, their latencies add up to no less than behind one queue.
    """
    times, draw = arrivals(utilisation * servers, 200, seed=seed), random.Random(seed)
    sent = [draw.randrange(servers) for _ in times]
    own = [
        constant_service([t for t, s in zip(times, sent, strict=True) if s == server], 1, 1.0)
        for server in range(servers)
    ]

    assert math.fsum(constant_service(times, servers, 1.0)) <= math.fsum(map(math.fsum, own)) + 1e-9


def test_servers_are_never_idle_while_requests_wait() -> None:
    """
    A busy period of one server is as long as the work in it, whatever the order of large and small.
    """
    draw = random.Random(5)
    services = [draw.choice([0.1, 3.0]) for _ in range(50)]
    latencies = any_service([0.0] * 50, services, 1)

    assert math.fsum(services) == pytest.approx(max(latencies))


def test_simpy_forms_the_same_batches() -> None:
    """
    Workers that take what waits, up to three, in a simulator of another make.
    """
    simpy = pytest.importorskip("simpy")
    times, batch_times = arrivals(4.5, 3000, seed=4), [1.0, 1.1, 1.4]
    environment, found = simpy.Environment(), [0.0] * len(times)
    line = simpy.Store(environment)

    def source() -> object:
        for n, time in enumerate(times):
            yield environment.timeout(time - environment.now)
            yield line.put(n)

    def worker() -> object:
        while True:
            batch = [(yield line.get())]
            while line.items and len(batch) < len(batch_times):
                batch.append((yield line.get()))
            yield environment.timeout(batch_times[len(batch) - 1])
            for n in batch:
                found[n] = environment.now - times[n]

    environment.process(source())
    for _ in range(2):
        environment.process(worker())
    environment.run()

    assert batch_service(times, 2, batch_times, 0.0) == pytest.approx(found, abs=1e-6)
