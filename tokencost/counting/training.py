"""Work of training: one forward pass per sample, twice as much backward, and again what is recomputed."""

from tokencost.counting.operators import causal_attention_flop, flop
from tokencost.formula import formula
from tokencost.nouns.training import Amount, Stage
from tokencost.nouns.work import Attention, Operator
from tokencost.units import Constant, Count, Flop

FORWARD_AND_BACKWARD = Constant(3, "", "the backward pass multiplies twice: gradients of inputs and of weights")
FLOP_PER_PARAM_AND_TOKEN = Constant(6, "FLOP", "a multiply and an add, forward once and backward twice")


@formula("kaplan-2020")
def six_n_d(trained: Amount) -> Flop:
    """Every parameter meets every token; attention is left out and embeddings are counted as if they multiplied."""
    return FLOP_PER_PARAM_AND_TOKEN * trained.params * trained.tokens


@formula(
    "definition", says="FLOPs of one pass over one sample, layer by layer; attention only where causality lets it see"
)
def forward_flop(layers: tuple[Operator, ...]) -> Flop:
    """Matrix products, attention and convolutions of every operator; causal attention is the triangle."""
    return sum((_needed(op) for op in layers), 0.0)


def _needed(op: Operator) -> Flop:
    return causal_attention_flop(op) if isinstance(op, Attention) and op.causal else flop(op)


@formula("chen-2016")
def trained_flop(forward: Flop, samples: Count, recomputed: Count) -> Flop:
    """`recomputed` passes repeat the forward pass because activations were not kept: 0 or 1."""
    return forward * samples * (FORWARD_AND_BACKWARD + recomputed)


@formula("definition")
def sequences_of(stage: Stage, length: Count) -> Count:
    """Samples of `length` tokens."""
    return stage.tokens / length
