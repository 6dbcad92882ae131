"""Limits of a change, and the words for what caused it."""

from dataclasses import replace

import pytest

from tokencost.deciding.allowance import another_model, any_change, dollars, increase_limit
from tokencost.deciding.causes import because, cause_text, main_path, measured
from tokencost.nouns.change import Allowance, Altered, Cause, Change, Measure, Outcome

BEFORE = Outcome(
    model="a", family="diffusion", feasible=True, per_asset=0.01, per_month=1000.0, lines=(), gpus=1.0, memory=None,
    p50=None, p95=None, p99=None,
)  # fmt: skip
SIZE = Cause(kind="spec", altered=(Altered(path="output.width", before="512", after="1024"),))
PEAK = Cause(kind="spec", altered=(Altered(path="traffic.peak", before="2 req/s", after="6 req/s"),))
RECORDS = Cause(kind="catalogue", altered=tuple(Altered(path=f"gpus/{n}", before=n, after=n * 2) for n in "abcde"))


def change(after: Outcome, *causes: tuple[Cause, float]) -> Change:
    """A change per asset with the part of each cause."""
    known = BEFORE.per_asset is not None and after.per_asset is not None
    measure = Measure(
        name="per_asset", step=1e-5, before=BEFORE.per_asset or 0.0, after=after.per_asset or 0.0,
        parts=tuple(part for _, part in causes),
    )  # fmt: skip
    return Change(
        name="x", old="old.json", new="new.json", before=BEFORE, after=after, causes=tuple(c for c, _ in causes),
        method="shapley", measures=(measure,) if known else (), lines=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "allowed", "broken"),
    [
        (0.011, Allowance(measure="per_asset", share=0.1), False),
        (0.01101, Allowance(measure="per_asset", share=0.1), True),
        (0.0101, Allowance(measure="per_asset", share=0.0), True),
        (0.01, Allowance(measure="per_asset", share=0.0), False),
        (0.012, Allowance(measure="per_asset", amount=0.002), False),
        (0.0121, Allowance(measure="per_asset", amount=0.002), True),
        (0.0121, Allowance(measure="per_asset", share=0.5, amount=0.002), False),
        (0.0121, Allowance(measure="per_asset", share=0.1, amount=0.005), False),
        (0.0151, Allowance(measure="per_asset", share=0.5, amount=0.002), True),
    ],
)
def test_both_bounds_have_to_be_exceeded(after: float, allowed: Allowance, broken: bool) -> None:
    """
    A share alone makes noise of small amounts, an amount alone of large ones; what is just allowed is allowed.
    """
    found = increase_limit(change(replace(BEFORE, per_asset=after)), allowed)

    assert broken == bool(found)
    assert not found or found[0].actual == pytest.approx(after - 0.01)


def test_the_violation_says_how_much_and_what_was_allowed() -> None:
    """
    Amounts, the share, and both bounds.
    """
    (found,) = increase_limit(
        change(replace(BEFORE, per_month=1600.0)), Allowance(measure="per_month", share=0.1, amount=500.0)
    )

    assert (
        "1,000.00 USD → 1,600.00 USD per month (+600.00 USD, +60.0 %); allowed: +10 % and 500.00 USD" == found.message
    )
    assert (600.0, 500.0, "increase.per_month") == (found.actual, found.limit, found.constraint)


@pytest.mark.parametrize("side", ["before", "after"])
def test_growth_that_nobody_can_know_is_not_allowed(side: str) -> None:
    """
    A side without a price passes no limit, and is named.
    """
    one = change(replace(BEFORE, per_asset=0.02))
    unknown = replace(one, **{side: replace(BEFORE, per_asset=None)})  # type: ignore[arg-type]
    (found,) = increase_limit(unknown, Allowance(measure="per_asset", share=9.0))

    assert {"before": "old.json", "after": "new.json"}[side] in found.message


def test_any_change_is_a_drop_too() -> None:
    """
    A cost that fell without a reason is a mistake as often as one that rose; the last digits are none.
    """
    assert [] == any_change(change(replace(BEFORE, per_asset=0.01 * (1 + 1e-10))))
    assert "0.01 USD → 0.009 USD per asset" in any_change(change(replace(BEFORE, per_asset=0.009)))[0].message
    assert "no cost is known" in any_change(change(replace(BEFORE, per_asset=None)))[0].message


def month(before: float, after: float) -> Change:
    """A change of the cost of a month alone."""
    one = change(replace(BEFORE, per_month=after))
    measure = Measure(name="per_month", step=0.01, before=before, after=after, parts=())
    return replace(one, before=replace(BEFORE, per_month=before), measures=(measure,))


@pytest.mark.parametrize(
    ("before", "after", "allowed", "broken"),
    [
        (1.0, 1.5, Allowance(measure="per_month", share=0.5), False),
        (0.0, 0.5, Allowance(measure="per_month", amount=0.5), False),
        (0.0, 0.6, Allowance(measure="per_month", amount=0.5), True),
        (1.0, 1 + 1.005e-9, Allowance(measure="per_month", share=0.0), True),
        (1.0, 1 + 0.995e-9, Allowance(measure="per_month", share=0.0), False),
        (1000.0, 1000 + 0.5e-6, Allowance(measure="per_month", share=0.0), False),
    ],
)
def test_exactly_what_is_allowed_is_allowed(before: float, after: float, allowed: Allowance, broken: bool) -> None:
    """
    To a billionth of what it was: a saved result has twelve digits.
    """
    assert broken == bool(increase_limit(month(before, after), allowed))


def test_growth_from_nothing_has_no_share_and_no_allowance_its_own_word() -> None:
    """
    A share of nothing would be infinite.
    """
    (grown,) = increase_limit(month(0.0, 0.6), Allowance(measure="per_month", amount=0.5))
    (forbidden,) = increase_limit(month(2.0, 3.0), Allowance(measure="per_month", share=0.0))

    assert "0 USD → 0.6 USD per month (+0.6 USD); allowed: +0.5 USD" == grown.message
    assert "2 USD → 3 USD per month (+1 USD, +50.0 %); allowed: no increase" == forbidden.message


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [(0.0, 0.0, False), (0.01, 0.01 * (1 + 1e-6), True), (2.0, 2.0 * (1 - 1e-6), True), (1e6, 1e6 + 1e-5, False)],
)
def test_a_change_is_more_than_the_last_digits(before: float, after: float, moved: bool) -> None:
    """
    Relative to what it was, in either direction; what was free and is free did not change.
    """
    assert moved == bool(any_change(month(before, after)))


def test_nothing_feasible_is_another_recommendation() -> None:
    """
    And the same model is the same one.
    """
    assert [] == another_model(change(replace(BEFORE, per_asset=1.0)))
    assert "a → b" in another_model(change(replace(BEFORE, model="b")))[0].message
    assert "a → nothing feasible" in another_model(change(replace(BEFORE, feasible=False)))[0].message


def test_amounts_have_four_digits_and_cents_from_a_hundred_on() -> None:
    """
    What is small keeps its digits, what is large its cents.
    """
    assert ["99.99 USD", "100.00 USD", "0.001235 USD"] == [dollars(amount) for amount in (99.99, 100.0, 0.00123456)]


def test_a_cause_names_its_values_and_counts_records() -> None:
    """
    Fields are all named; of the records three.
    """
    new, gone = (Altered(path="assume.batch", before=a, after=b) for a, b in (("", "2"), ("2", "")))

    assert "output.width 512 → 1024" == cause_text(SIZE)
    assert "catalogue: gpus/a a → aa, gpus/b b → bb, gpus/c c → cc and 2 more" == cause_text(RECORDS)
    assert "assume.batch new: 2, assume.batch 2 removed" == cause_text(Cause(kind="spec", altered=(new, gone)))


def test_the_field_that_grew_a_cost_most_is_named() -> None:
    """
    Only fields of the spec, only growth; of equals the first.
    """
    after = replace(BEFORE, per_asset=0.02)
    grown = change(after, (RECORDS, 0.006), (SIZE, 0.001), (PEAK, 0.003))

    assert "traffic.peak" == main_path(grown, "per_asset")
    assert "output.width" == main_path(change(after, (SIZE, 0.005), (PEAK, 0.005)), "per_asset")
    assert "" == main_path(change(after, (SIZE, -0.01), (PEAK, 0.0)), "per_asset")
    assert ("", None) == (main_path(grown, "per_month"), measured(grown, "per_month"))
    assert "output.width 512 → 1024: +0.001 USD" in because(grown, "per_asset")
    assert "" == because(grown, "per_month")


def test_causes_that_moved_nothing_are_not_named() -> None:
    """
    A sentence about zero dollars helps nobody.
    """
    found = change(replace(BEFORE, per_asset=0.02), (SIZE, 0.01), (PEAK, 0.0))

    assert "output.width 512 → 1024: +0.01 USD" == because(found, "per_asset")
