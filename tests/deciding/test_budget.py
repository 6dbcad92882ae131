"""Rules against outcomes: when a limit counts, how much may grow, and how long a waiver holds."""

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.deciding.budget import apart, broken, exceeds, holds, needs_baseline, said
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


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("B", 2.0**30, "1 GiB"), ("B", 2.0**30 - 2.0**20, "1,023 MiB"), ("B", 2.0**20, "1 MiB"),
        ("B", 2.0**19, "0.5 MiB"),
        ("J", 1e9, "1 GJ"), ("J", 9.99e8, "999 MJ"), ("J", 1e6, "1 MJ"), ("J", 9.99e5, "999 kJ"), ("J", 1e3, "1 kJ"),
        ("J", 999.0, "999 J"), ("J", 1.0, "1 J"), ("J", 0.5, "0.5 J"), ("J", -2e3, "-2 kJ"),
        ("kg", 1e3, "1 t"), ("kg", 999.0, "999 kg"), ("kg", 1.0, "1 kg"), ("kg", 0.5, "500 g"), ("kg", 1e-3, "1 g"),
        ("kg", 1e-4, "100 mg"), ("kg", 1e-6, "1 mg"), ("kg", 1e-7, "0.1 mg"),
        ("USD", 0.0, "0 USD"), ("USD", 1.0, "1 USD"), ("USD", 0.0123456, "0.01235 USD"), ("s", 1000.0, "1,000 s"),
        ("", 12.0, "12"), ("", 123456.7, "123,457"), ("", 12345.6, "12,346"), ("", 1234.56, "1,235"),
    ],
)  # fmt: skip
def test_amounts_are_said_in_the_largest_unit_of_which_there_is_one(unit: str, value: float, text: str) -> None:
    """
    Four digits, thousands apart, no zeros behind the point.
    """
    assert text == said(value, unit)


def test_figures_get_digits_until_they_differ() -> None:
    """
    Four are enough where they tell; what differs only in the fifteenth digit differs by rounding.
    """
    assert ("1.235", "1.236") == apart(1.23456, 1.2361, "")
    assert ("1.23456", "1.23457") == apart(1.23456, 1.23457, "")
    assert ("1 USD", "1 USD") == apart(1.0, 1.0, "USD")
    assert ("1", "1") == apart(1 + 6e-15, 1.0, "")
    assert ("1.0000000000001", "1") == apart(1 + 1e-13, 1.0, "")


@pytest.mark.parametrize(
    ("value", "limit", "over"),
    [(1 + 1.005e-9, 1.0, True), (1 + 0.995e-9, 1.0, False), (1000.0 + 0.5e-6, 1000.0, False), (0.0, 0.0, False)],
)
def test_a_limit_is_exceeded_beyond_a_billionth(value: float, limit: float, over: bool) -> None:
    """
    As documented: the guard band is relative, and 1e-9.
    """
    assert over == exceeds(value, limit)


@pytest.mark.parametrize(
    ("found", "needs"),
    [
        (rule(limit=1.0), False),
        (rule(one_of=("sdxl",), metric="model"), False),
        (rule(max_increase=Growth(share=0.1)), True),
        (rule(max_decrease=Growth(share=0.1)), True),
        (rule(stays=True, metric="model"), True),
        (rule(limit=1.0, on="crossing"), True),
        (rule(limit=1.0, on="worsening"), True),
    ],
)
def test_rules_about_changes_need_a_baseline(found: Rule, needs: bool) -> None:
    """
    A limit that always counts is judged without one.
    """
    assert needs == needs_baseline(found)


@pytest.mark.parametrize(
    ("key", "was", "now", "growth", "message"),
    [
        ("max_increase", 1.0, 2.0, Growth(amount=1.0), None),
        ("max_increase", 1.0, 1.5, Growth(share=0.5), None),
        ("max_increase", 0.0, 0.5, Growth(amount=0.5), None),
        ("max_increase", 0.0, 0.6, Growth(amount=0.5), "0 USD → 0.6 USD (+0.6 USD); allowed: +0.5 USD"),
        ("max_increase", 1000.0, 1000.0 + 0.5e-6, Growth(amount=0.0), None),
        ("max_increase", 1.0, 1.6, Growth(share=0.5), "1 USD → 1.6 USD (+0.6 USD, +60.0 %); allowed: +50 %"),
        (
            "max_increase", 1.0, 3.0, Growth(share=0.5, amount=1.0),
            "1 USD → 3 USD (+2 USD, +200.0 %); allowed: +50 % and 1 USD",
        ),
        ("max_decrease", 2.0, 1.0, Growth(share=0.5), None),
        ("max_decrease", 2.0, 0.9, Growth(share=0.5), "2 USD → 0.9 USD (-1.1 USD, -55.0 %); allowed: -50 %"),
        ("max_decrease", 1.0, 3.0, Growth(share=0.5), None),
    ],
)  # fmt: skip
def test_how_far_a_metric_moved_is_told(key: str, was: float, now: float, growth: Growth, message: str | None) -> None:
    """
    What is just allowed is allowed; from nothing there is no share.
    """
    found = broken(rule(**{key: growth}), outcome(was), outcome(now))

    assert ([f"usd_per_asset: {message}"] if message else []) == [f"usd_per_asset: {one.message[14:]}" for one in found]
    assert all(one.key == key and one.actual == pytest.approx(abs(now - was)) for one in found)


def test_of_two_allowances_the_larger_is_the_limit() -> None:
    """
    Both are exceeded, so the last to go is the one to name.
    """
    (found,) = broken(rule(max_increase=Growth(share=0.5, amount=1.0)), outcome(1.0), outcome(3.0))

    assert (2.0, 1.0, 3.0) == (found.actual, found.limit, found.value)


@pytest.mark.parametrize(
    ("on", "was", "now", "ending"),
    [
        ("always", 2.0, 2.0, "is 2 USD, the limit is 1 USD"),
        ("crossing", 1.5, 2.0, "the limit is 1 USD; it was over the limit before"),
        ("worsening", 2.0, 2.0, "the limit is 1 USD; it was over the limit before and is no worse now"),
        ("worsening", 1.5, 2.0, "is 2 USD, the limit is 1 USD"),
    ],
)
def test_an_excuse_is_told(on: On, was: float, now: float, ending: str) -> None:
    """
    A line that breaks a limit and fails nothing must say why.
    """
    (found,) = broken(rule(limit=1.0, on=on), outcome(was), outcome(now))

    assert found.message.endswith(ending)
    assert (2.0, 2.0, 1.0) == (found.value, found.actual, found.limit)


@pytest.mark.parametrize(
    ("found", "key"),
    [
        (rule(limit=1.0, max_increase=Growth(share=0.1)), "limit"),
        (rule(max_increase=Growth(share=0.1), max_decrease=Growth(share=0.1)), "max_increase"),
        (rule(max_decrease=Growth(share=0.1)), "max_decrease"),
    ],
)
def test_what_is_not_known_breaks_the_first_key(found: Rule, key: str) -> None:
    """
    One line of the file is marked.
    """
    assert [(key, False)] == keys(found, outcome(), outcome(None))


def test_without_draws_no_quantile_is_known() -> None:
    """
    A saved plan may hold none.
    """
    undrawn = dataclasses.replace(outcome(), spread=None)

    assert "usd_per_asset at p90 is not known, so it cannot be judged" == (
        broken(rule(limit=1.2, at="p90"), None, undrawn)[0].message
    )


@pytest.mark.parametrize(
    ("on", "before", "excused"),
    [
        ("always", "flux", False), ("crossing", "flux", True), ("worsening", "flux", True), ("crossing", "sdxl", False),
        ("crossing", None, False),
    ],
)  # fmt: skip
def test_a_model_off_the_list_is_excused_where_it_was_off_before(on: On, before: str | None, excused: bool) -> None:
    """
    Only this change is judged, where the rule says so.
    """
    was = None if before is None else outcome(model=before)
    (found,) = broken(rule(metric="model", one_of=("sdxl", "sd3"), on=on), was, outcome(model="emu3-gen"))

    assert excused == found.excused
    assert f"model is emu3-gen; allowed: sdxl, sd3{'; it was not before either' if excused else ''}" == found.message


def test_a_first_recommendation_has_nothing_to_stay_at() -> None:
    """
    Without a baseline nothing changed.
    """
    assert [] == broken(rule(metric="model", stays=True), None, outcome())
    assert [] == broken(rule(metric="model"), outcome(), outcome(model="flux"))
    assert [] == broken(rule(max_increase=Growth(share=0.0)), None, outcome())


def test_a_waiver_without_a_ceiling_holds_at_any_cost() -> None:
    """
    Even where the metric of the rule is a name.
    """
    place = Place(file="b.yaml", line=1, column=1)
    waiver = Waiver(rule="cost", select=Selection(), until=TODAY, ceiling=None, reason="launch", place=place)
    listed = rule(metric="model", one_of=("sdxl",))

    assert holds(waiver, broken(listed, None, outcome(model="flux"))[0], listed, TODAY)[0]
