"""Work of training, by hand and against a published run."""

import pytest

from tests.counting.records import network
from tokencost.counting.build import linear
from tokencost.counting.networks import operators
from tokencost.counting.operators import flop
from tokencost.counting.training import forward_flop, sequences_of, six_n_d, trained_flop
from tokencost.nouns.training import Amount, Stage
from tokencost.nouns.work import Attention, Forward

SQUARE = Attention(id="a", sequences=1.0, heads=1.0, kv_heads=1.0, queries=4.0, context=4.0, head_dim=8.0)
CAUSAL = Attention(id="a", sequences=1.0, heads=1.0, kv_heads=1.0, queries=4.0, context=4.0, head_dim=8.0, causal=True)


def test_gpt_3_took_three_times_ten_to_the_23() -> None:
    """
    Brown et al. 2020, table D.1: 174.6 billion parameters and 300 billion tokens are 3.14e23 FLOP.
    """
    gpt_3 = Amount(id="gpt-3", params=174.6e9, params_source="paper", tokens=300e9, tokens_source="paper")

    assert 3.14e23 == pytest.approx(six_n_d(gpt_3), rel=2e-3)


def test_a_causal_sample_needs_the_triangle() -> None:
    """
    4 queries against 1, 2, 3 and 4 keys are 10 of 16 pairs, each 2 products of 2 FLOP over 8 channels.
    """
    product = linear("l", 3.0, 4.0, 5.0)

    assert 120 + 16 * 32 == forward_flop((product, SQUARE))
    assert 120 + 10 * 32 == forward_flop((product, CAUSAL))
    assert 0 == forward_flop(())


def test_backward_is_twice_forward_and_recomputing_once_more() -> None:
    """
    Three passes' worth of work; four where activations are not kept.
    """
    assert (300.0, 400.0) == (trained_flop(10.0, 10.0, 0.0), trained_flop(10.0, 10.0, 1.0))


def test_tokens_are_trained_on_in_sequences() -> None:
    """
    Two trillion tokens in sequences of 4,096 are 488 million of them.
    """
    stage = Stage(id="s", tokens=2e12, sequence=4096, source="s")

    assert 488_281_250 == sequences_of(stage, 4096.0)


def test_a_decoder_needs_less_than_a_counter_sees() -> None:
    """
    Llama 2 on 4,096 tokens: half of the square, and the diagonal, are needed of its attention.
    """
    ops = operators(network("llama-2-7b-lm"), Forward(queries=4096.0, context=4096.0, logits=4096.0))
    square = sum(flop(op) for op in ops if isinstance(op, Attention))

    assert sum(map(flop, ops)) - square * (1 - 4097 / 8192) == pytest.approx(forward_flop(ops), rel=1e-12)
