"""Claims of the lesson: complete, judged by their figures, and cited."""

import functools
import math
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.catalog.load import load
from tokencost.errors import TokencostError
from tokencost.nouns.claim import Claim, Primary
from tokencost.planning.claims import CITED, Claims, Judged, apart, claims, judge
from tokencost.planning.figures import functions_of
from tokencost.report.content_claims import headline, verdict

CLAIMS: list[Claim] = load().all("claims")
STATED = Claim(
    id="x", order=1, about="tokens", says="", source="emu3-lesson", figures=(100.0,),
    primary=Primary(says="", source="emu3-paper"),
)  # fmt: skip
SIZES = st.floats(1e-3, 1e6)


@functools.cache
def found() -> Claims:
    return claims(load())


def judged(name: str) -> Judged:
    return next(each for each in found().judged if each.claim.id == name)


def solved(name: str) -> dict[str, float]:
    exercise = next(each for each in found().solved if each.exercise.id == name)
    return {worked.step.expression: worked.value for worked in exercise.steps}


def test_claims_and_exercises_are_numbered_in_a_row() -> None:
    """
    Forty-seven claims and all five exercises; a gap would be one that somebody dropped.
    """
    assert list(range(1, 48)) == [each.claim.order for each in found().judged]
    assert [1, 2, 3, 4, 5] == [each.exercise.order for each in found().solved]


def test_every_value_is_finite() -> None:
    """
    All expressions of all records have a value.
    """
    values = [worked.value for each in (*found().judged, *found().solved) for worked in getattr(each, "also", ())]
    values += [value for each in found().judged for value in (each.arithmetic, each.prediction) if value is not None]
    values += [worked.value for each in found().solved for worked in each.steps]

    assert len(values) > 100
    assert all(math.isfinite(value) for value in values)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_verdict_is_said_only_where_figures_cannot(claim: Claim) -> None:
    """
    That a figure differs is computed; a record may only say what no figure shows.
    """
    each = judged(claim.id)

    assert claim.verdict not in ("holds", "differs") or each.ratio is None
    assert not (claim.figures and each.reference) or each.ratio is not None


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_predictions_agree_with_the_primary_source(claim: Claim) -> None:
    """
    What is counted agrees to half a percent; time and training hours are predicted, within a quarter.
    """
    each = judged(claim.id)
    if each.prediction is None or not each.published:
        return
    loose = each.claim.unit in ("s", "GPU-years")
    low, high = min(each.published), max(each.published)

    assert low / (1.25 if loose else 1.005) <= each.prediction <= high * (1.25 if loose else 1.005)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_sources_named_in_words_exist(claim: Claim) -> None:
    """
    A second source stands in brackets, and the catalogue knows it.
    """
    text = " ".join([claim.primary.says, claim.remark, *(step.says for step in claim.also)])

    assert not set(CITED.findall(text)) - set(load().index["sources"])
    assert claim.primary.source.partition(",")[0] not in ("emu3-lesson", "emu3-benchmark-page")
    assert claim.source.partition(",")[0] in ("emu3-lesson", "emu3-benchmark-page")


def test_the_page_of_scores_holds_in_every_score() -> None:
    """
    Five scores in one claim; the first is its figure.
    """
    each = judged("page-scores")
    stated = [float(number) for number in re.findall(r"[0-9]+\.[0-9]", each.claim.says)]

    assert stated == [*each.claim.figures, *(worked.value for worked in each.also)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clip-tokens", "4 times too high"),
        ("image-tokens", "1.6 % too low"),
        ("llama-2-gpu-years", "95 times too high"),
        ("emu3-like-llama-2", "5.3 times too high"),
        ("sd3-like-emu3", "3.3 times too low"),
        ("codebook", "holds"),
        ("training-tokens", "unpublished"),
        ("geneval", "incomplete"),
    ],
)
def test_verdicts_say_how_far_off(name: str, said: str) -> None:
    """
    Worked out by hand: 32,768 / 8,192; 4,096 / 4,163; 2,000 / 21.04; 8.086e22 / 1.529e22; 5e22 / 1.529e22.
    """
    assert said == verdict(judged(name))


def test_exercises_have_the_answers_worked_out_by_hand() -> None:
    """
    Rows of 128 and 256 codes with their ends, and three more; 64 pixels under either patch; 6 N D.
    """
    larger, patches, training = map(solved, ("larger-images", "cube-or-tile", "emu3-or-sd3"))

    assert (128 * 129 + 3, 256 * 257 + 3) == (larger["written('emu3', 1024)"], larger["written('emu3', 2048)"])
    assert patches["visual('4x4x4', 256, 32)"] == patches["visual('1x8x8', 256, 32)"] == 64 * 64 * 8
    assert 6 * 8_492_011_520 * 300e9 == training["training('emu3-gen', 300e9)"]


def test_more_guidance_changes_the_distribution_and_not_the_work() -> None:
    """
    The third exercise, from the sampler.
    """
    values = solved("guidance-5-or-3")

    assert values["entropy(0)"] > values["entropy(3)"] > values["entropy(5)"]
    assert 1.9 < values["work(3)"] == values["work(5)"] < 2.1


@given(stated=st.lists(SIZES, min_size=1, max_size=2), factor=st.floats(1.1, 100))
def test_distance_is_a_ratio_either_way(stated: list[float], factor: float) -> None:
    """
    A range agrees with itself; shifted, it is off by what separates it.
    """
    assert 1 == apart(stated, stated)
    assert apart([max(stated) * factor], stated) == pytest.approx(factor)
    assert apart([min(stated) / factor], stated) == pytest.approx(1 / factor)


def test_the_primary_source_goes_before_the_prediction() -> None:
    """
    Nobody is wrong because a model of ours says so, where somebody measured.
    """
    functions = functions_of(load())
    primary = Primary(says="", source="emu3-paper", figures=(100.0,))

    assert "holds" == judge(replace(STATED, primary=primary, prediction="200"), functions).verdict
    assert (200.0,) == judge(replace(STATED, prediction="100 + 100", arithmetic="3"), functions).reference
    assert (3.0,) == judge(replace(STATED, arithmetic="3"), functions).reference


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prediction": "visual('emu3', 500)"}, "504"),
        ({"prediction": "seconds('emu33', 512)"}, "emu3"),
        ({"prediction": "score('emu3-gen', 'fid')"}, "no fid score"),
        ({"prediction": "params('emu3-gen', 'denoiser')"}, "no denoiser"),
        ({"prediction": "entropy(4)"}, "0, 3, 5, 7"),
        ({"figures": ()}, "has to say a verdict"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_named(change: dict[str, Any], said: str) -> None:
    """
    With the record and what is wrong in it.
    """
    with pytest.raises(TokencostError, match=said):
        judge(replace(STATED, **change), functions_of(load()))


def test_the_headline_counts_verdicts() -> None:
    """
    Every claim is in it once.
    """
    first, *counts = map(int, re.findall(r"[0-9]+", headline(found())))

    assert first == sum(counts) == len(found().judged)
