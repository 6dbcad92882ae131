"""Work of training a dense network, from its size and its data alone."""

from tokencost.formula import formula
from tokencost.units import Constant, Count, Flop

TRAINING_FLOP = Constant(6, "FLOP", "2 forward and 4 backward for every parameter and token")


@formula("kaplan-2020")
def training_flop(parameters: Count, tokens: Count) -> Flop:
    """Forward and backward of every parameter on every token; the square of attention is left out."""
    return TRAINING_FLOP * parameters * tokens
