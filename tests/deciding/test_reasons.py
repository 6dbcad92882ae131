"""The sentences of a recommendation: which models are spoken of, and where words turn."""

from dataclasses import replace

import pytest

from tests.deciding.test_recommend import candidate
from tokencost.deciding.recommend import (
    cost_of,
    fit_first,
    in_numbers,
    preference,
    ranked,
    recommend,
    share,
)
from tokencost.nouns.answer import Candidate, PhaseTime, Tokens, Violation
from tokencost.nouns.flip import Certainty

TOKENS = Tokens(grid=(1.0, 32.0, 32.0), visual=1024.0, structural=35.0, text=64.0, sequence=1123.0, generated=0.0)


def told(model: str, cost: float, **fields: object) -> Candidate:
    """A candidate whose estimate says more."""
    found = candidate(model, cost)
    assert found.estimate is not None
    return replace(found, estimate=replace(found.estimate, **fields))  # type: ignore[arg-type]


def steps(name: str, number: float) -> PhaseTime:
    return PhaseTime(
        id=name, component="denoiser", steps=number, flop=0.0, memory_traffic=0.0, link_traffic=0.0, kernels=0.0,
        seconds=1.0, bound="compute",
    )  # fmt: skip


def certainty(model: float, family: float, **others: float) -> Certainty:
    """Shares of the winner `a`, of its family, and of others."""
    return Certainty(
        draws=1000, models={"a": model, **others}, families={"diffusion": family, "autoregressive": 1 - family}
    )


@pytest.mark.parametrize(
    ("family", "verdict"), [(0.6, "recommended"), (0.605, "recommended"), (0.599, "too-close-to-call")]
)
def test_a_family_is_recommended_from_six_draws_in_ten_on(family: float, verdict: str) -> None:
    """
    As documented: below 60 % it is a coin toss.
    """
    found = recommend([candidate("a", 1.0)], certainty(0.5, family))

    assert (verdict, 0.5, family) == (found.verdict, found.confidence, found.family_confidence)


def test_what_never_wins_a_draw_has_no_share() -> None:
    """
    The plan chose it, and every draw something else.
    """
    found = recommend([candidate("a", 1.0)], Certainty(draws=1000, models={}, families={}))

    assert ("too-close-to-call", 0.0, 0.0) == (found.verdict, found.confidence, found.family_confidence)
    assert "A stays the best in less than 1 % of 1,000 draws" in found.reasons[-1]
    assert "diffusion in less than 1 %." in found.reasons[-1]


def test_where_nobody_drew_nothing_is_said_about_it() -> None:
    """
    Certainty that was not asked for is not made up.
    """
    found = recommend([candidate("a", 1.0), candidate("b", 2.0)])

    assert ("recommended", None, None) == (found.verdict, found.confidence, found.family_confidence)
    assert not [reason for reason in found.reasons if "draws" in reason]


def test_draws_name_the_nearest_rival_alone() -> None:
    """
    One model and one family that win instead, from one draw in a hundred on.
    """
    several = [candidate("a", 1.0), candidate("b", 1.1), candidate("c", 1.2, family="autoregressive")]
    sentence = (
        "A stays the best in 90 % of 1,000 draws over prediction errors, prices and traffic, diffusion in 96 %; "
        "instead B in 6 %, autoregressive in 4 %."
    )
    rare = certainty(0.985, 0.995, b=0.01, c=0.005)

    assert sentence == recommend(several, certainty(0.9, 0.96, b=0.06, c=0.04)).reasons[-1]
    assert recommend(several, rare).reasons[-1].endswith("diffusion in more than 99 %; instead B in 1 %.")
    assert recommend(several, certainty(0.995, 0.995, b=0.005)).reasons[-1].endswith("diffusion in more than 99 %.")


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0.0, "less than 1 %"), (0.0099, "less than 1 %"), (0.01, "1 %"), (0.5, "50 %"), (0.99, "99 %"),
        (0.991, "more than 99 %"), (1.0, "more than 99 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_surer_than_draws_can_be(part: float, text: str) -> None:
    """
    A thousand draws do not tell 0.1 % from never.
    """
    assert text == share(part)


def test_a_single_model_is_the_only_one() -> None:
    """
    Cheapest of one would be no praise.
    """
    alone, two = ([candidate("a", 1.0)], [candidate("a", 1.0), candidate("b", 2.0)])

    assert ("A (diffusion): 1 s per request (0.5 to 2 s), $1 per asset; the only feasible model.",) == (
        recommend(alone).reasons
    )
    assert recommend(two).reasons[0].endswith("; cheapest of 2 feasible models.")
    assert (None, "b") == (recommend(alone).runner_up, recommend(two).runner_up)


@pytest.mark.parametrize(
    ("cost", "says"),
    [
        (1.5, "Runner-up B (diffusion) costs 1.5 times as much, 1 s per request."),
        (1.00502, "Runner-up B (diffusion) costs 1.01 times as much, 1 s per request."),
        (1.0049, "Runner-up B (diffusion) costs the same, 1 s per request."),
        (1.0, "Runner-up B (diffusion) costs the same, 1 s per request."),
    ],
)
def test_costs_within_half_a_percent_are_the_same(cost: float, says: str) -> None:
    """
    Less than what a price list rounds.
    """
    assert says == recommend([candidate("a", 1.0), candidate("b", cost)]).reasons[-1]


@pytest.mark.parametrize(
    ("best", "other", "margin"), [(0.5, 0.75, 0.5), (0.0, 1.0, None), (1.0, None, None), (2.0, 2.0, 0.0)]
)
def test_a_margin_needs_two_costs(best: float, other: float | None, margin: float | None) -> None:
    """
    Nothing is any number of times dearer than what is free, or than what nobody knows.
    """
    found = recommend([candidate("a", best), candidate("b", other)])

    assert margin == found.margin
    assert (margin is not None) == any("Runner-up" in reason for reason in found.reasons)


def test_of_the_other_side_its_best_is_told_and_the_first_role_of_emu3() -> None:
    """
    One sentence each; what was not made for such a size stands behind what was.
    """
    side = [
        candidate("x", 2.0, family="autoregressive", broken="size"),
        candidate("y", 3.0, family="autoregressive"),
        candidate("z", 4.0, family="autoregressive"),
        candidate("emu3-gen", 5.0, family="autoregressive"),
        candidate("emu3-stage2", 6.0, family="autoregressive"),
    ]
    reasons = recommend([candidate("a", 1.0), candidate("b", 1.5), *side]).reasons

    assert ["A (d", "Y (a", "EMU3-GEN (a", "Runner-up B (d"] == [
        reason.split("iff")[0].split("uto")[0] for reason in reasons
    ]
    assert reasons[1].endswith("; feasible.")


def test_autoregression_hears_of_diffusion() -> None:
    """
    Whoever is recommended, the other side is told, without what nobody could compute.
    """
    unknown = replace(candidate("u", 1.1), estimate=None)
    found = recommend([candidate("a", 1.0, family="autoregressive"), unknown, candidate("b", 2.0, broken="memory")])

    assert ["B (diffusion): 1 s per request (0.5 to 2 s), $2 per asset; infeasible: breaks memory."] == [
        reason for reason in found.reasons if reason.startswith(("B", "U"))
    ]


def test_one_reason_of_many_makes_a_model_unfit() -> None:
    """
    A model for other sizes stays one where it breaks a budget as well.
    """
    both = replace(
        candidate("a", 1.0, broken="size"),
        violations=(Violation(constraint="budget.per_asset", message=""), Violation(constraint="size", message="")),
    )

    assert ["b", "a"] == [one.model for one in fit_first([both, candidate("b", 2.0, broken="memory")])]


def test_what_is_not_known_comes_last() -> None:
    """
    No bill is no cost of nothing, no estimate no time of nothing.
    """
    unknown = replace(candidate("a", 1.0), bill=None, estimate=None)

    assert float("inf") == cost_of(unknown)
    assert (False, 0, float("inf"), float("inf"), "a") == preference(unknown)
    assert ["b", "a"] == [one.model for one in ranked([unknown, candidate("b", 9.0)])]


def test_of_infeasible_models_those_that_break_less_come_first() -> None:
    """
    Whoever is nearest to passing is the one to talk about, whatever it costs.
    """
    two = replace(
        candidate("a", 1.0, broken="memory"),
        violations=tuple(Violation(constraint=name, message="") for name in ("memory", "size")),
    )

    assert ["b", "a"] == [one.model for one in ranked([two, candidate("b", 9.0, broken="memory")])]


def test_the_three_nearest_are_told_where_nothing_is_feasible() -> None:
    """
    Those of which something is known, else the first three.
    """
    broken = [candidate(name, 1.0, broken="memory") for name in "abcde"]
    unknown = [replace(one, estimate=None) for one in broken]

    assert ["B", "C", "D"] == [reason[0] for reason in recommend([unknown[0], *broken[1:]]).reasons]
    assert ["A", "B", "C"] == [reason[0] for reason in recommend(unknown).reasons]
    assert "A (diffusion): not computed for this size; breaks memory." == recommend(unknown).reasons[0]


def test_what_rules_most_out_is_told_beside_a_choice_too() -> None:
    """
    Of those that are not feasible; of constraints that rule out as many the last by name.
    """
    rejected = [candidate(name, 1.0, broken=what) for name, what in (("b", "memory"), ("c", "size"))]

    assert "size" == recommend([candidate("a", 1.0), *rejected]).binding
    assert "memory" == recommend([candidate("a", 1.0), *rejected, candidate("d", 1.0, broken="memory")]).binding
    assert "" == recommend([candidate("a", 1.0)]).binding


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"tokens": replace(TOKENS, generated=1059.0)}, "1,059 tokens one after the other, 1 s per request"),
        (
            {"tokens": replace(TOKENS, generated=1059.0), "accelerations": ("jacobi", "fp8")},
            "1,059 tokens with jacobi and fp8, 1 s per request",
        ),
        ({"tokens": TOKENS}, "1,024 latent tokens, 1 s per request"),
        (
            {"tokens": TOKENS, "phases": (steps("encode", 1.0), steps("denoise", 50.0))},
            "1,024 latent tokens in 50 passes, 1 s",
        ),
        ({"tokens": TOKENS, "phases": (steps("unmask", 12.0),)}, "1,024 latent tokens in 12 passes, 1 s"),
        ({"tokens": TOKENS, "phases": (steps("denoise", 1.0),)}, "1,024 latent tokens in 1 pass, 1 s per request"),
    ],
)  # fmt: skip
def test_tokens_are_told_by_how_they_are_made(fields: dict[str, object], line: str) -> None:
    """
    Written one by one, together, or as a latent in so many passes.
    """
    assert in_numbers(told("a", 1.0, **fields)).startswith(line)


def test_a_batch_is_told_where_there_is_one() -> None:
    """
    One request alone is no batch; what publishes no time has none.
    """
    estimate = candidate("a", 1.0).estimate
    assert estimate is not None
    two = told("a", 1.0, request=replace(estimate.request, batch=2.0))

    assert "1 s per request (0.5 to 2 s), $1 per asset" == in_numbers(candidate("a", 1.0))
    assert "1 s per request in a batch of 2 (0.5 to 2 s), $1 per asset" == in_numbers(two)
    assert "$1 per asset" == in_numbers(candidate("a", 1.0, latency=0.0))
