"""The law of many fleets in arrays: the exact one, to nine digits, wherever a fleet may stand."""

import math

import pytest

from tests.serving import dense
from tokencost.serving.laws import Asked, tails
from tokencost.serving.mdc import waiting_law, waiting_tail

WAITS = (0.0, 0.01, 0.5, 0.999, 1.0, 1.5, 3.7, 8.0, 30.0, 300.0)


@pytest.mark.parametrize("utilisation", [1e-3, 0.05, 0.3, 0.7, 0.9, 0.99, 0.999, 0.9999, 1 - 1e-6])
@pytest.mark.parametrize("servers", [1, 2, 3, 8, 40, 150, 700])
def test_arrays_agree_with_the_exact_law_to_nine_digits(servers: int, utilisation: float) -> None:
    """
    From no traffic to heavy traffic, from the first moment to where the tail is geometric.
    """
    load = servers * utilisation
    law = waiting_law(servers, load)

    assert [waiting_tail(law, wait) for wait in WAITS] == pytest.approx(
        tails([Asked(servers, load, wait) for wait in WAITS]), rel=1e-9, abs=1e-13
    )


def test_arrays_agree_with_linear_algebra() -> None:
    """
    A route that shares no step with either law, and fleets of different sizes in one call, each in its place.
    """
    asked = [
        Asked(c, c * u, wait) for wait in (0.0, 1.5) for c, u in ((40, 0.9), (1, 0.3), (8, 0.8), (3, 0.95), (16, 0.5))
    ]

    assert [dense.tail(*one) for one in asked] == pytest.approx(tails(asked), abs=1e-10)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("wait", [0.0, 0.3, 1.0, 1.7, 4.2])
def test_one_server_follows_erlangs_distribution(load: float, wait: float) -> None:
    """
    Erlang's sum of 1909, exact for one server.
    """
    terms = [(load * (i - wait)) ** i / math.factorial(i) * math.exp(load * (wait - i)) for i in range(int(wait) + 1)]

    assert 1 - (1 - load) * math.fsum(terms) == pytest.approx(tails([Asked(1, load, wait)])[0], abs=1e-10)


def test_hardly_any_load_counts_as_a_millionth() -> None:
    """
    As in the exact law: a server is found busy by one request in a million.
    """
    assert 1e-6 == pytest.approx(tails([Asked(1, 1e-300, 0.0)])[0], rel=1e-5)
    assert tails([Asked(4, 1e-12, 0.0)]) == tails([Asked(4, 4e-6, 0.0)])


def test_a_fleet_without_traffic_waits_as_one_with_hardly_any() -> None:
    """
    Nothing is divided by its load.
    """
    assert tails([Asked(4, 1e-12, 0.5)]) == tails([Asked(4, 0.0, 0.5)])
