"""Random numbers that are the same everywhere: raw bits of a counter-based generator, used as integers.

The bits of Philox are fixed by its definition; what numpy makes of them (normals, choices) may change between
releases, so nothing but the bits is used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORD = 64
SPREAD = 15
"""Bits of a drawn weight: whole numbers from -2^14 to 2^14 before they are scaled."""


def bits(seed: int, stream: int, count: int) -> "NDArray[np.uint64]":
    """`count` words of 64 bits; streams of one seed never overlap."""
    import numpy as np

    return np.random.Philox(key=np.array([seed, stream], dtype=np.uint64)).random_raw(count)


def even(words: "NDArray[np.uint64]") -> "NDArray[np.float64]":
    """Evenly spread numbers in [-1, 1), multiples of 2^-14."""
    import numpy as np

    whole = (words >> np.uint64(WORD - SPREAD)).astype(np.int64) - (1 << (SPREAD - 1))
    return whole.astype(np.float64) / (1 << (SPREAD - 1))


def below(word: int, limit: int) -> int:
    """A whole number in [0, limit) from 64 bits; exact in Python's integers."""
    return (word * limit) >> WORD
