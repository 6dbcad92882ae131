"""The exact waiting-time law of M/D/c: Poisson arrivals, constant service, c servers, first come first served.

Time is in units of the service time and `load` in erlangs. The queue left behind at a moment, Q, is the
maximum of a random walk whose steps are Poisson(load) - c, so its generating function follows from the
Wiener-Hopf factors of 1 - phi, with phi(z) = exp(load (z - 1)) z^-c. The zeros of 1 - phi at 1 and at the
decay tau are divided out before the logarithm is expanded; what is left is smooth, so a few hundred points
on a circle are enough at any load, and the far tail is an exact geometric.
"""

import cmath
import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import Annotated

from tokencost.formula import formula
from tokencost.serving.fourier import exp_minus_line, exp_minus_one, real_transform, transform_of_real
from tokencost.units import Constant, Unit

Share = Annotated[float, Unit("")]
"""A probability, or a time in units of the service time: one number, never an array."""

LIGHTEST = Constant(1e-6, "", "a lower utilisation is rounded up to this one, where at most 1e-6 of the requests wait")
DIGITS = Constant(37.0, "", "e^-37 is 1e-16: coefficients that far out vanish in double precision")
WIDEST = Constant(16.0, "", "largest radius of the circle; its powers must not overflow in very light load")
FEWEST_POINTS = 32


@dataclass(frozen=True, slots=True)
class WaitingLaw:
    """The stationary queue in front of `servers`; waits are in service times.

    `queue_tail[j]` is P(Q > j); past its end each place in the queue is exp(-decay) times less likely.
    `delayed` is P(W > 0), `mean` is E[W].
    """

    servers: int
    load: float
    decay: float
    queue_tail: tuple[float, ...] = field(repr=False)
    delayed: float
    mean: float


@functools.lru_cache(maxsize=512)
def waiting_law(servers: int, load: float) -> WaitingLaw:
    """The law for 0 <= `load` < `servers`, in erlangs."""
    load = max(load, LIGHTEST * servers)
    decay = queue_decay(servers, load)
    radius = min(servers / load, WIDEST)
    smooth = _smooth_factor(servers, load, decay, radius)
    series = _exponential(smooth, radius)
    behind = math.fsum(k * h * radius**-k for k, h in enumerate(smooth)) + 1 / math.expm1(decay)
    falling = math.fsum(h * radius**-k for k, h in enumerate(smooth))
    delayed = -math.expm1(math.log(-math.expm1(-decay)) - falling)
    return WaitingLaw(servers, load, decay, _queue_tail(series, decay), max(0.0, delayed), max(0.0, behind) / load)


def queue_decay(servers: float, load: float) -> float:
    """ln tau, where tau > 1 solves load (tau - 1) = servers ln tau; by Newton from above, where it is monotone."""
    target = _log_ratio(servers, load)
    s = 2 * target
    for _ in range(60):
        step = (_log_mean(s) - target) / _log_mean_slope(s)
        s -= step
        if step <= 1e-15 * s:
            break
    return s


def _log_ratio(servers: float, load: float) -> float:
    """ln(servers / load), to full precision where they nearly agree."""
    return math.log(servers / load) if 2 * load < servers else -math.log1p((load - servers) / servers)


def _log_mean(s: float) -> float:
    """ln((e^s - 1) / s)."""
    if s < SHORT:
        return s / 2 + s**2 / 24 - s**4 / 2880
    return s + math.log(-math.expm1(-s) / s)


def _log_mean_slope(s: float) -> float:
    """Near enough for Newton's steps to end at the same digits."""
    if s < SHORT:
        return 1 / 2 + s / 12
    return -1 / math.expm1(-s) - 1 / s


SHORT = 0.01
"""Below it the next term of the series is under 1e-15 of the sum."""


def _smooth_factor(servers: int, load: float, decay: float, radius: float) -> list[float]:
    """h_k r^k for k >= 0, where sum h_k z^k = -ln[(1 - phi(z)) / ((1 - 1/z) (1 - z/tau))]."""
    size, start = _points(servers, load, radius), math.log(radius)
    angles = (2 * math.pi * j / size for j in range(size // 2 + 1))
    half = [_log_factor(servers, load, decay, complex(start, angle)) for angle in angles]
    return [-value / size for value in real_transform(half)[: size // 2]]


def _log_factor(servers: int, load: float, decay: float, w: complex) -> complex:
    """ln[(1 - phi) / ((1 - 1/z) (1 - z/tau))] at z = e^w; each of the three is in the right half-plane."""
    exponent = load * exp_minus_line(w) - (servers - load) * w
    phi_gap, one, tau = -exp_minus_one(exponent), -exp_minus_one(-w), -exp_minus_one(w - decay)
    return cmath.log(phi_gap) - cmath.log(one) - cmath.log(tau)


def _points(servers: int, load: float, radius: float) -> int:
    """Points on the circle: the next zeros of 1 - phi lie about Re sqrt((2/c)(I + 2 pi i)) from ln(c / load)."""
    rate_function = servers * math.log(servers / load) - servers + load
    gap = max(cmath.sqrt(2 / servers * complex(max(rate_function, 0.0), 2 * math.pi)).real, math.log(radius))
    return max(FEWEST_POINTS, 1 << math.ceil(math.log2(2 * DIGITS / gap)))


def _exponential(rising: Sequence[float], radius: float) -> list[float]:
    """Coefficients of exp(sum_k h_k (z^k - 1)) from h_k r^k, on the same circle."""
    half = [cmath.exp(value.conjugate()) for value in transform_of_real([*rising, *[0.0] * len(rising)])]
    scale = math.exp(-math.fsum(h * radius**-k for k, h in enumerate(rising))) / (2 * len(rising))
    return [value * scale * radius**-k for k, value in enumerate(real_transform(half)[: len(rising)])]


def _queue_tail(series: Sequence[float], decay: float) -> tuple[float, ...]:
    """P(Q > j): a geometric of ratio e^-decay plus the signed law `series`."""
    ratio = math.exp(-decay)
    geometric = itertools.accumulate(series, lambda tail, mass: (tail + mass) * ratio, initial=0.0)
    remaining = [*itertools.accumulate(reversed(series))][::-1]
    beyond = [*remaining[1:], 0.0]
    return tuple(max(g + r, 0.0) for g, r in zip(itertools.islice(geometric, 1, None), beyond, strict=True))


def waiting_tail(law: WaitingLaw, wait: float) -> Share:
    """P(W > `wait`), the wait in service times.

    Sum over j of Poisson(j; load (k - x)) P(Q > k servers - 1 - j), k = floor(x) + 1; all terms are positive.
    """
    k = math.floor(wait) + 1
    arrivals = law.load * (k - wait)
    first, weights = _poisson_window(arrivals)
    return math.fsum(map(mul, weights, _queue_tails_down_from(law, k * law.servers - 1 - first)))


def _queue_tails_down_from(law: WaitingLaw, place: int) -> Iterator[float]:
    """P(Q > j) for j = place, place - 1, ... without end: geometric past the table, certain below place 0."""
    table, end = law.queue_tail, len(law.queue_tail) - 1
    far = (table[end] * math.exp(-law.decay * (j - end)) for j in range(place, end, -1))
    inside = map(table.__getitem__, range(min(place, end), -1, -1))
    return itertools.chain(far, inside, itertools.repeat(1.0))


def _poisson_window(mean: float) -> tuple[int, list[float]]:
    """First count and probabilities of every count that matters, scaled to sum to 1."""
    mode, reach = math.floor(mean), math.ceil(SPREAD * math.sqrt(mean)) + MARGIN
    first = max(0, mode - reach)
    below = itertools.accumulate((j / mean for j in range(mode, first, -1)), mul, initial=1.0)
    above = itertools.accumulate((mean / j for j in range(mode + 1, mode + reach)), mul, initial=1.0)
    weights = [*[*below][:0:-1], *above]
    total = math.fsum(weights)
    return first, [weight / total for weight in weights]


SPREAD, MARGIN = 9.0, 24
"""A Poisson count leaves mean +- (9 sqrt(mean) + 24) with probability below 1e-17."""


@formula("spitzer-1956", says="P(W > 0) = 1 - (1 - 1/tau) exp(-sum of the coefficients of the smooth factor)")
def waiting_probability(law: WaitingLaw) -> Share:
    """Share of requests that wait at all."""
    return law.delayed


@formula("spitzer-1956", says="E[W] = E[Q] / load, with E[Q] = 1 / (tau - 1) + sum over k of k h_k (Little's law)")
def waiting_mean(law: WaitingLaw) -> Share:
    """Mean wait, in service times."""
    return law.mean


@formula("franx-2001", says="the smallest x with P(W > x) <= 1 - q, by regula falsi on the logarithm of Franx's sum")
def waiting_quantile(law: WaitingLaw, q: float) -> Share:
    """Percentile `q` of the wait, in service times; 0 where a share q does not wait."""
    if law.delayed <= 1 - q:
        return 0.0
    # Lundberg's inequality P(W > x) <= exp(-servers decay x) closes the bracket.
    low, high = 0.0, -math.log1p(-q) / (law.decay * law.servers)
    above, below = math.log(law.delayed) - math.log1p(-q), _excess(law, high, q)
    moved = 0.0
    while high - low > CLOSE * high:
        # What lies this close to an end is tried a little beyond it, so that the other end follows.
        edge = CLOSE / 2 * high
        middle = min(max(low + (high - low) * above / (above - below), low + edge), high - edge)
        excess = _excess(law, middle, q)
        if excess > 0:
            low, above, below = middle, excess, below / 2 if moved > 0 else below
        else:
            high, above, below = middle, above / 2 if moved < 0 else above, excess
        moved = excess
    return high


def _excess(law: WaitingLaw, wait: Share, q: float) -> float:
    """ln P(W > x) - ln(1 - q), nearly a straight line."""
    tail = waiting_tail(law, wait)
    return (math.log(tail) if tail else LEAST) - math.log1p(-q)


CLOSE = 1e-13
"""Relative width at which a percentile is found: rounding errors of the tail move it by as much."""
LEAST = -745.0
"""The logarithm of the smallest number above 0."""
