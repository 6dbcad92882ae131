"""Several tokens per decode pass: how many passes are left, what each looks at, and what drafts cost."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platforms import image, made
from tokencost.families.lowering import lower
from tokencost.families.speculative import accepted, expected_accepted
from tokencost.nouns.acceleration import Drafting
from tokencost.nouns.work import Attention, Linear, Phase

PAGE = image(720.0)


def decoded(model: str, drafting: Drafting | None) -> dict[str, Phase]:
    """Phases of a request by id."""
    return {phase.id: phase for phase in lower(replace(made(model), drafting=drafting), PAGE)}


@given(st.floats(0.0, 0.999), st.integers(1, 16))
def test_a_verification_keeps_the_run_of_accepted_drafts_and_one_token_of_its_own(rate: float, length: int) -> None:
    """
    The i-th draft survives if it and all before it do: 1 + a + a² + ... + a^k.
    """
    series = sum(rate**n for n in range(length + 1))

    assert series == pytest.approx(expected_accepted(rate, float(length)))
    assert 1 <= series <= length + 1


@pytest.mark.parametrize(
    ("rate", "length", "published"), [(0.5, 3, 1.875), (0.8, 3, 2.952), (0.8, 5, 3.689), (0.9, 10, 6.862)]
)
def test_tokens_per_verification_are_those_of_the_paper(rate: float, length: int, published: float) -> None:
    """
    Equation 1 of the speculative-decoding paper, worked by hand at four points.
    """
    assert published == pytest.approx(expected_accepted(rate, float(length)), abs=5e-4)


def test_emu3_needs_as_many_passes_as_its_authors_count() -> None:
    """
    8,193 tokens at 5.62 per pass: 1,461 steps were counted for SJD² at 720 × 720.
    """
    decode = decoded("emu3-gen", Drafting(window=64, accepted_per_step=5.62))["decode"]

    assert 1461 == pytest.approx(decode.steps / decode.caches, rel=0.005)
    assert 8193 == decode.tokens


def test_a_window_of_one_is_plain_decoding() -> None:
    """
    Looking at the next token alone and keeping it is what happens without any drafting.
    """
    assert decoded("emu3-gen", None) == decoded("emu3-gen", Drafting(window=1, accepted_per_step=1.0))


@pytest.mark.parametrize("window", [4, 16, 64])
def test_a_pass_looks_at_its_whole_window(window: int) -> None:
    """
    Every token of the window goes through every weight, kept or not.
    """
    plain = decoded("emu3-gen", None)["decode"].operators
    wide = decoded("emu3-gen", Drafting(window=window, accepted_per_step=2.0))["decode"].operators
    rows = {op.id: op.rows for op in plain if isinstance(op, Linear)}

    assert {name: window * count for name, count in rows.items()} == {
        op.id: op.rows for op in wide if isinstance(op, Linear)
    }


def test_a_draft_runs_its_length_for_every_verification() -> None:
    """
    Four drafts of one layer and a verification of five tokens, for each of the two branches.
    """
    found = decoded("emu3-gen", Drafting(acceptance=0.7, draft_length=4, draft_layers=1))
    draft, verify = found["draft"], found["decode"]

    assert 4 * verify.steps == draft.steps
    assert 2 * 8192 / 2.7731 == pytest.approx(verify.steps)
    assert 1 == next(op.count for op in draft.operators if isinstance(op, Attention))
    assert 5 == next(op.queries for op in verify.operators if isinstance(op, Attention))


def test_refining_looks_at_the_whole_image_in_every_pass() -> None:
    """
    All tokens see each other, nothing is cached, and the passes are those of the method, once per branch.
    """
    refined = decoded("emu3.5", Drafting(passes=25))["decode"]
    attention = next(op for op in refined.operators if isinstance(op, Attention))

    assert 2 * 25 == refined.steps
    assert (False, 0.0) == (attention.causal, refined.cached)
    assert attention.queries == refined.tokens


def test_a_count_stands_before_a_probability() -> None:
    """
    What somebody counted needs no theory.
    """
    assert accepted(Drafting(acceptance=0.7, draft_length=4, accepted_per_step=2.9)) == 2.9
