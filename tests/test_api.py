"""The Python interface gives the answers of the commands."""

import subprocess
import sys

import pytest

import tokencost
from tokencost.errors import TokencostError, UsageError

SPEC = {"version": 1, "name": "x", "task": "text-to-image", "output": {"width": 512, "height": 512},
        "quality": "draft", "candidates": ["sdxl-turbo", "emu3-gen"]}  # fmt: skip


def test_estimate_counts_what_the_reference_counts() -> None:
    """
    170.76 TFLOP were counted on the reference implementation for a 512 x 512 image with guidance.
    """
    found = tokencost.estimate("emu3-gen", res=512, prompt_tokens=64)

    assert 170.76e12 == pytest.approx(sum(phase.flop for phase in found.phases), rel=0.01)
    assert found.tokens is not None
    assert 4163 == found.tokens.generated


def test_a_price_of_ones_own_wins() -> None:
    """
    Twice the price is twice the cost, whatever the catalogue says.
    """
    once, twice = (tokencost.estimate("sdxl", price=f"{n} USD/h").bill.per_asset for n in (1, 2))

    assert once is not None
    assert twice == pytest.approx(2 * once)


def test_plan_takes_a_mapping() -> None:
    """
    A spec need not be a file.
    """
    found = tokencost.plan(SPEC)

    assert "sdxl-turbo" == found.recommendation.model
    assert tokencost.check(SPEC).passed


def test_compare_and_tokens_answer() -> None:
    """
    The commands' names are functions.
    """
    rows = tokencost.compare(res=1024, models=["sdxl", "Emu3-Gen"]).candidates

    assert {"sdxl", "emu3-gen"} == {row.model for row in rows}
    assert 8192 == tokencost.tokens("emu3", width=256, height=256, frames=32).visual


def test_unknown_flags_and_names_are_refused() -> None:
    """
    A misspelt flag must not silently take the default.
    """
    with pytest.raises(UsageError, match="widht"):
        tokencost.estimate("sdxl", widht=512)
    with pytest.raises(TokencostError, match="sdxl"):
        tokencost.estimate("sdxxl")


def test_importing_costs_neither_typer_nor_rich_nor_numpy() -> None:
    """
    Programs that only want numbers do not pay for a command line.
    """
    code = (
        "import sys, tokencost; tokencost.estimate('sdxl');"
        "print([m for m in ('typer', 'rich', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
