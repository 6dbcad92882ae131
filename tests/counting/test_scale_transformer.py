from dataclasses import replace

import pytest

from tests.counting.records import network
from tokencost.counting.networks import network_params
from tokencost.counting.operators import flop
from tokencost.counting.scale_transformer import scale_transformer
from tokencost.nouns.scale_transformer import ScaleTransformer
from tokencost.nouns.work import Attention, Elementwise, Forward, Linear


@pytest.mark.parametrize(("depth", "params"), [(16, 310.3e6), (20, 600.9e6), (24, 1033.4e6), (30, 2.01e9)])
def test_var_has_the_parameters_of_the_reference_code(depth: int, params: float) -> None:
    """
    Depth decides everything in VAR: 64 channels and one head per layer.
    """
    net = replace(network("var-d30-lm"), layers=depth, heads=depth, width=64 * depth, ffn=256 * depth)

    assert network_params(net) == pytest.approx(params, rel=1e-3)


def test_the_text_is_read_in_the_first_pass() -> None:
    """
    Infinity projects the prompt once and keeps it; only its keys and values are made anew at every scale.
    """
    first, second = (
        {
            op.id: flop(op)
            for op in scale_transformer(network("infinity-2b-lm"), Forward(queries=4.0, context=n, text=64.0))
        }
        for n in (4.0, 5.0)
    )

    assert (0.0, 0.0) == (second["text.in"], second["pool"])
    assert first["text.in"] > 0
    assert first["layers.cross.text.kv"] == second["layers.cross.text.kv"] > 0


def test_the_last_scale_of_var_attends_to_all_680_tokens() -> None:
    """
    256 queries of the 16 × 16 map against 680 keys in 30 layers of 30 heads of 64.
    """
    (op,) = (
        op
        for op in scale_transformer(network("var-d30-lm"), Forward(sequences=2.0, queries=256.0, context=680.0))
        if op.id == "layers.attention"
    )

    assert 2 * 30 * 30 * 2 * 2 * 256 * 680 * 64 == flop(op)


SMALL = ScaleTransformer(
    kind="scale-transformer", id="small", layers=3, width=4, heads=2, ffn=16, code_channels=3, outputs=5, positions=7,
    levels=2, text_width=6, pool_heads=2, empty_text=3,
)  # fmt: skip


def owned(net: ScaleTransformer) -> dict[str, float]:
    """Parameters by operator, of those that have any."""
    ops = scale_transformer(net, Forward(queries=4.0, context=4.0, text=6.0))
    return {op.id: float(params) for op in ops if (params := getattr(op, "params", 0.0))}


def test_a_small_infinity_has_the_parameters_of_its_layers() -> None:
    """
    By hand: 4 wide, 3 layers of 2 heads; keys have no bias, queries one scale per head, cross-attention a LayerNorm.
    """
    found = owned(SMALL)
    layer = {
        "layers.modulation": 4 * 24 + 24,
        "layers.attention.qkv": 4 * 12,
        "layers.attention.unit_length": 4 + 4 + 2,
        "layers.attention.out": 4 * 4 + 4,
        "layers.cross.norm": 4 + 4,
        "layers.cross.q": 4 * 4 + 4,
        "layers.cross.text.kv": 4 * 8,
        "layers.cross.text.bias": 4,
        "layers.cross.out": 4 * 4 + 4,
        "layers.mlp.in": 4 * 16 + 16,
        "layers.mlp.out": 16 * 4 + 4,
    }

    assert {name: 3.0 * count for name, count in layer.items()} == {name: found[name] for name in layer}
    assert {
        "empty_text": 3 * 6, "text.norm": 6, "pool.kv": 6 * 8, "pool.out": 4 * 4 + 4, "pool.query_and_bias": 4 + 4,
        "text.in": 6 * 4 + 4, "text.out": 4 * 4 + 4, "codes": 3 * 4 + 4, "positions": 7 * 4 + 2 * 4,
        "head.modulation": 4 * 8 + 8, "head.out": 4 * 5 + 5,
    } == {name: count for name, count in found.items() if name not in layer}  # fmt: skip


def test_a_small_var_has_a_table_of_classes_and_may_share_its_modulation() -> None:
    """
    By hand: 11 classes, no text, one modulation for all layers beside a table of 6 vectors in each.
    """
    found = owned(replace(SMALL, text_width=0, classes=11, modulation="shared"))

    assert {"classes": 44.0, "modulation": 4 * 24 + 24, "layers.modulation": 3 * 6 * 4} == {
        name: found[name] for name in ("classes", "modulation", "layers.modulation")
    }
    assert not [name for name in found if "text" in name or "cross" in name]


def test_a_scale_reads_its_cache_and_all_of_the_text() -> None:
    """
    2 sequences of 4 queries against 9 keys: 2 · 9 keys and values of 4 are laid out anew, 2 · 6 words read.
    """
    ops = {op.id: op for op in scale_transformer(SMALL, Forward(sequences=2.0, queries=4.0, context=9.0, text=6.0))}
    cache, words, attention = ops["layers.attention.cache"], ops["layers.cross.text.kv"], ops["layers.cross"]
    assert isinstance(cache, Elementwise)
    assert isinstance(words, Linear)
    assert isinstance(attention, Attention)

    assert (2 * 9 * 2 * 4, 3) == (cache.elements, cache.count)
    assert (2 * 6, 3) == (words.rows, words.count)
    assert (2, 2, 4, 6, 2, 3) == (
        attention.sequences, attention.heads, attention.queries, attention.context, attention.head_dim, attention.count
    )  # fmt: skip
