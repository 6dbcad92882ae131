"""Guidance, temperature, top-k and top-p on distributions that can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sampling.drawing import choices
from tokencost.catalog.load import load
from tokencost.planning.sample import Sampling, sampled
from tokencost.sampling.guidance import Choosing, chances, drawn, effect, guided
from tokencost.sampling.layout import TokenGrid
from tokencost.sampling.stream import below, bits

LOGITS = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=30).map(np.array)
EIGHT = TokenGrid(frames=1, height=8, width=8)


def shares(logits: list[float], **how: float) -> list[float]:
    found = chances(np.array(logits), Choosing(**how))  # type: ignore[arg-type]
    return [float(part) for part in found / found.sum()]


def test_weight_one_is_the_conditional_and_zero_the_unconditional() -> None:
    """
    The convention of Emu3; in the other one they would be weights 0 and -1.
    """
    cond, uncond = np.array([1.0, 2.0]), np.array([3.0, -1.0])

    assert [cond.tolist(), uncond.tolist()] == [guided(cond, uncond, 1.0).tolist(), guided(cond, uncond, 0.0).tolist()]
    assert [-1.0, 5.0] == guided(cond, uncond, 2.0).tolist()


def test_temperature_divides_logits() -> None:
    """
    Half the temperature squares the odds, which are 3 to 1; at 0 the likeliest is certain.
    """
    logits = [float(np.log(3)), 0.0]

    assert [0.75, 0.25] == pytest.approx(shares(logits))
    assert [0.9, 0.1] == pytest.approx(shares(logits, temperature=0.5))
    assert [1.0, 0.0] == shares(logits, temperature=0.0)


def test_top_k_and_top_p_keep_the_likeliest() -> None:
    """
    Of 1/2, 1/4, 1/8, 1/8: two codes, or as few as reach the share; the rest is drawn among them.
    """
    logits = [float(np.log(part)) for part in (1 / 8, 1 / 2, 1 / 8, 1 / 4)]

    assert [0, 2 / 3, 0, 1 / 3] == pytest.approx(shares(logits, top_k=2))
    assert [0, 2 / 3, 0, 1 / 3] == pytest.approx(shares(logits, top_p=0.75))
    assert [0, 1, 0, 0] == pytest.approx(shares(logits, top_p=0.4))


@given(logits=LOGITS, how=choices(), word=st.integers(0, 2**64 - 1))
def test_only_what_is_kept_is_drawn(logits: np.ndarray, how: Choosing, word: int) -> None:
    """
    Something is always kept, the likeliest among it, and no more than asked for.
    """
    found = chances(logits, how)

    assert found[drawn(found, word)] > 0
    assert found[logits.argmax()] == found.max() > 0
    assert np.count_nonzero(found) <= (how.top_k or len(logits))


@given(found=st.lists(st.integers(0, 5), min_size=1, max_size=8).filter(any))
def test_codes_are_drawn_as_often_as_they_should(found: list[int]) -> None:
    """
    Words that are spread evenly give each code exactly its share.
    """
    total = sum(found)
    words = [(n << 64) // total + 1 for n in range(total)]
    seen = [drawn(np.array(found), word) for word in words]

    assert found == [seen.count(code) for code in range(len(found))]


@given(word=st.integers(0, 2**64 - 1), limit=st.integers(1, 2**70))
def test_whole_numbers_stay_below_their_limit(word: int, limit: int) -> None:
    """
    One too many would be a code that does not exist.
    """
    assert 0 <= below(word, limit) < limit


def test_bits_are_those_of_the_published_generator() -> None:
    """
    The known answer of Philox 4x64 for a counter and a key of zeros; streams differ, and begin alike at any length.
    """
    known = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    before = np.random.Philox(key=0, counter=2**256 - 1)

    assert known == before.random_raw(4).tolist()
    assert before.random_raw(8).tolist() == bits(0, 0, 8).tolist()
    assert not set(bits(0, 0, 64).tolist()) & set(bits(0, 1, 64).tolist())


def test_the_effect_of_a_distribution_worked_out_by_hand() -> None:
    """
    Even odds against 3 to 1: entropy ln 2, divergence ln(2/√3), and both prefer the first of equals.
    """
    cond, mixed = np.array([[np.log(3.0), 0.0]]), np.array([[0.0, 0.0]])
    found = effect(cond, mixed, Choosing())

    assert (0.693147181, 0.143841036, 1.0) == (found.entropy, found.divergence, found.agreement)


def test_guidance_narrows_the_distribution_and_leaves_the_conditional() -> None:
    """
    In the same places, more weight means fewer codes in play, further from what the prompt alone would draw.
    """
    runs = sampled(load(), Sampling(grid=EIGHT, weights=(1.0, 3.0, 5.0, 7.0))).runs
    entropy, divergence, agreement = (
        [getattr(run.effect, name) for run in runs] for name in ("entropy", "divergence", "agreement")
    )

    assert sorted(entropy, reverse=True) == entropy
    assert sorted(divergence) == divergence
    assert sorted(agreement, reverse=True) == agreement
    assert runs[0].effect == runs[1].effect
    assert runs[0].tokens == runs[1].tokens


def test_a_seed_changes_the_draw_and_nothing_else() -> None:
    """
    The model and its prompts stay; so do the counts.
    """
    one, other = (sampled(load(), Sampling(grid=EIGHT, seed=seed)) for seed in (0, 1))

    assert one.runs[0].tokens != other.runs[0].tokens
    assert one.runs[0].phases == other.runs[0].phases


def test_tokens_are_the_same_on_every_machine() -> None:
    """
    Whole numbers and exact sums: a difference here is a machine that adds otherwise.
    """
    first = replace(EIGHT, height=1)
    found = [run.tokens for run in sampled(load(), Sampling(grid=first, weights=(3.0,), mode="batched")).runs]

    assert [[371, 47, 390, 385, 434, 366, 5, 161], [329, 188, 217, 304, 415, 329, 2, 351]] == [
        [token - 83 for token in tokens[:8]] for tokens in found
    ]
