import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.arrivals import arrivals, common_arrivals, mean_rate, scaled_to
from tokencost.serving.decoding import Replica
from tokencost.serving.fleet import capacity, keeping_up
from tokencost.serving.paths import path
from tokencost.serving.queueing import servers_for
from tokencost.serving.service import Service, fixed, shared
from tokencost.serving.simulation import percentile
from tokencost.serving.sizing import Sizing, certified, refined, sized_by_law, verdict

REPLICA = Replica(
    slots=16, steps=200, prompt_tokens=20, step_time=0.01, row_time=2e-4, token_time=1e-6, prefill_time=2e-3
)
SHARED = shared(REPLICA)


def traffic(rate: float, **fields: float) -> Traffic:
    return Traffic(average=rate, peak=rate, **fields)


def p95(seconds: float) -> tuple[LatencyLimit, ...]:
    return (LatencyLimit(percentile=0.95, limit=seconds),)


def size(service: Service, at: Traffic, limits: tuple[LatencyLimit, ...]) -> Sizing:
    found = sized_by_law(service, at, limits)
    assert found is not None
    return refined(found, service, at, limits)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.2, 60), st.floats(1.02, 3))
def test_constant_service_needs_no_simulation(load: float, limit: float) -> None:
    """
    Where the law is exact nothing is left to refine.
    """
    found = size(fixed(2.0), traffic(load / 2), p95(2 * limit))

    assert Sizing(replicas=servers_for(2.0, load / 2, [(0.95, 2 * limit)]) or 0, evidence="law") == found


def test_shared_steps_need_fewer_replicas_than_their_bound() -> None:
    """
    With slots to spare most steps run with a small batch; simulation sees that, the bound cannot.
    """
    limit, at = p95(1.0001 * float(SHARED.full)), traffic(66.0)
    bound = sized_by_law(SHARED, at, limit)
    found = size(SHARED, at, limit)

    assert bound is not None
    assert found.replicas < bound.replicas
    assert found.evidence == "path"
    assert certified(replace(found, replicas=bound.replicas), SHARED, at, limit)


def test_the_refined_fleet_holds_and_one_fewer_does_not() -> None:
    """
    Judged again on other arrivals, ten times as many as decided.
    """
    limit, rate = float(SHARED.full) * 1.02, 12.0
    found = size(SHARED, traffic(rate), p95(limit))
    times = arrivals(rate, 60_000, seed=77)

    assert percentile(path(found.replicas, SHARED, times), 0.95) <= limit * 1.01
    assert percentile(path(found.replicas - 1, SHARED, times), 0.95) > limit * 0.99


@settings(max_examples=12, deadline=None)
@given(st.floats(1, 20), st.floats(1, 20))
def test_more_traffic_never_needs_fewer_replicas(one: float, other: float) -> None:
    """
    Every rate is simulated on the same gaps, so luck cannot turn the order.
    """
    fleets = [size(SHARED, traffic(rate), p95(1.1 * float(SHARED.full))).replicas for rate in sorted((one, other))]

    assert fleets == sorted(fleets)


@settings(max_examples=12, deadline=None)
@given(st.floats(1.0, 2.0), st.floats(1.0, 2.0))
def test_a_looser_limit_never_needs_more_replicas(one: float, other: float) -> None:
    """
    Monotone in the limit.
    """
    tight, loose = (size(SHARED, traffic(9.0), p95(f * float(SHARED.full))).replicas for f in sorted((one, other)))

    assert loose <= tight


def test_a_limit_at_the_percentile_itself_is_too_close_to_call() -> None:
    """
    A simulation that cannot tell must not pretend to.
    """
    at = traffic(12.0)
    latencies = path(3, SHARED, common_arrivals(12.0, 40_000, 1.0))[4_000:]

    assert verdict(3, SHARED, at, p95(percentile(latencies, 0.95))).kept is None
    assert verdict(3, SHARED, at, p95(2 * percentile(latencies, 0.95))).kept is True
    assert verdict(3, SHARED, at, p95(0.5 * percentile(latencies, 0.95))).kept is False


def test_one_limit_that_is_kept_does_not_excuse_another() -> None:
    """
    A fleet is judged by all of its percentiles; a wide margin in one is none in the others.
    """
    latencies = path(3, SHARED, common_arrivals(12.0, 40_000, 1.0))[4_000:]
    wide, broken = (factor * percentile(latencies, 0.95) for factor in (5.0, 0.5))

    assert verdict(3, SHARED, traffic(12.0), (*p95(wide), *p95(broken))).kept is False
    assert verdict(3, SHARED, traffic(12.0), (*p95(broken), *p95(wide))).kept is False


def test_what_is_too_close_to_call_is_not_rented() -> None:
    """
    One replica more, and the answer says why.
    """
    at = traffic(13.0)
    limit = percentile(path(3, SHARED, common_arrivals(13.0, 40_000, 1.0))[4_000:], 0.95)
    found = size(SHARED, at, p95(limit))

    assert 4 == found.replicas
    assert found.close
    assert "too close to call" in capacity(found, SHARED, at, gpus=1.0).method


def test_a_busy_share_that_is_given_is_kept() -> None:
    """
    Seven erlangs at 70 % are ten servers, whatever the latency allows.
    """
    at = traffic(7.0, utilisation_target=0.7)

    assert 10 == size(fixed(1.0), at, p95(100.0)).replicas
    assert 8 == size(fixed(1.0), traffic(7.0), p95(100.0)).replicas


def test_a_trace_is_sized_on_its_own_burst() -> None:
    """
    Ten requests at once and a limit of two service times need five servers, whatever the mean rate is.
    """
    at = Traffic(average=1e-5, peak=1e-5, arrivals=(*[0.0] * 10, 1e6))

    def fleet(limit: float) -> Sizing:
        return size(fixed(1.0), at, (LatencyLimit(percentile=0.99, limit=limit),))

    assert (5, "trace") == (fleet(2.0).replicas, fleet(2.0).evidence)
    assert 10 == fleet(1.0).replicas


def test_a_trace_of_shared_steps_is_replayed_step_by_step() -> None:
    """
    The smallest fleet on the very path, not on a bound of it.
    """
    times = tuple(arrivals(12.0, 3000, seed=6, burstiness=4.0))
    at = Traffic(average=12.0, peak=12.0, arrivals=times)
    limit = 1.1 * float(SHARED.full)
    found = size(SHARED, at, p95(limit))

    assert percentile(path(found.replicas, SHARED, times), 0.95) <= limit
    assert percentile(path(found.replicas - 1, SHARED, times), 0.95) > limit


def test_spares_are_rented_but_not_counted_on() -> None:
    """
    The percentiles are those of the fleet without them.
    """
    found = size(fixed(1.0), traffic(7.0), p95(2.0))
    without, with_one = (capacity(found, fixed(1.0), traffic(7.0), gpus=2.0, spares=k) for k in (0.0, 1.0))

    assert without.replicas + 1 == with_one.replicas
    assert without.gpus + 2 == with_one.gpus
    assert (without.p95, without.utilisation) == (with_one.p95, with_one.utilisation)
    assert "1 spare" in with_one.method


def test_a_hopeless_candidate_still_has_a_rent() -> None:
    """
    No fleet is fast enough, but the one that keeps up with the work is known.
    """
    assert sized_by_law(fixed(10.0), traffic(0.55), p95(9.0)) is None
    assert 6 == keeping_up(fixed(10.0), traffic(0.55), gpus=1.0).replicas


def test_bursts_between_whole_numbers_of_servers_are_simulated() -> None:
    """
    Three servers at burstiness 2 have no law of their own; the path decides between those of one and two.
    """
    at = traffic(2.4, burstiness=2.0)
    found = sized_by_law(fixed(1.0), at, p95(3.6))

    assert found is not None
    assert refined(found, fixed(1.0), at, p95(3.6)).replicas <= found.replicas
    assert refined(found, fixed(1.0), at, p95(3.6)).evidence in ("law", "path")


def test_an_overloaded_fleet_has_no_percentile() -> None:
    """
    Nothing finite is promised for a queue that grows for ever.
    """
    answer = capacity(Sizing(replicas=2, evidence="law"), fixed(1.0), traffic(2.5), gpus=1.0)

    assert math.inf == answer.p50
    assert "overloaded" == answer.method


def test_a_trace_is_scaled_in_time() -> None:
    """
    Order and burstiness stay, the mean rate becomes the one that is asked for.
    """
    times = [10.0, 11.0, 11.0, 15.0]

    assert 0.6 == mean_rate(times)
    assert (0.0, 0.2, 0.2, 1.0) == pytest.approx(scaled_to(times, 3.0))


def test_a_fleet_whose_queue_has_not_settled_is_not_trusted() -> None:
    """
    Nine replicas at 98 % look fast for the first 4,000 requests; over millions their p95 is 5 to 8 s.
    """
    traffic, service = Traffic(average=20.0, peak=35.0, burstiness=2.0), fixed(0.253)
    limits = (LatencyLimit(percentile=0.95, limit=5.0), LatencyLimit(percentile=0.99, limit=10.0))
    bound = sized_by_law(service, traffic, limits)
    assert bound is not None

    assert percentile(path(9, service, common_arrivals(35.0, 4_000, 2.0)), 0.95) < 3.0
    assert percentile(path(9, service, common_arrivals(35.0, 1_000_000, 2.0)), 0.95) > 5.0
    assert 10 == refined(bound, service, traffic, limits).replicas
    assert verdict(9, service, traffic, limits).kept is None
