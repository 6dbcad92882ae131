"""What holds for every network: weights once per pass, work in proportion to rows, a cache in proportion to context."""

from dataclasses import replace

import pytest

from tests.promises.records import catalog
from tokencost.counting.networks import PASSES, PROBE
from tokencost.counting.operators import activation_elements, attention_cache, flop, weight_elements
from tokencost.nouns.network import Network
from tokencost.nouns.work import Attention, Forward, Operator

NETWORKS = catalog().all("networks")
RUNS = [
    pytest.param(net, way, id=f"{net.id}-{way}")
    for net in NETWORKS
    for way, run in PASSES[type(net)].items()
    if run(net, PROBE)
]
DECODERS = [net for net in NETWORKS if type(net).__name__ == "DecoderLM"]
SHARED_BY_ROWS = 1e-6
"""Embeddings of a step's time are made once for all rows: the only work that a batch shares."""

runs = pytest.mark.parametrize(("net", "way"), RUNS)


def ran(net: Network, way: str, **changes: float) -> tuple[Operator, ...]:
    """The operators of one call, of the probe with some of its sizes changed."""
    return PASSES[type(net)][way](net, replace(PROBE, **changes))


def stored(op: Operator) -> bool:
    """Whether an operator multiplies with parameters; linear attention multiplies activations with each other."""
    return float(getattr(op, "params", 0.0)) > 0


@runs
def test_two_rows_are_twice_the_work_and_less_than_twice_the_traffic(net: Network, way: str) -> None:
    """
    Rows of a batch share the weights that they are multiplied with, and nothing else.
    """
    one, two = ran(net, way, sequences=1.0), ran(net, way, sequences=2.0)
    work, both = (sum(float(flop(op)) for op in ops) for ops in (one, two))
    weights, same = (sum(float(weight_elements(op)) for op in ops if stored(op)) for ops in (one, two))
    values, more = (sum(float(weight_elements(op) + activation_elements(op)) for op in ops) for ops in (one, two))

    assert 2 * work * (1 - 1e-3) <= both <= 2 * work * (1 + SHARED_BY_ROWS)
    assert weights == same
    assert values < more < 2 * values


@pytest.mark.parametrize("net", DECODERS, ids=lambda net: net.id)
def test_the_cache_read_grows_with_the_context(net: Network) -> None:
    """
    Ten times the context is ten times the keys and values, at the same weights.
    """
    short, long = (
        PASSES[type(net)]["forward"](net, Forward(sequences=1.0, queries=1.0, context=context))
        for context in (100.0, 1000.0)
    )
    read = [sum(float(attention_cache(op)) for op in ops if isinstance(op, Attention)) for ops in (short, long)]

    assert read[1] == pytest.approx(10 * read[0])
    assert sum(float(weight_elements(op)) for op in short) == sum(float(weight_elements(op)) for op in long)


def test_there_are_decoders_to_look_at() -> None:
    """
    A test over nothing passes always.
    """
    assert len(DECODERS) > 10
