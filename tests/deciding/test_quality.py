"""Published scores against tiers and bounds, and what is said about them."""

from typing import Literal

import pytest

from tokencost.deciding.quality import judge_bounds, judge_tier, moved, quality_violation
from tokencost.nouns.model import Bound, Quality, Score, Tier

SCORES = Quality(
    id="model",
    scores=(
        Score(metric="geneval", value=0.66, conditions="other group", source="paper-b, Table 9"),
        Score(metric="geneval", value=0.67, conditions="1024², 50 steps, raw prompts", source="paper-a, Table 2"),
        Score(metric="fid", value=10.1, conditions="512²", source="paper-a"),
        Score(metric="fid", value=9.6, conditions="1024²", source="paper-c"),
    ),
)
HIGH = Bound(metric="geneval", value=0.6)
LOW = Bound(metric="fid", value=7.0, better="lower")
NOBODY = Bound(metric="vbench", value=80.0)
TIER = Tier(id="t", task="text-to-image", tier="standard", any_of=(HIGH, NOBODY), why="a test")


def test_the_most_favourable_condition_decides_and_is_named_with_the_least() -> None:
    """
    One model has as many scores as papers quote it; the reader sees how far they lie apart.
    """
    (high, low), kept = judge_bounds((HIGH, LOW), SCORES)

    assert (0.67, "1024², 50 steps, raw prompts", "paper-a, Table 2") == (high.value, high.conditions, high.source)
    assert (9.6, 2, 10.1) == (low.value, low.published, low.worst)
    assert kept is False


def test_a_refusal_names_the_broken_bounds_with_score_condition_and_source() -> None:
    """
    A bound that is kept is no reason.
    """
    scored, kept = judge_bounds((HIGH, LOW), SCORES)
    (broken,) = quality_violation(scored, kept, "the spec's bounds", accept_unknown=False)

    assert "below the spec's bounds: fid 9.6 (asked <= 7; 1024²; paper-c)" == broken.message


@pytest.mark.parametrize("accepted", [True, False])
def test_a_score_that_nobody_published_is_unknown_and_accepted_or_refused(accepted: bool) -> None:
    """
    Unknown is neither kept nor broken; the spec says what to make of it.
    """
    scored, kept = judge_bounds((HIGH, NOBODY), SCORES)
    broken = list(quality_violation(scored, kept, "the spec's bounds", accept_unknown=accepted))

    expected = [] if accepted else ["unknown: no published vbench to judge the spec's bounds"]

    assert kept is None
    assert expected == [violation.message for violation in broken]


def test_a_broken_bound_is_broken_whatever_else_is_unknown() -> None:
    """
    Accepting the unknown accepts nothing that is known to be worse.
    """
    scored, kept = judge_bounds((LOW, NOBODY), SCORES)

    assert kept is False
    assert list(quality_violation(scored, kept, "the spec's bounds", accept_unknown=True))


def test_one_known_metric_is_enough_for_a_tier() -> None:
    """
    No benchmark covers every model.
    """
    scored, reached = judge_tier(TIER, SCORES)

    assert reached is True
    assert ["geneval"] == [score.metric for score in scored]
    assert judge_tier(TIER, None)[1] is None


def test_two_models_are_set_side_by_side_in_the_metrics_of_tiers() -> None:
    """
    The first score of each is the one of its own report.
    """
    other = Quality(id="student", scores=(Score(metric="geneval", value=0.5, conditions="raw", source="paper-d"),))

    assert ["geneval 0.66 to 0.5"] == list(moved(SCORES, other))
    assert [] == list(moved(SCORES, None))
    assert [] == list(moved(None, SCORES))


def test_only_metrics_of_both_and_of_tiers_are_set_side_by_side() -> None:
    """
    fid depends on who measured it; a score that one alone has is no comparison.
    """
    more = Quality(id="m", scores=(*SCORES.scores, Score(metric="vbench", value=80.0, conditions="", source="s")))
    other = Quality(id="o", scores=(Score(metric="fid", value=8.0, conditions="", source="s"),))

    assert [] == list(moved(more, other))
    assert [] == list(moved(other, more))


def test_any_known_metric_reaches_a_tier() -> None:
    """
    A second one below its bound takes nothing away.
    """
    tier = Tier(id="t", task="text-to-image", tier="standard", any_of=(HIGH, LOW), why="a test")

    assert judge_tier(tier, SCORES)[1] is True


@pytest.mark.parametrize(("metric", "value", "better"), [("geneval", 0.67, "higher"), ("fid", 9.6, "lower")])
def test_a_bound_that_is_met_exactly_is_kept(metric: str, value: float, better: Literal["higher", "lower"]) -> None:
    """
    In both directions.
    """
    assert judge_bounds((Bound(metric=metric, value=value, better=better),), SCORES)[1] is True
