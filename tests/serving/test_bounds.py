"""Bounds for fleets that are too large for the exact law, by the equations they come from; and where they begin."""

import math

import pytest

from tokencost.serving.queueing import (
    guarded,
    latency_percentile,
    may_meet,
    meets,
    method,
    replicas_for,
    servers_for,
    waiting_law,
    waiting_quantile,
    waiting_tail,
)


@pytest.mark.parametrize("burstiness", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("utilisation", [0.99, 0.999])
def test_the_bound_solves_lundbergs_equation(utilisation: float, burstiness: float) -> None:
    """
    P(W > x) <= exp(-theta x) with E exp(theta (service - gap)) = 1; a server's gap is Gamma(c / b) at rate lambda / b.
    """
    servers, q, service = 100_000, 1 - 1e-9, 3.0
    rate = servers * utilisation / service
    wait = (latency_percentile(servers, service, rate, q, burstiness) - service) / service
    theta, load = -math.log(1 - q) / wait, servers * utilisation

    assert theta == pytest.approx(servers / burstiness * math.log1p(theta * burstiness / load), rel=1e-6)


@pytest.mark.parametrize("burstiness", [0.5, 1.0, 4.0])
def test_where_hardly_anybody_waits_chernoffs_bound_says_so(burstiness: float) -> None:
    """
    P(W > 0) <= exp(-I), I = c / b (rho - 1 - ln rho): a share below 1 - exp(-I) takes the service time and no more.
    """
    servers, utilisation = 100_000, 0.99
    cost = servers / burstiness * (utilisation - 1 - math.log(utilisation))
    below, above = (
        latency_percentile(servers, 2.0, servers * utilisation / 2.0, -math.expm1(-cost * nearly), burstiness)
        for nearly in (0.999, 1.001)
    )

    assert 2.0 == below < above


@pytest.mark.parametrize("servers", [9, 30_000])
def test_a_limit_is_kept_within_a_guard_of_a_billionth(servers: int) -> None:
    """
    Of the latency, under the law and under the bound.
    """
    rate = servers / 2.0 * (0.9 if servers < 10 else 0.9999)
    latency = latency_percentile(servers, 2.0, rate, 0.95)

    assert 2.0 < latency
    assert meets(servers, 2.0, rate, [(0.95, latency * (1 - 0.998e-9))])
    assert not meets(servers, 2.0, rate, [(0.95, latency * (1 - 1.002e-9))])


@pytest.mark.parametrize(("servers", "burstiness", "whole"), [(7, 0.1, 70), (6, 0.1, 60), (21, 0.7, 30), (33, 1.1, 30)])
def test_bursts_of_whole_numbers_of_servers_have_a_law(servers: int, burstiness: float, whole: int) -> None:
    """
    Gaps of a server add up as those of Poisson arrivals at c / b servers, and rounding must not make it one fewer.
    """
    law = waiting_law(whole, 0.9 * whole)
    found = latency_percentile(servers, 1.0, 0.9 * servers, 0.95, burstiness)

    assert 1 + waiting_quantile(law, 0.95) == pytest.approx(found, rel=1e-12)


def test_the_law_holds_up_to_twenty_thousand_servers() -> None:
    """
    Beyond it is the bound; and bursts count as fewer servers.
    """
    assert ("exact (M/D/c)", "upper bound (Lundberg)") == (method(20_000), method(20_001))
    assert ("exact (M/D/c)", "upper bound (Lundberg)") == (
        method(40_000, burstiness=2.0), method(40_002, burstiness=2.0)
    )  # fmt: skip
    assert "exact (M/D/c)" == method(4, burstiness=4.0)
    assert "upper bound (M/D/c, every slot taken)" == method(5_000, slots=4) == method(10, slots=2)
    assert "upper bound (Lundberg)" == method(5_001, slots=4)


def test_what_may_be_met_is_known_up_to_twenty_thousand_servers() -> None:
    """
    Of 19,990 erlangs most wait, which the law knows; of more servers nothing is ruled out that is not overloaded.
    """
    tight = [(0.95, 1.0)]

    assert not may_meet(20_000, 1.0, 19_990.0, tight)
    assert may_meet(20_001, 1.0, 19_990.0, tight)
    assert not may_meet(20_001, 1.0, 20_001.0, tight)
    assert not may_meet(30_000, 1.0, 1.0, [(0.95, 0.999)])
    assert not may_meet(40_000, 1.0, 39_980.0, tight, 2.0)


@pytest.mark.parametrize("load", [19_500.0, 19_800.0, 19_920.0, 20_500.0])
def test_a_fleet_around_the_end_of_the_law_is_still_the_smallest(load: float) -> None:
    """
    By the law below 20,000 servers and by the bound above, whichever side the search begins on.
    """
    limits = [(0.95, 1.0)]
    servers = servers_for(1.0, load, limits)

    assert servers is not None
    assert meets(servers, 1.0, load, limits)
    assert not meets(servers - 1, 1.0, load, limits)


def test_slots_and_bursts_move_the_end_of_the_law() -> None:
    """
    3,333 replicas of six are 19,998 servers, 6,666 at a burstiness of two.
    """
    limits = [(0.95, 1.0)]
    for load, burstiness in ((19_800.0, 1.0), (39_600.0, 2.0), (19_700.0, 1.0)):
        replicas = replicas_for(6, 1.0, load, limits, burstiness=burstiness)

        assert isinstance(replicas, int)
        assert meets(6 * replicas, 1.0, load, limits, burstiness)
        assert not meets(6 * replicas - 6, 1.0, load, limits, burstiness)


def test_an_idle_fleet_takes_the_service_time() -> None:
    """
    And no bit more.
    """
    assert 2.0 == latency_percentile(100, 2.0, 1.0, 0.5) == latency_percentile(100, 2.0, 0.0, 0.5)
    assert 2.0 == latency_percentile(1, 2.0, 0.0, 0.99)


def test_a_share_that_is_met_exactly_is_met() -> None:
    """
    Of 9.5 erlangs at ten servers most wait: the very share that does is allowed, by every route.
    """
    law = waiting_law(10, 9.5)
    limit = 1.01
    late = waiting_tail(law, guarded(limit) / 1.0 - 1)
    q = 1 - late

    assert 0.5 < late == 1 - q
    assert meets(10, 1.0, 9.5, [(q, limit)])
    assert may_meet(10, 1.0, 9.5, [(q, limit)])
    assert not meets(10, 1.0, 9.5, [(q + 1e-12, limit)])
    assert not may_meet(10, 1.0, 9.5, [(q + 1e-12, limit)])
    assert 0.5 < law.delayed == 1 - (1 - law.delayed)
    assert 0.0 == waiting_quantile(law, 1 - law.delayed) < waiting_quantile(law, 1 - law.delayed + 1e-9)


def test_a_service_at_the_very_guard_of_its_limit_is_quick_enough() -> None:
    """
    With nobody in front of it.
    """
    assert 1 == servers_for(guarded(1.0), 1e-9, [(0.95, 1.0)])
    assert may_meet(1, guarded(1.0), 1e-9, [(0.95, 1.0)])
    assert not may_meet(1, math.nextafter(guarded(1.0), 2.0), 1e-9, [(0.95, 1.0)])
    assert servers_for(math.nextafter(guarded(1.0), 2.0), 1e-9, [(0.95, 1.0)]) is None
