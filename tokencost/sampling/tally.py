"""Products that count themselves: what ran, in the units of `counting`, read off the arrays that ran."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tokencost.counting.operators import FLOP_PER_MAC

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(slots=True)
class Tally:
    """Work done so far: FLOPs of matrix products, elements read, and element operations of everything else."""

    passes: int = 0
    linear_flop: int = 0
    attention_flop: int = 0
    weights_read: int = 0
    cache_read: int = 0
    other: int = 0

    @property
    def flop(self) -> int:
        """FLOPs as `counting` counts them: matrix products alone, 2 per multiply-add."""
        return self.linear_flop + self.attention_flop


def by_weights(tally: Tally, rows: "Array", matrix: "Array") -> "Array":
    """`rows` times a weight matrix."""
    out: Array = rows @ matrix
    tally.linear_flop += int(FLOP_PER_MAC) * out.size * matrix.shape[0]
    tally.weights_read += matrix.size
    return out


def by_cache(tally: Tally, heads: "Array", cached: "Array") -> "Array":
    """Queries times keys, or probabilities times values, head by head; `cached` is read from the cache."""
    out: Array = heads @ cached
    tally.attention_flop += int(FLOP_PER_MAC) * out.size * heads.shape[-1]
    tally.cache_read += cached.size
    return out
