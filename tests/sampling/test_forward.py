"""The small transformer computes what a transformer computes, and the same bits however it is run."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sampling import reference
from tests.sampling.drawing import WORDS, networks
from tokencost.nouns.transformer import DecoderLM
from tokencost.sampling.forward import empty, forward
from tokencost.sampling.tally import Tally
from tokencost.sampling.weights import seeded

TOKENS = st.lists(st.integers(0, WORDS.size - 1), min_size=1, max_size=7)
NONE = np.zeros(1, dtype=np.int64)


@settings(max_examples=40, deadline=None)
@given(net=networks(), tokens=TOKENS)
def test_logits_agree_with_a_decoder_written_by_hand(net: DecoderLM, tokens: list[int]) -> None:
    """
    One key at a time and nothing rounded: what remains between them is the grid of the activations.
    """
    weights = seeded(net, 1)
    found = forward(net, weights, np.array([tokens]), empty(net, NONE, len(tokens)), Tally())
    expected = reference.logits(net, weights, tokens)

    np.testing.assert_allclose(expected, found[0], atol=2e-2 * (1 + np.abs(expected).max()))


@settings(max_examples=60, deadline=None)
@given(net=networks(), tokens=TOKENS, cut=st.integers(0, 7))
def test_a_cache_changes_no_bit(net: DecoderLM, tokens: list[int], cut: int) -> None:
    """
    Keys that were kept are keys that would be computed again.
    """
    weights, cache = seeded(net, 2), empty(net, NONE, len(tokens))
    first = min(cut, len(tokens) - 1)
    if first:
        forward(net, weights, np.array([tokens[:first]]), cache, Tally())
    for token in tokens[first:]:
        found = forward(net, weights, np.array([[token]]), cache, Tally())
    whole = forward(net, weights, np.array([tokens]), empty(net, NONE, len(tokens)), Tally())

    assert whole.tobytes() == found.tobytes()


@given(net=networks(), tokens=TOKENS, pad=st.integers(1, 5))
def test_padding_changes_no_bit(net: DecoderLM, tokens: list[int], pad: int) -> None:
    """
    A shorter prompt beside a longer one answers as if it were alone.
    """
    weights, places = seeded(net, 3), len(tokens) + pad
    alone = forward(net, weights, np.array([tokens]), empty(net, NONE, places), Tally())
    padded = forward(net, weights, np.array([[0] * pad + tokens]), empty(net, NONE + pad, places), Tally())

    assert alone.tobytes() == padded.tobytes()


def test_sums_are_exact() -> None:
    """
    Added in another order, nothing changes: the largest sums stay far from the precision of a double.
    """
    net = DecoderLM(
        kind="decoder-lm", id="x", layers=2, hidden=64, heads=4, kv_heads=2, head_dim=16, ffn=160, vocab=99,
        positions=9,
    )  # fmt: skip
    weights, order = seeded(net, 0), np.random.default_rng(0).permutation(64)
    row = np.rint(np.random.default_rng(1).normal(size=64) * 2**20) / 2**16

    assert (row @ weights["head"]).tobytes() == (row[order] @ weights["head"][order]).tobytes()
