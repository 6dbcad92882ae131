import itertools
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import dense
from tokencost.serving import mdc
from tokencost.serving.mdc import (
    queue_decay,
    waiting_law,
    waiting_mean,
    waiting_probability,
    waiting_quantile,
    waiting_tail,
)

GRID = [(1, 0.3), (1, 0.9), (2, 0.5), (3, 0.95), (8, 0.3), (8, 0.8), (16, 0.95), (40, 0.9)]
SPITZER_GRID = [(1, 0.5), (2, 0.5), (8, 0.3), (8, 0.8), (40, 0.9), (128, 0.95), (512, 0.95), (4000, 0.99)]
UTILISATIONS = st.floats(0.02, 0.999)
SERVERS = st.integers(1, 60)
WAITS = st.floats(0, 8)


@pytest.mark.parametrize("load", [0.01, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6, 1 - 1e-12])
def test_one_server_waits_as_pollaczek_and_khinchine_say(load: float) -> None:
    """
    E[W] = load / (2 (1 - load)) for one server and constant service, however heavy the traffic.
    """
    law = waiting_law(1, load)

    assert load / (2 * (1 - load)) == pytest.approx(waiting_mean(law), rel=1e-12)
    assert load == pytest.approx(waiting_probability(law), rel=1e-12)


@pytest.mark.parametrize(("load", "wait"), [*itertools.product([0.2, 0.5, 0.9], [0.0, 0.3, 1.0, 1.7, 4.2, 6.5])])
def test_one_server_follows_erlangs_distribution(load: float, wait: float) -> None:
    """
    Erlang's sum of 1909, exact for one server; its signs alternate, so it is used for short waits only.
    """
    terms = [(load * (i - wait)) ** i / math.factorial(i) * math.exp(load * (wait - i)) for i in range(int(wait) + 1)]

    assert 1 - (1 - load) * math.fsum(terms) == pytest.approx(waiting_tail(waiting_law(1, load), wait), abs=1e-12)


@pytest.mark.parametrize(("servers", "utilisation"), GRID)
def test_the_law_agrees_with_linear_algebra(servers: int, utilisation: float) -> None:
    """
    The stationary chain, solved without generating functions, gives the same probabilities.
    """
    load = servers * utilisation
    law = waiting_law(servers, load)

    for wait in (0.0, 0.01, 0.2, 0.999, 1.0, 1.5, 3.7):
        assert dense.tail(servers, load, wait) == pytest.approx(waiting_tail(law, wait), abs=1e-11)


@pytest.mark.parametrize(("servers", "utilisation"), SPITZER_GRID)
def test_delay_and_mean_agree_with_spitzers_sums(servers: int, utilisation: float) -> None:
    """
    Spitzer's identity needs only Poisson tails, no queue and no Fourier sum.
    """
    law = waiting_law(servers, servers * utilisation)
    delayed, mean = spitzer(servers, servers * utilisation)

    assert delayed == pytest.approx(waiting_probability(law), rel=1e-9, abs=1e-14)
    assert mean == pytest.approx(waiting_mean(law), rel=1e-9, abs=1e-14)


def spitzer(servers: int, load: float) -> tuple[float, float]:
    """P(W > 0) and E[W] of the walk n - (time of n * servers arrivals)."""
    log_none, mean = 0.0, 0.0
    for n in itertools.count(1):
        first, at_least = poisson_tail(n * servers, n * load)
        log_none += at_least / n
        mean += at_least - servers / load * (at_least - first)
        if at_least < 1e-17:
            break
    return -math.expm1(-log_none), mean


def poisson_tail(count: int, mean: float) -> tuple[float, float]:
    """Probabilities of exactly `count` and of at least `count`."""
    first = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    term, total = first, 0.0
    while term > 1e-18 * first:
        total, count = total + term, count + 1
        term *= mean / count
    return first, total


def test_the_law_agrees_with_a_simulation() -> None:
    """
    Request n takes the server that request n - c leaves: a path of 800,000 requests, compared inside its error.
    """
    servers, load, batches = 8, 6.8, 40
    arrivals = np.cumsum(np.random.default_rng(7).exponential(1 / load, 800_000)).reshape(-1, servers)
    turns = np.arange(len(arrivals))[:, None]
    waits = (np.maximum.accumulate(arrivals - turns, axis=0) + turns - arrivals).reshape(batches, -1)
    law = waiting_law(servers, load)

    for wait in (0.0, 0.25, 0.5, 1.0):
        shares = (waits > max(wait, 1e-9)).mean(axis=1)
        error = shares.std(ddof=1) / math.sqrt(batches)
        assert abs(waiting_tail(law, wait) - shares.mean()) < 3 * error
    assert abs(waiting_mean(law) - waits.mean()) < 3 * waits.mean(axis=1).std(ddof=1) / math.sqrt(batches)


@settings(max_examples=60, deadline=None)
@given(SERVERS, UTILISATIONS, WAITS, WAITS)
def test_longer_waits_are_rarer(servers: int, utilisation: float, one: float, other: float) -> None:
    """
    A distribution function never turns.
    """
    law = waiting_law(servers, servers * utilisation)

    assert waiting_tail(law, max(one, other)) <= waiting_tail(law, min(one, other)) + 1e-14


@settings(max_examples=60, deadline=None)
@given(SERVERS, UTILISATIONS, UTILISATIONS, WAITS)
def test_more_load_waits_longer(servers: int, one: float, other: float, wait: float) -> None:
    """
    More arrivals in front of the same servers delay everybody.
    """
    light, heavy = (waiting_law(servers, servers * u) for u in sorted((one, other)))

    assert waiting_tail(light, wait) <= waiting_tail(heavy, wait) + 1e-14


@settings(max_examples=60, deadline=None)
@given(SERVERS, UTILISATIONS, WAITS)
def test_larger_fleets_wait_less_at_equal_utilisation(servers: int, utilisation: float, wait: float) -> None:
    """
    The economy of scale; it lets a burstier queue bound a less bursty one.
    """
    small, large = (waiting_law(c, c * utilisation) for c in (servers, servers + 1))

    assert waiting_tail(large, wait) <= waiting_tail(small, wait) + 1e-14


@settings(max_examples=40, deadline=None)
@given(SERVERS, UTILISATIONS, st.floats(0.01, 0.999))
def test_a_quantile_is_where_the_tail_has_fallen_far_enough(servers: int, utilisation: float, q: float) -> None:
    """
    Just before the percentile too many requests still wait; at it, no more than allowed.
    """
    law = waiting_law(servers, servers * utilisation)
    wait = waiting_quantile(law, q)

    assert waiting_tail(law, wait) <= 1 - q + 1e-14
    assert wait == 0 or waiting_tail(law, wait * (1 - 1e-9)) > 1 - q - 1e-14


def test_the_tail_beyond_the_table_is_geometric() -> None:
    """
    Each service time makes a long wait tau^c times rarer, and the table's end must not show.
    """
    law = waiting_law(4, 3.96)
    far = len(law.queue_tail) / 4 + 8

    for wait in np.linspace(far / 4, 4 * far, 30):
        fall = math.exp(-4 * law.decay * (wait - far))
        assert waiting_tail(law, far) * fall == pytest.approx(waiting_tail(law, float(wait)), rel=1e-9)


@pytest.mark.parametrize("load", [0.0, 1e-300, 1e-12])
def test_hardly_any_load_means_hardly_any_wait(load: float) -> None:
    """
    A fleet without traffic must not divide by it.
    """
    assert waiting_probability(waiting_law(1, load)) == pytest.approx(1e-6, rel=1e-5)
    assert waiting_quantile(waiting_law(1, load), 0.99) == 0


HEAVY = (0.49, 0.5, 0.51, 0.9, 0.99, 0.993, 0.9949, 0.9951, 0.997, 0.999, 1 - 1e-6, 1 - 1e-9)


@pytest.mark.parametrize("utilisation", [1e-6, 1e-3, 0.1, 0.3, *HEAVY])
@pytest.mark.parametrize("servers", [1, 3, 40])
def test_the_decay_solves_its_equation_to_thirteen_digits(servers: int, utilisation: float) -> None:
    """
    load (tau - 1) = servers ln tau with 60 digits, where the series and the closed form meet as well.
    """
    load = servers * utilisation

    assert math.isclose(decay_in_decimals(servers, load), queue_decay(servers, load), rel_tol=1e-13)


def decay_in_decimals(servers: float, load: float) -> float:
    """Newton's steps from above on load (e^s - 1) - servers s."""
    with localcontext(prec=60):
        c, a = Decimal(servers), Decimal(load)
        s, step = 2 * (c / a).ln(), Decimal(1)
        while abs(step) > s * Decimal("1e-45"):
            step = (a * (s.exp() - 1) - c * s) / (a * s.exp() - c)
            s -= step
        return float(s)


def test_the_decay_takes_five_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Newton doubles the digits, from one to sixteen.
    """
    steps: list[float] = []
    slope = mdc._log_mean_slope
    monkeypatch.setattr(mdc, "_log_mean_slope", lambda s: steps.append(s) or slope(s))
    for utilisation in (1e-6, 1e-3, 0.1, 0.3, *HEAVY):
        before = len(steps)
        queue_decay(7, 7 * utilisation)

        assert len(steps) - before <= 5


def test_a_percentile_is_found_in_a_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Regula falsi on a line that is nearly straight: never more than ten, five or six where anybody waits.
    """
    looks: list[float] = []
    excess = mdc._excess
    monkeypatch.setattr(mdc, "_excess", lambda *args: looks.append(args[1]) or excess(*args))
    each = []
    for servers, utilisation in itertools.product((1, 2, 8, 40, 300), (0.3, 0.8, 0.95, 0.99, 0.999)):
        law = waiting_law(servers, servers * utilisation)
        for q in (0.5, 0.9, 0.95, 0.99, 0.999):
            before = len(looks)
            waiting_quantile(law, q)
            each.append(len(looks) - before)

    assert max(each) <= 10
    assert sum(each) <= 5.5 * sum(count > 0 for count in each)


@pytest.mark.parametrize(
    ("servers", "points"), [(1, 32), (8, 128), (64, 256), (128, 512), (512, 1024), (4000, 2048), (20_000, 4096)]
)
def test_a_circle_has_as_many_points_as_its_page_says(servers: int, points: int) -> None:
    """
    At 98 %: the nearest zeros left decide how fast coefficients fall, and half as many points would fold them.
    """
    assert points == 2 * len(waiting_law(servers, 0.98 * servers).queue_tail)


@pytest.mark.parametrize(("servers", "utilisation"), [*GRID, (300, 0.99), (2, 0.01)])
def test_a_law_is_a_law(servers: int, utilisation: float) -> None:
    """
    The tail starts at P(W > 0), its integral is the mean, and shares of the queue lie between 0 and 1 and fall.
    """
    law = waiting_law(servers, servers * utilisation)
    grid = np.linspace(0, 1, 101)
    far = 40 / (law.decay * servers) + 2
    whole = [float(np.trapezoid([waiting_tail(law, n + x) for x in grid], grid)) for n in range(math.ceil(far))]

    assert waiting_tail(law, 0.0) == pytest.approx(waiting_probability(law), rel=1e-9, abs=1e-13)
    assert sum(whole) == pytest.approx(waiting_mean(law), rel=2e-3, abs=1e-9)
    assert all(1 >= high >= low - 1e-15 >= -1e-15 for high, low in itertools.pairwise(law.queue_tail))


def test_lighter_traffic_takes_fewer_points() -> None:
    """
    The zeros that are left lie further out: a quarter of the points at 60 % of 512 servers, a sixteenth at 30 %.
    """
    points = [2 * len(waiting_law(512, 512 * utilisation).queue_tail) for utilisation in (0.3, 0.6, 0.9)]

    assert points == [64, 256, 1024]
