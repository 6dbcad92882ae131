"""What `explain` shows above the derivation: blocks in columns that fit the terminal, and the causal triangle."""

import pytest

from tokencost.catalog.load import load
from tokencost.planning.explained import Explanation, explain_model
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.report import explanation


def explained(model: str) -> Explanation:
    """A model at 512 pixels."""
    return explain_model(load(), model, "text-to-image", OutputOptions(width=512, height=512), RunOptions())


@pytest.mark.parametrize("model", ["emu3-gen", "sdxl", "flux.1-dev", "show-o", "infinity-2b"])
def test_blocks_fit_eighty_columns(model: str) -> None:
    """
    A table that wraps is no table.
    """
    blocks = explanation.text((explained(model), False)).partition("Derivation")[0]

    assert max(map(len, blocks.splitlines())) <= 80
    assert " \n" not in blocks


def test_the_triangle_is_told_where_a_prompt_is_read() -> None:
    """
    A causal kernel needs (S + 1) / 2S of the square; a denoiser's attention sees everything.
    """
    causal = explained("emu3-gen").blocks["prefill"]
    square = sum(float(block.flop.get("attention", 0.0)) for block in causal)
    triangle = sum(float(block.needed) for block in causal)

    assert 0.5 < triangle / square < 0.52
    assert "triangle" in explanation.text((explained("emu3-gen"), False))
    assert all(block.needed == block.flop.get("attention", 0.0) for block in explained("sdxl").blocks["denoise"])


def test_tokens_written_one_by_one_need_all_they_see() -> None:
    """
    One query attends to everything before it: no triangle.
    """
    for block in explained("emu3-gen").blocks["decode"]:
        assert float(block.needed) == pytest.approx(float(block.flop.get("attention", 0.0)))
