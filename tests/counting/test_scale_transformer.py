from dataclasses import replace

import pytest

from tests.counting.records import network
from tokencost.counting.networks import network_params
from tokencost.counting.operators import flop
from tokencost.counting.scale_transformer import scale_transformer
from tokencost.nouns.work import Forward


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
