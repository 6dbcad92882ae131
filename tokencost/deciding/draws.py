"""Draws that are the same on every machine: a Latin hypercube, its columns shuffled by a counter-based generator.

A column belongs to one cause, by its name: the error of a network, of a GPU, a price, the traffic. It holds the same
quantiles of the normal distribution as every other, in an order that its name alone decides, so a model that is
added to a plan leaves the draws of all others as they are.
"""

import functools
from hashlib import blake2b
from statistics import NormalDist

DRAWS = 1000
"""Draws of a plan: a share is told to 0.1 %, with a standard error of at most 1.6 %."""
WORD = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
"""Increment of SplitMix64: 2^64 over the golden ratio, made odd."""


@functools.lru_cache(maxsize=1024)
def normal_column(cause: str) -> tuple[float, ...]:
    """DRAWS values of a standard normal distribution, one from each of as many equally likely ranges."""
    seed = int.from_bytes(blake2b(cause.encode("utf-8", "replace"), digest_size=8).digest(), "little")
    order = sorted(range(DRAWS), key=lambda place: split_mix(seed + (place + 1) * GOLDEN))
    quantiles = _quantiles()
    return tuple(quantiles[place] for place in order)


def split_mix(counter: int) -> int:
    """The 64 bits that SplitMix64 makes of a counter (Steele, Lea and Flood 2014): whole numbers only."""
    word = counter & WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return word ^ (word >> 31)


@functools.cache
def _quantiles() -> tuple[float, ...]:
    normal = NormalDist()
    return tuple(normal.inv_cdf((place + 0.5) / DRAWS) for place in range(DRAWS))
