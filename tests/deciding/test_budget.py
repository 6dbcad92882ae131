"""Rules against outcomes: when a limit counts, how much may grow, and how long a waiver holds."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.deciding.budget import apart, broken, holds, said
from tokencost.nouns.budget import METRICS, Growth, On, Place, Rule, Selection, Waiver
from tokencost.nouns.change import Outcome
from tokencost.nouns.flip import Quantiles, Spread

AMOUNTS = st.floats(min_value=1e-9, max_value=1e9)
DRAWN = Spread(cost=Quantiles(p10=0.8, p50=1.0, p90=1.5), seconds=Quantiles(p10=1.0, p50=2.0, p90=3.0))
TODAY = datetime.date(2027, 1, 31)


def outcome(cost: float | None = 1.0, model: str = "sdxl", *, feasible: bool = True) -> Outcome:
    return Outcome(
        model=model, family="diffusion", feasible=feasible, per_asset=cost, per_month=None, lines=(), gpus=4.0,
        memory=2.0**34, p50=1.0, p95=2.0, p99=3.0, spread=DRAWN,
    )  # fmt: skip


def rule(**said: object) -> Rule:
    return Rule(**{"id": "cost", "select": Selection(), "metric": "usd_per_asset", **said})  # type: ignore[arg-type]


def keys(found: Rule, before: Outcome | None, after: Outcome) -> list[tuple[str, bool]]:
    return [(one.key, one.excused) for one in broken(found, before, after)]


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_a_field_of_an_outcome(metric: str) -> None:
    """
    A metric nobody can read would be a rule that never breaks.
    """
    assert METRICS[metric].field in Outcome.__dataclass_fields__  # type: ignore[index]
    assert not METRICS[metric].drawn or METRICS[metric].drawn in Spread.__dataclass_fields__  # type: ignore[index]


@given(AMOUNTS, AMOUNTS)
def test_a_limit_breaks_exactly_when_it_is_exceeded(value: float, limit: float) -> None:
    """
    Beyond the digits that a saved result loses.
    """
    assert (value > limit * (1 + 1e-9)) == bool(broken(rule(limit=limit), None, outcome(value)))


@pytest.mark.parametrize(
    ("on", "was", "now", "expected"),
    [
        ("always", 2.0, 2.0, [("limit", False)]),
        ("crossing", 0.5, 2.0, [("limit", False)]),
        ("crossing", 1.5, 2.0, [("limit", True)]),
        ("crossing", 2.0, 0.5, []),
        ("worsening", 1.5, 2.0, [("limit", False)]),
        ("worsening", 2.0, 2.0, [("limit", True)]),
        ("worsening", 3.0, 2.0, [("limit", True)]),
        ("crossing", None, 2.0, [("limit", False)]),
    ],
)
def test_when_a_broken_limit_counts(on: On, was: float | None, now: float, expected: list[tuple[str, bool]]) -> None:
    """
    What was over the limit before is no fault of this change; a cost that nobody knew has crossed it.
    """
    assert expected == keys(rule(limit=1.0, on=on), outcome(was), outcome(now))
    assert bool(expected) == bool(broken(rule(limit=1.0, on=on), None, outcome(now)))


@given(AMOUNTS, AMOUNTS, st.floats(min_value=0, max_value=10), AMOUNTS)
def test_of_two_allowances_both_have_to_be_exceeded(was: float, now: float, share: float, amount: float) -> None:
    """
    A share alone misfires on small amounts, an amount alone on large ones.
    """
    either = [Growth(share=share), Growth(amount=amount)]
    alone = [bool(broken(rule(max_increase=one), outcome(was), outcome(now))) for one in either]
    both = Growth(share=share, amount=amount)

    assert all(alone) == bool(broken(rule(max_increase=both), outcome(was), outcome(now)))


@given(AMOUNTS, AMOUNTS, st.floats(min_value=0, max_value=1))
def test_a_fall_is_judged_like_a_growth(was: float, now: float, share: float) -> None:
    """
    What falls by more than is allowed breaks the rule, what grows never does.
    """
    fell = keys(rule(max_decrease=Growth(share=share)), outcome(was), outcome(now))

    assert ([("max_decrease", False)] if was - now > share * was + 1e-9 * was else []) == fell


@pytest.mark.parametrize(
    ("found", "before", "after"),
    [
        (rule(limit=1.0), None, outcome(None)),
        (rule(limit=1.0, at="p90", metric="usd_per_month"), None, outcome()),
        (rule(max_increase=Growth(share=1.0)), outcome(None), outcome()),
        (rule(max_increase=Growth(share=1.0)), outcome(), outcome(None)),
        (rule(max_decrease=Growth(share=1.0)), outcome(), outcome(None)),
    ],
)
def test_what_nobody_knows_is_not_kept(found: Rule, before: Outcome | None, after: Outcome) -> None:
    """
    A missing price must not look like a low one.
    """
    assert ["not known" in one.message for one in broken(found, before, after)] == [True]


def test_quantiles_are_those_of_the_draws() -> None:
    """
    The plan's own value may keep a limit that nine draws in ten do not.
    """
    assert not broken(rule(limit=1.2), None, outcome())
    assert [("limit", False)] == keys(rule(limit=1.2, at="p90"), None, outcome())


def test_the_recommendation_is_one_of_a_list_or_stays() -> None:
    """
    A model that nobody reviewed must not come in through a change of size; nothing feasible is another one too.
    """
    listed, stays = rule(metric="model", one_of=("sdxl",)), rule(metric="model", stays=True)
    other, none = outcome(model="flux"), outcome(feasible=False)

    assert [[], [("one_of", False)], [("one_of", False)]] == [
        keys(listed, None, one) for one in (outcome(), other, none)
    ]
    assert [[], [("stays", False)], [("stays", False)]] == [
        keys(stays, outcome(), one) for one in (outcome(), other, none)
    ]
    assert [("one_of", True)] == keys(rule(metric="model", one_of=("sdxl",), on="crossing"), other, other)


@pytest.mark.parametrize(
    ("until", "value", "holding", "word"),
    [
        (TODAY, 1.0, True, "0 days left: launch"),
        (TODAY + datetime.timedelta(1), 1.0, True, "1 day left"),
        (TODAY - datetime.timedelta(1), 1.0, False, "expired 1 day ago"),
        (TODAY - datetime.timedelta(40), 1.0, False, "expired 40 days ago, after 2026-12-22"),
        (TODAY, 2.1, False, "above the ceiling of its waiver, 2 USD"),
        (TODAY, None, False, "above the ceiling"),
    ],
)
def test_waivers_end(until: datetime.date, value: float | None, holding: bool, word: str) -> None:
    """
    By their date, and by a cost above what was granted.
    """
    place = Place(file="b.yaml", line=1, column=1)
    waiver = Waiver(rule="cost", select=Selection(), until=until, ceiling=2.0, reason="launch", place=place)
    found = broken(rule(limit=0.1), None, outcome(value))[0]
    answer, why = holds(waiver, found, rule(limit=0.1), TODAY)

    assert (holding, True) == (answer, word in why)


@given(st.sampled_from(["USD", "s", "B", "J", "kg", ""]), AMOUNTS, st.floats(min_value=1e-10, max_value=1))
def test_different_figures_never_look_the_same(unit: str, limit: float, over: float) -> None:
    """
    Rounding must not hide the very growth that breaks a limit.
    """
    texts = apart(limit * (1 + over), limit, unit)

    assert texts[0] != texts[1]
    assert "e" not in said(limit, "")
