"""Fleets over many loads at once: the exact law, asked only where the number of replicas may change.

The smallest fleet grows with the load. Where both ends of a stretch of loads need the same number of replicas, all
between need it too; elsewhere the stretch is halved. Questions of one round go to the law in arrays together; an answer
that is too close to its bound is asked again of the planner's own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tokencost.serving.laws import DOUBT, Asked, tails
from tokencost.serving.queueing import EXACT_SERVERS, Limit, guarded, meets, replicas_for
from tokencost.serving.sizing import LARGEST_FLEET

NONE = LARGEST_FLEET + 1
"""Stands for: no number of replicas is enough. It sorts after all that are."""
COARSE = 24
"""Stretches that a first round looks at."""
FEW_MORE = 1.5
"""A first guess: so many roots of the load beyond it."""


@dataclass(slots=True)
class _Search:
    """One rate: `low` replicas are too few and `high` enough; `guess` is asked next, `step` how far it may be off."""

    at: int
    low: int
    high: int
    guess: int
    step: int = 1


@dataclass(frozen=True, slots=True)
class Stair:
    """Replicas by rate for one service under one set of limits, as far as they were asked for."""

    slots: int
    seconds: float
    burstiness: float
    limits: tuple[Limit, ...]
    known: dict[float, int] = field(default_factory=dict)

    def replicas(self, rates: Sequence[float]) -> list[int]:
        """The smallest fleet for each of the rising `rates`; NONE where there is none."""
        missing = [rate for rate in rates if rate not in self.known]
        if missing:
            found = self._in_arrays(missing) if self._regular(missing[-1]) else [*map(self._by_law, missing)]
            self.known.update(zip(missing, found, strict=True))
        return [self.known[rate] for rate in rates]

    def _regular(self, most: float) -> bool:
        """Whether the law in arrays covers every fleet that may be asked about, and there is something to ask."""
        fleet = _generous(most * self.seconds) + 2 * self.slots
        late = any(self.seconds > guarded(limit) for _, limit in self.limits)
        return bool(self.limits) and self.burstiness == 1 and not late and fleet < EXACT_SERVERS

    def _by_law(self, rate: float) -> int:
        found = replicas_for(
            self.slots, self.seconds, rate, self.limits, at_most=LARGEST_FLEET, burstiness=self.burstiness
        )
        return NONE if found is None else found

    def _in_arrays(self, rates: Sequence[float]) -> list[int]:
        last = len(rates) - 1
        found = [0] * len(rates)
        few = [math.floor(rate * self.seconds / self.slots) for rate in rates]
        coarse = sorted({round(n * last / COARSE) for n in range(COARSE + 1)})
        cap = EXACT_SERVERS // self.slots
        first = [_Search(at, few[at], cap, self._first_guess(rates[at])) for at in coarse]
        self._settle(rates, first, found)
        stretches = [*pairwise(coarse)]
        while stretches:
            halved: list[tuple[int, int]] = []
            searches: list[_Search] = []
            for low, high in stretches:
                if found[low] == found[high]:
                    found[low : high + 1] = [found[low]] * (high + 1 - low)
                elif high - low > 1:
                    at = (low + high) // 2
                    between = _Search(at, max(found[low] - 1, few[at]), found[high], 0)
                    between.guess = self._guess(rates, found, low, at, high)
                    searches.append(between)
                    halved += [(low, at), (at, high)]
            self._settle(rates, searches, found)
            stretches = halved
        return found

    def _first_guess(self, rate: float) -> int:
        load = rate * self.seconds
        return math.ceil((load + FEW_MORE * math.sqrt(load)) / self.slots)

    def _guess(self, rates: Sequence[float], found: Sequence[int], low: int, at: int, high: int) -> int:
        """Replicas beyond the load grow with its root."""
        roots = [math.sqrt(rates[n] * self.seconds) for n in (low, at, high)]
        beyond = [found[n] * self.slots - rates[n] * self.seconds for n in (low, high)]
        share = (roots[1] - roots[0]) / (roots[2] - roots[0])
        more = beyond[0] + share * (beyond[1] - beyond[0])
        return math.ceil((rates[at] * self.seconds + more) / self.slots)

    def _settle(self, rates: Sequence[float], searches: list[_Search], found: list[int]) -> None:
        """Ask about all of them, round by round, until each lies between two neighbours."""
        open_ = searches
        while open_ := [one for one in open_ if one.high - one.low > 1]:
            asked = [(one, fleet) for one in open_ for fleet in _questions(one)]
            answers = self._enough([(rates[one.at], fleet) for one, fleet in asked])
            for (one, fleet), enough in zip(asked, answers, strict=True):
                one.high, one.low = (min(one.high, fleet), one.low) if enough else (one.high, max(one.low, fleet))
            for one in open_:
                _aim(one)
        cap = EXACT_SERVERS // self.slots
        for one in searches:
            found[one.at] = one.high if one.high < cap else self._by_law(rates[one.at])

    def _enough(self, fleets: Sequence[tuple[float, int]]) -> list[bool]:
        """Whether so many replicas meet every limit at a rate; in doubt by the planner's own law."""
        kept = [True] * len(fleets)
        for q, limit in self.limits:
            wait = guarded(limit) / self.seconds - 1
            servers = [replicas * self.slots for _, replicas in fleets]
            asked = [
                Asked(each, rate * self.seconds / each * each, wait)
                for (rate, _), each in zip(fleets, servers, strict=True)
            ]
            for n, tail in enumerate(tails(asked)):
                kept[n] &= tail <= 1 - q
                if abs(tail - (1 - q)) <= DOUBT * (1 - q):
                    rate = fleets[n][0]
                    kept[n] &= meets(servers[n], self.seconds, rate, self.limits, self.burstiness)
        return kept


def _questions(one: _Search) -> list[int]:
    """The guess and the fleet below it, as far as they are open."""
    guess = min(max(one.guess, one.low + 1), one.high - 1)
    return [guess] if guess - 1 <= one.low else [guess - 1, guess]


def _aim(one: _Search) -> None:
    """Away from the guess in growing steps, then halfway."""
    if one.high - one.low <= 2 * one.step + 2:
        one.guess = (one.low + one.high + 1) // 2
    else:
        one.guess = one.low + one.step + 1 if one.low >= one.guess else one.high - one.step
    one.step *= 2


def _generous(load: float) -> float:
    """Servers of which nobody needs more at this load, unless a limit is met only by chance."""
    return load + 8 * math.sqrt(load) + 16
