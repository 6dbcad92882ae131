"""When a simulated path is believed, how long it has to be, and what is decided without one."""

import pytest

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving import paths
from tokencost.serving.arrivals import common_arrivals
from tokencost.serving.decoding import Replica
from tokencost.serving.paths import simulated
from tokencost.serving.queueing import guarded
from tokencost.serving.service import Kind, Service, fixed, formed, mixed, shared, spread
from tokencost.serving.simulation import constant_service, half_width, percentile
from tokencost.serving.sizing import (
    Sizing,
    certified,
    fewest,
    judged,
    refined,
    requests_to_settle,
    sized_by_law,
    too_few,
    verdict,
)

REPLICA = Replica(
    slots=16, steps=200, prompt_tokens=20, step_time=0.01, row_time=2e-4, token_time=1e-6, prefill_time=2e-3
)
SHARED = shared(REPLICA)
TWO = mixed([Kind(share=0.6, full=0.5, alone=0.5), Kind(share=0.4, full=3.0, alone=3.0)])
AMPLE = 1e9
"""Seconds that no request of these paths takes."""


def at(rate: float, **fields: float) -> Traffic:
    return Traffic(average=rate, peak=rate, **fields)


def within(*limits: float, percentile: float = 0.95) -> tuple[LatencyLimit, ...]:
    return tuple(LatencyLimit(percentile=percentile, limit=limit) for limit in limits)


def law(replicas: int) -> Sizing:
    return Sizing(replicas=replicas, evidence="law")


def p95_of(count: int) -> tuple[float, float]:
    """The p95 of two servers at 0.9 erlangs, and its half-width, on a path of this length without its first tenth."""
    late = constant_service(common_arrivals(0.9, count, 1.0), 2, 1.0)[count // 10 :]
    return percentile(late, 0.95), half_width(late, 0.95)


def believed(limit: float, count: int) -> bool:
    """Whether a path of this length is far enough from a limit."""
    found, error = p95_of(count)
    return abs(limit - found) > 2 * error


@pytest.mark.parametrize(("distance", "kept"), [(2.01, True), (-2.01, False)])
def test_the_shortest_path_is_believed_two_half_widths_from_the_limit(distance: float, kept: bool) -> None:
    """
    Four thousand requests then say it, in either direction.
    """
    found, error = p95_of(4_000)

    assert (kept, 4_000) == verdict(2, fixed(1.0), at(0.9), within(found + distance * error))


@pytest.mark.parametrize("distance", [1.99, -1.99])
def test_nearer_to_the_limit_a_longer_path_is_followed(distance: float) -> None:
    """
    Twelve thousand requests, or forty thousand.
    """
    found, error = p95_of(4_000)

    assert verdict(2, fixed(1.0), at(0.9), within(found + distance * error)).requests > 4_000


@pytest.mark.parametrize(("distance", "kept"), [(2.01, True), (-2.01, False)])
def test_the_second_path_is_believed_as_the_first(distance: float, kept: bool) -> None:
    """
    Where the first one did not tell.
    """
    found, error = p95_of(12_000)
    limit = found + distance * error

    assert not believed(limit, 4_000)
    assert (kept, 12_000) == verdict(2, fixed(1.0), at(0.9), within(limit))


@pytest.mark.parametrize(("distance", "kept"), [(1.01, True), (0.99, None), (-0.99, None), (-1.01, False)])
def test_the_last_path_is_believed_at_one_half_width(distance: float, kept: bool | None) -> None:
    """
    Nearer than that is too close to call.
    """
    found, error = p95_of(40_000)
    limit = found + distance * error

    assert not believed(limit, 4_000)
    assert not believed(limit, 12_000)
    assert (kept, 40_000) == verdict(2, fixed(1.0), at(0.9), within(limit))


def test_one_broken_limit_is_enough_at_every_length() -> None:
    """
    However wide the margin of the others is, on the first path and on the last.
    """
    short, error = p95_of(4_000)
    long, width = p95_of(40_000)

    assert (False, 4_000) == verdict(2, fixed(1.0), at(0.9), within(AMPLE, short - 3 * error))
    assert (False, 40_000) == verdict(2, fixed(1.0), at(0.9), within(AMPLE, long - 1.2 * width))
    assert (None, 40_000) == verdict(2, fixed(1.0), at(0.9), within(AMPLE, long - 0.5 * width))


def test_a_limit_that_a_path_meets_exactly_is_kept() -> None:
    """
    Nobody waits at a thousandth of an erlang: every request takes the service time and no bit more.
    """
    assert (True, 4_000) == verdict(1, fixed(1.0), at(1e-9), within(1.0))
    assert verdict(1, fixed(1.0), at(1e-9), within(1.0 - 1e-6)).kept is False


def test_a_limit_met_with_nothing_to_spare_is_kept_on_the_last_path() -> None:
    """
    No margin and no error: no shorter path is believed, and the last one needs no more.
    """
    limit = 1 / (1 + 1e-9)

    assert 1.0 == guarded(limit)
    assert (True, 40_000) == verdict(1, fixed(1.0), at(1e-9), within(limit))
    assert 1 == getattr(sized_by_law(TWO, at(1e-9), within(3 * limit)), "replicas", None)


@pytest.mark.parametrize(
    ("utilisation", "burstiness", "needed"),
    [(0.5, 1.0, 80), (0.75, 1.0, 320), (0.75, 0.25, 320), (0.75, 4.0, 1280), (0.5, 50.0, 4000), (0.0, 1.0, 20)],
)
def test_a_queue_settles_the_later_the_less_idle_it_is(utilisation: float, burstiness: float, needed: int) -> None:
    """
    20 burstiness / (1 - utilisation)^2 arrivals, and evenly spaced ones count as Poisson; four replicas of two slots.
    """
    traffic = at(8.0 * utilisation / 3.0, burstiness=burstiness)

    assert needed == requests_to_settle(4, fixed(3.0, slots=2), traffic)


def test_times_that_vary_settle_as_late_as_arrivals_that_do() -> None:
    """
    The squared coefficients of variation add up: 1 + 1 at half the load are 160 arrivals.
    """
    assert 160 == requests_to_settle(2, spread(fixed(1.0), 1.0), at(1.0))


def test_an_overload_never_settles() -> None:
    """
    No path is long enough, and the number stays finite.
    """
    assert requests_to_settle(1, fixed(1.0), at(1.0)) == requests_to_settle(1, fixed(1.0), at(5.0)) > 10**13


@pytest.mark.parametrize(("idle", "requests"), [(1 / 8, 4_000), (1 / 16, 12_000), (1 / 32, 40_000)])
def test_a_path_speaks_for_a_fleet_once_its_queue_has_settled(idle: float, requests: int) -> None:
    """
    1,280, 5,120 and 20,480 arrivals: the shortest path that is longer, whatever the limit.
    """
    assert (True, requests) == verdict(4, fixed(1.0), at(4.0 * (1 - idle)), within(AMPLE))


@pytest.mark.parametrize(
    ("burstiness", "found"), [(50.0, (True, 4_000)), (500.0, (True, 40_000)), (501.0, (None, 4_000))]
)
def test_settling_may_take_the_whole_path_and_no_longer(burstiness: float, found: tuple[bool | None, int]) -> None:
    """
    Half idle, 80 arrivals times the burstiness: 4,000 and 40,000 are just enough, 40,080 are too many for a law's path.
    """
    assert found == verdict(2, fixed(1.0), at(1.0, burstiness=burstiness), within(AMPLE))


@pytest.mark.parametrize(
    ("burstiness", "found"), [(600.0, (True, 48_080)), (4999.0, (True, 400_000)), (5000.0, (None, 4_000))]
)
def test_without_a_law_longer_paths_are_followed(burstiness: float, found: tuple[bool | None, int]) -> None:
    """
    As long as the queue takes to settle, up to 400,000 requests; the spread of one counts as burstiness.
    """
    assert found == verdict(2, spread(fixed(1.0), 1.0), at(1.0, burstiness=burstiness), within(AMPLE))


def test_a_queue_that_settles_on_its_last_path_is_judged_by_one_half_width() -> None:
    """
    2 / (1/32)^2 times 20 arrivals are just settled.
    """
    service, traffic = spread(fixed(1.0), 1.0), at(2.0 * 31 / 32)
    late = simulated(2, service, traffic, 40_960)
    found, error = percentile(late, 0.95), half_width(late, 0.95)

    assert (True, 40_960) == verdict(2, service, traffic, within(found + 1.5 * error))
    assert (None, 40_960) == verdict(2, service, traffic, within(found + 0.5 * error))


def test_a_queue_that_has_not_settled_may_still_break_a_limit() -> None:
    """
    It only gets longer.
    """
    assert (False, 4_000) == verdict(4, fixed(1.0), at(3.999), within(1.001))


def test_a_large_fleet_is_asked_twenty_times_per_slot() -> None:
    """
    So that its path says more than how it fills: 300 slots take 6,000 requests.
    """
    assert (True, 6_000) == verdict(100, fixed(1.0, slots=3), at(150.0), within(AMPLE))


def test_the_first_tenth_of_a_path_is_left_out() -> None:
    """
    While the fleet fills nobody waits.
    """
    whole = constant_service(common_arrivals(1.5, 4_000, 1.0), 2, 1.0)

    assert tuple(whole[400:]) == simulated(2, fixed(1.0), at(1.5), 4_000)


def test_the_bottom_of_a_search_is_the_fleet_without_idle_time() -> None:
    """
    Seven erlangs in seven slots, or in 3.5 replicas of two; nine replicas are busier than 70 %.
    """
    assert 7 == too_few(fixed(1.0), at(7.0))
    assert 3 == too_few(fixed(1.0, slots=2), at(7.0))
    assert 9 == too_few(fixed(1.0), at(7.0, utilisation_target=0.7))
    assert 4 == too_few(fixed(0.5, slots=2), at(14.0, utilisation_target=0.7))


def test_what_keeps_a_busy_share_is_not_searched_below_it() -> None:
    """
    Of times that vary too: ten replicas at 70 %, however patient users are.
    """
    service, traffic = spread(fixed(1.0), 0.1), at(7.0, utilisation_target=0.7)
    found = sized_by_law(service, traffic, within(100.0))

    assert found is not None
    assert (10, False) == (found.replicas, found.close)
    assert 10 == fewest(found, service, traffic, within(100.0))


def test_the_fewest_of_a_trace_is_one() -> None:
    """
    Nothing is known of it before it is replayed.
    """
    assert 1 == fewest(law(9), fixed(1.0), Traffic(average=5.0, peak=5.0, arrivals=(0.0, 0.1)), within(2.0))


def test_the_fewest_is_where_the_queue_that_waits_less_keeps_the_limit() -> None:
    """
    Of constant service it is the law's own fleet; of shared steps it is smaller, and never above what was found.
    """
    limit, generous = within(1.2), within(1.05 * float(SHARED.full))
    exact, bound = (sized_by_law(s, at(r), lim) for s, r, lim in ((fixed(1.0), 9.0, limit), (SHARED, 66.0, generous)))
    assert exact is not None
    assert bound is not None

    assert exact.replicas == fewest(exact, fixed(1.0), at(9.0), limit)
    assert too_few(SHARED, at(66.0)) < fewest(bound, SHARED, at(66.0), generous) < bound.replicas
    assert 3 == fewest(law(3), fixed(1.0), at(9.0), limit)


@pytest.mark.parametrize(("erlangs", "replicas"), [(999_999.5, 1_000_000), (1_000_000.5, None)])
def test_no_fleet_of_more_than_a_million_is_planned(erlangs: float, replicas: int | None) -> None:
    """
    With all the time in the world a fleet has to keep up with the work, and no more.
    """
    found = sized_by_law(fixed(1.0), at(erlangs), within(AMPLE))

    assert replicas == (found.replicas if found else None)


@pytest.mark.parametrize(
    ("service", "limit", "enough"),
    [
        (TWO, 3.0, True),
        (TWO, 2.999, False),
        (spread(fixed(1.0), 1.0), 3.2, True),
        (spread(fixed(1.0), 1.0), 2.8, False),
    ],
)
def test_a_request_has_to_be_quick_enough_by_itself(service: Service, limit: float, enough: bool) -> None:
    """
    The slower class is two fifths of the requests; of exponential times a twentieth exceed ln 20 = 2.996 means.
    """
    assert enough is (sized_by_law(service, at(0.01), within(limit)) is not None)


def test_what_is_just_enough_says_when_one_fewer_is_too_close_to_call() -> None:
    """
    The limit is the percentile of five servers whose times vary: six are taken, and the answer says why.
    """
    service, traffic = spread(fixed(1.0), 0.5), at(3.5)
    late = simulated(5, service, traffic, 40_000)
    found = sized_by_law(service, traffic, within(percentile(late, 0.95)))

    assert found is not None
    assert (6, "path", True) == (found.replicas, found.evidence, found.close)


def test_a_law_that_keeps_its_limits_is_not_doubted_by_a_path() -> None:
    """
    At the percentile itself a simulation could not tell; the law can.
    """
    limits = within(percentile(simulated(2, fixed(1.0), at(1.0), 40_000), 0.95) * 1.001)

    assert verdict(2, fixed(1.0), at(1.0), limits).kept is None
    assert certified(law(2), fixed(1.0), at(1.0), limits) is judged(law(2), fixed(1.0), at(1.0), limits)
    assert judged(law(2), fixed(1.0), at(1.0), limits) is not None


def test_what_the_law_says_is_certain() -> None:
    """
    Two servers at one erlang keep a p95 of 2.1 s and break one of 1.3 s: the law's is 1.87 s.
    """
    assert certified(law(2), fixed(1.0), at(1.0), within(2.1)) is True
    assert certified(law(2), fixed(1.0), at(1.0), within(1.3)) is False
    assert certified(law(2), fixed(1.0), at(1.0), within(2.1, 1.3)) is False


def test_a_fleet_without_idle_time_is_an_overload() -> None:
    """
    Twenty requests of a second each are all that twenty servers can do.
    """
    varied = spread(fixed(1.0), 0.5)

    assert certified(Sizing(replicas=20, evidence="path"), varied, at(20.0), within(AMPLE)) is False
    assert (
        certified(Sizing(replicas=10, evidence="path"), spread(fixed(1.0, slots=2), 0.5), at(19.9), within(9.0)) is None
    )


def test_classes_are_ruled_out_by_their_quickest_and_certified_by_nothing() -> None:
    """
    Even if all requests took half a second, one server at 1.9 requests per second would be late.
    """
    assert certified(law(1), TWO, at(0.6), within(0.5)) is False
    assert certified(law(9), TWO, at(0.6), within(60.0)) is None


@pytest.mark.parametrize(("rate", "fleet"), [(9_999.75, (20_000, 22_000)), (10_000.0, (20_000, 22_000))])
def test_more_than_a_path_can_hold_is_left_to_a_burstier_law(rate: float, fleet: tuple[int, int]) -> None:
    """
    19,999.5 and 20,000 busy servers: 20,000 are tried where they keep up, and are too few.
    """
    service, limits = spread(fixed(2.0), 0.5), within(6.0)
    found = sized_by_law(service, at(rate), limits)

    assert found is not None
    assert found == sized_by_law(fixed(2.0), at(rate, burstiness=1.5), limits)
    assert fleet[0] < found.replicas < fleet[1]
    assert "law" == found.evidence
    assert sized_by_law(formed((2.0,), 0.0), at(10_000.0), limits) is None
    assert sized_by_law(service, at(rate), within(3.0)) is None


def test_one_replica_is_tried_however_many_slots_it_has() -> None:
    """
    Twenty requests for each of 20,001 slots are more than the longest path, and the fleet has to begin somewhere.
    """
    service = formed((1.0,) * 20_001, 0.0)

    assert sized_by_law(service, at(100.0), within(2.5)) == Sizing(replicas=1, evidence="path", requests=400_020)


@pytest.mark.parametrize(("slots", "kept"), [(2_000, True), (2_001, None)])
def test_more_slots_than_the_path_can_fill_are_not_simulated(slots: int, kept: bool | None) -> None:
    """
    Twenty requests for each of 2,000 slots are the longest path.
    """
    varied = spread(fixed(1.0), 0.1)

    assert kept is judged(Sizing(replicas=slots, evidence="path"), varied, at(100.0), within(AMPLE))


@pytest.mark.parametrize(("replicas", "evidence"), [(125, "path"), (126, "law")])
def test_shared_steps_of_more_slots_are_left_to_their_bound(replicas: int, evidence: str) -> None:
    """
    125 replicas of 16 slots are 2,000; a replica more is not looked at, though most of them idle.
    """
    assert evidence == refined(law(replicas), SHARED, at(66.0), within(1.1 * float(SHARED.full))).evidence


def test_classes_and_spread_multiply() -> None:
    """
    With a server for each request everybody takes the time of the class times a factor, the same for every fleet.
    """
    times, varied = [float(n) for n in range(300)], spread(TWO, 0.5)
    plain, late = paths.path(300, TWO, times), paths.path(300, varied, times)
    alone = paths.path(300, spread(fixed(1.0), 0.5), times)

    assert [a * b for a, b in zip(plain, alone, strict=True)] == pytest.approx(late)


def test_a_request_takes_at_least_one_step() -> None:
    """
    However small its factor; and some of two steps on average take no more than one.
    """
    replica = Replica(slots=400, steps=2, prompt_tokens=10, step_time=1.0, row_time=0.1, token_time=0.01)
    late = paths.path(1, spread(shared(replica), 4.0), [100.0 * n for n in range(400)])

    assert 1.0 + 0.1 + 0.01 * 10 == pytest.approx(min(late))
