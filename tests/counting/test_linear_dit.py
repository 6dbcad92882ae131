from tests.counting.records import network
from tokencost.counting.linear_dit import linear_dit
from tokencost.counting.operators import flop
from tokencost.nouns.work import Forward


def test_self_attention_grows_with_the_tokens() -> None:
    """
    SANA's self-attention is a product with a fixed state, so four times the pixels cost four times as much.
    """
    small, large = (
        {op.id: flop(op) for op in linear_dit(network("sana1.5-1.6b-dit"), Forward(width=n, height=n, text=300.0))}
        for n in (32.0, 64.0)
    )

    assert 4 * small["layers.attention"] == large["layers.attention"]


def test_self_attention_has_the_size_of_its_state() -> None:
    """
    70 heads of 32 keep 33 × 32 numbers each; 20 layers multiply 1,024 tokens into it and out of it.
    """
    (op,) = (
        op
        for op in linear_dit(network("sana1.5-1.6b-dit"), Forward(width=32.0, height=32.0, text=300.0))
        if op.id == "layers.attention"
    )

    assert 20 * 70 * 2 * 2 * 1024 * 33 * 32 == flop(op)
