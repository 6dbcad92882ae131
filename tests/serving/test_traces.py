"""Fleets for recorded arrivals: by hand, and how often steps are replayed."""

from collections.abc import Sequence

import pytest

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving import paths
from tokencost.serving.arrivals import arrivals
from tokencost.serving.decoding import Replica
from tokencost.serving.service import Service, fixed, formed, shared, spread
from tokencost.serving.sizing import Sizing, certified, refined

REPLICA = Replica(
    slots=16, steps=200, prompt_tokens=20, step_time=0.01, row_time=2e-4, token_time=1e-6, prefill_time=2e-3
)
SHARED = shared(REPLICA)
BOUND = Sizing(replicas=7, evidence="law")


def fleet(service: Service, times: Sequence[float], limit: float, q: float = 0.95, busy: float = 1.0) -> Sizing:
    at = Traffic(average=1.0, peak=1.0, arrivals=tuple(times), utilisation_target=busy)
    return refined(BOUND, service, at, (LatencyLimit(percentile=q, limit=limit),))


@pytest.mark.parametrize("service", [fixed(0.5), spread(fixed(0.5), 0.01), SHARED, formed((0.5, 0.6), 0.0)])
def test_one_replica_is_enough_where_nobody_waits(service: Service) -> None:
    """
    Requests a minute apart, of every kind.
    """
    assert Sizing(replicas=1, evidence="trace") == fleet(service, [60.0 * n for n in range(20)], 10.0)


def test_the_share_that_is_asked_for_is_enough() -> None:
    """
    Nineteen of twenty are in time with one server, which is p95 and no more; two serve the twentieth too.
    """
    times = [*[10.0 * n for n in range(19)], 180.1]

    assert 1 == fleet(fixed(1.0), times, 1.5, q=0.95).replicas
    assert 2 == fleet(fixed(1.0), times, 1.5, q=0.96).replicas


def test_every_limit_of_a_trace_counts() -> None:
    """
    The median of ten at once is in time with two servers, the last one with five.
    """
    at = Traffic(average=1.0, peak=1.0, arrivals=(0.0,) * 10)
    limits = (LatencyLimit(percentile=0.5, limit=3.0), LatencyLimit(percentile=1.0, limit=2.0))

    assert 2 == refined(BOUND, fixed(1.0), at, limits[:1]).replicas
    assert 5 == refined(BOUND, fixed(1.0), at, limits).replicas == refined(BOUND, fixed(1.0), at, limits[::-1]).replicas


def test_what_no_fleet_keeps_stays_as_it_was() -> None:
    """
    Two seconds are not done in one and a half.
    """
    assert BOUND == fleet(fixed(2.0), [0.0, 5.0], 1.5)


def test_a_busy_share_holds_for_a_trace_too() -> None:
    """
    One erlang at a busy share of a fifth: five servers, though one would be quick enough.
    """
    spaced = [60.0 * n for n in range(20)]

    assert 5 == fleet(fixed(1.0), spaced, 10.0, busy=0.2).replicas
    assert 5 == fleet(spread(fixed(1.0), 0.01), spaced, 10.0, busy=0.2).replicas


def test_a_trace_certifies_by_its_replay() -> None:
    """
    Ten at once in two seconds take five servers.
    """
    at, limits = Traffic(average=1.0, peak=1.0, arrivals=(0.0,) * 10), (LatencyLimit(percentile=1.0, limit=2.0),)

    assert certified(Sizing(replicas=5, evidence="trace"), fixed(1.0), at, limits) is True
    assert certified(Sizing(replicas=4, evidence="trace"), fixed(1.0), at, limits) is False


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fleets whose steps are replayed."""
    asked: list[int] = []
    steps = paths.shared_steps
    monkeypatch.setattr(paths, "shared_steps", lambda *args: asked.append(args[-1]) or steps(*args))
    return asked


def test_where_both_bounds_agree_no_step_is_replayed(replayed: list[int]) -> None:
    """
    A request every minute waits for nobody, alone or in a full batch.
    """
    assert 1 == fleet(SHARED, [60.0 * n for n in range(20)], 10.0).replicas
    assert [] == replayed


def test_constant_service_is_replayed_once_for_every_fleet_that_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Its bounds are the service itself.
    """
    asked: list[int] = []
    serve = paths.constant_service
    monkeypatch.setattr(paths, "constant_service", lambda *args: asked.append(args[1]) or serve(*args))

    assert 5 == fleet(fixed(1.0), [0.0] * 10, 2.0, q=1.0).replicas
    assert 0 < len(asked) == len(set(asked))


def test_steps_are_replayed_between_the_bounds_alone(replayed: list[int]) -> None:
    """
    Bisection: each fleet once, none below the one that a queue without company needs, none above that of full batches.
    """
    times, limit = arrivals(90.0, 2_000, seed=6, burstiness=4.0), 1.02 * float(SHARED.full)
    found = fleet(SHARED, times, limit).replicas
    asked, replayed[:] = sorted(replayed), []
    above, below = (fleet(fixed(seconds, slots=16), times, limit).replicas for seconds in (SHARED.full, SHARED.alone))

    assert below <= found <= above
    assert sorted(set(asked)) == asked
    assert 0 < len(asked) <= (above - below + 1).bit_length()
    assert below <= min(asked) <= max(asked) < above
