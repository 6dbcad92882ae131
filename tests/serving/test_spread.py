"""Times that vary from request to request, as measured: simulated, checked where a law is known."""

import math
from dataclasses import replace

import pytest

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.arrivals import common_factors
from tokencost.serving.decoding import Replica
from tokencost.serving.fleet import percentiles
from tokencost.serving.paths import path
from tokencost.serving.service import fixed, shared, spread
from tokencost.serving.sizing import Sizing, certified, judged, refined, sized_by_law

LIMITS = (LatencyLimit(percentile=0.95, limit=5.0),)
REPLICA = Replica(slots=6, steps=64, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=2e-6)


@pytest.mark.parametrize("variation", [0.05, 0.5, 2.0])
def test_times_keep_their_mean_and_their_spread(variation: float) -> None:
    """
    Mean one, squared coefficient of variation as measured.
    """
    factors = common_factors(40_000, variation)
    mean = math.fsum(factors) / len(factors)

    assert pytest.approx(mean, rel=0.03) == 1.0
    assert variation == pytest.approx(math.fsum((f - mean) ** 2 for f in factors) / len(factors), rel=0.1)


@pytest.mark.parametrize("load", [0.3, 0.6])
def test_a_spread_of_one_is_exponential_service(load: float) -> None:
    """
    The sojourn in M/M/1 is exponential with rate mu - lambda.
    """
    found = Sizing(replicas=1, evidence="path", requests=200_000)
    late = percentiles(found, spread(fixed(1.0), 1.0), Traffic(average=load, peak=load))

    for q, seconds in ((0.5, late.p50), (0.95, late.p95), (0.99, late.p99)):
        assert -math.log(1 - q) / (1 - load) == pytest.approx(float(seconds), rel=0.06)


def test_more_spread_needs_more_replicas() -> None:
    """
    The mean alone does not say how late the late ones are; each fleet keeps its limit and is found again as kept.
    """
    traffic = Traffic(average=20.0, peak=20.0)
    counts = []
    for variation in (0.0, 0.5, 2.0):
        service = spread(fixed(1.0), variation)
        found = sized_by_law(service, traffic, LIMITS)
        assert found is not None
        assert judged(found, service, traffic, LIMITS) is True
        counts.append(found.replicas)

    assert 20 < counts[0] <= counts[1] < counts[2]


def test_a_tail_that_is_late_by_itself_is_beyond_any_fleet() -> None:
    """
    With a spread of four a twentieth of the requests take longer than four times the mean.
    """
    assert sized_by_law(spread(fixed(2.0), 4.0), Traffic(average=1.0, peak=1.0), LIMITS) is None


def test_shared_steps_vary_in_their_number() -> None:
    """
    Longer answers stay longer in the batch; the mean work is the same.
    """
    service = shared(REPLICA)
    times = [0.4 * n for n in range(3000)]
    same, varied = path(1, service, times), path(1, spread(service, 0.5), times)

    assert max(varied) > 2 * max(same)
    assert math.fsum(varied) == pytest.approx(math.fsum(same), rel=0.2)


def test_an_overload_is_known_and_bounds_say_nothing_else() -> None:
    """
    Laws of constant service certify nothing here.
    """
    service, traffic = spread(fixed(1.0), 0.5), Traffic(average=20.0, peak=20.0)

    assert certified(Sizing(replicas=19, evidence="path"), service, traffic, LIMITS) is False
    assert certified(Sizing(replicas=40, evidence="path"), service, traffic, LIMITS) is None


def test_a_trace_is_replayed_with_times_that_vary() -> None:
    """
    One request every twentieth of a second keeps twenty servers busy if all take a second, not if they vary.
    """
    traffic = Traffic(average=20.0, peak=20.0, arrivals=tuple(0.05 * n for n in range(2000)))
    tight, law = (LatencyLimit(percentile=0.95, limit=3.0),), Sizing(replicas=40, evidence="law")
    same, varied = (refined(law, service, traffic, tight) for service in (fixed(1.0), spread(fixed(1.0), 0.9)))

    assert 20 == same.replicas < varied.replicas
    assert certified(varied, spread(fixed(1.0), 0.9), traffic, tight) is True
    assert certified(replace(varied, replicas=varied.replicas - 1), spread(fixed(1.0), 0.9), traffic, tight) is False


def test_more_than_can_be_simulated_is_approximated_and_says_so() -> None:
    """
    A hundred thousand busy servers: the spread is added to the burstiness.
    """
    service, traffic = spread(fixed(1.0), 0.5), Traffic(average=1e5, peak=1e5)
    found = sized_by_law(service, traffic, LIMITS)
    assert found is not None

    assert 1e5 < found.replicas < 1.01e5
    assert percentiles(found, service, traffic).method.startswith("approximated")
