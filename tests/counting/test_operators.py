"""What single operators demand, worked by hand."""

import pytest

from tokencost.counting.build import convolution, elementwise, linear, lookup, norm, weights
from tokencost.counting.operators import (
    activation_elements,
    attention_cache,
    attention_scores,
    causal_attention_flop,
    flop,
    flop_by_class,
    operator_class,
    params,
    weight_elements,
)
from tokencost.nouns.work import Attention

ATTENTION = Attention(
    id="a", sequences=2.0, heads=8.0, kv_heads=2.0, queries=4.0, context=16.0, head_dim=32.0, count=3.0
)


def test_a_linear_layer_is_two_flop_per_weight_and_row() -> None:
    """
    3 rows through a matrix of 4 × 5: 60 multiply-adds; weights 20, inputs 12, outputs 15, bias 5.
    """
    op = linear("l", 3.0, 4.0, 5.0)

    assert (120, 20, 27, 25) == (flop(op), weight_elements(op), activation_elements(op), op.params)


def test_shared_weights_are_read_but_not_owned() -> None:
    """
    A tied head multiplies with the embedding's matrix.
    """
    op = linear("head", 3.0, 4.0, 5.0, shared=True)

    assert (0, 20) == (op.params, weight_elements(op))


def test_a_convolution_meets_every_tap() -> None:
    """
    3 × 3 taps from 4 to 8 channels at 100 positions, in 2 groups: half of 9 · 4 · 8 · 100 multiply-adds.
    """
    op = convolution("c", 100.0, 4.0, 8.0, 9.0, groups=2.0)

    assert (28800, 144, 1200, 152) == (flop(op), weight_elements(op), activation_elements(op), op.params)


def test_attention_is_two_products_over_the_square() -> None:
    """
    3 layers · 2 sequences · 8 heads · 4 queries · 16 keys · 32 wide, 2 products of 2 FLOP.
    """
    assert 3 * 2 * 8 * 4 * 16 * 32 * 4 == flop(ATTENTION)
    assert 3 * 2 * 8 * 4 * 16 == attention_scores(ATTENTION)


def test_grouped_queries_share_keys_and_values() -> None:
    """
    The cache has 2 of the 8 heads: 3 layers · 2 sequences · 2 heads · 16 keys · 32 wide · keys and values.
    """
    assert 3 * 2 * 2 * 16 * 32 * 2 == attention_cache(ATTENTION)


def test_a_causal_kernel_computes_the_triangle() -> None:
    """
    Of 4 queries at the end of 16 keys, the first sees 13 and the last all 16.
    """
    assert flop(ATTENTION) * (13 + 14 + 15 + 16) / (4 * 16) == causal_attention_flop(ATTENTION)


def test_elementwise_work_is_traffic_alone() -> None:
    """
    5 kernels read and write 10 elements, twice; a norm keeps a weight per column.
    """
    op = elementwise("e", 10.0, kernels=5.0, count=2.0)

    assert (0, 0, 200) == (flop(op), weight_elements(op), activation_elements(op))
    assert 4 == norm("n", 10.0, 4.0).params


def test_a_table_is_read_row_by_row() -> None:
    """
    7 of 100 rows of 8 are read and written; the whole table is stored.
    """
    op = lookup("t", 7.0, 100.0, 8.0)

    assert (0, 112, 800) == (flop(op), activation_elements(op), op.params)
    assert 0 == activation_elements(weights("w", 100.0))


def test_parameters_are_summed_and_attention_has_none() -> None:
    """
    Attention multiplies activations with activations.
    """
    assert 25 + 800 == params([linear("l", 3.0, 4.0, 5.0), lookup("t", 7.0, 100.0, 8.0), ATTENTION])


def test_flop_are_reported_by_class() -> None:
    """
    Counters tell products with weights, attention and convolutions apart.
    """
    counted = flop_by_class([linear("l", 3.0, 4.0, 5.0), ATTENTION, elementwise("e", 10.0)])

    assert {"linear": 120, "attention": flop(ATTENTION), "convolution": 0} == counted


@pytest.mark.parametrize(("op", "name"), [(ATTENTION, "attention"), (lookup("t", 1.0, 1.0, 1.0), "lookup")])
def test_classes_have_names(op: Attention, name: str) -> None:
    """
    Reports name them.
    """
    assert name == operator_class(op)
