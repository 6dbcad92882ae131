"""Which function writes down the operators of which network, and in which directions it runs."""

from collections.abc import Callable, Mapping
from typing import Any

from tokencost.counting.operators import params
from tokencost.nouns.network import Network
from tokencost.nouns.work import Forward, Operator

Pass = Callable[[Any, Forward], tuple[Operator, ...]]

PASSES: Mapping[type, Mapping[str, Pass]] = {
}
"""Network -> direction ("forward"; coders: "encode", "decode") -> its operators."""

PROBE = Forward(queries=1.0, context=1.0, width=64.0, height=64.0, frames=1.0, text=1.0)
"""Any size at which every layer exists: parameters do not depend on it."""


def operators(net: Network, fwd: Forward, direction: str = "forward") -> tuple[Operator, ...]:
    """The operators of one call of a network."""
    return PASSES[type(net)][direction](net, fwd)


def network_params(net: Network) -> float:
    """Unique parameters of a network, both directions of a coder together."""
    return sum(params(run(net, PROBE)) for run in PASSES[type(net)].values())
