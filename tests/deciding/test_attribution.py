"""Changes shared out among causes: exact, fair, and joined where a cause alone makes no sense."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.deciding.attribution import apportioned, attributed, groups_of, step_of

AMOUNTS = st.floats(min_value=-1e6, max_value=1e6)


def product(chosen: frozenset[int]) -> Mapping[str, float]:
    """100 USD, doubled by the first cause, tripled by the second, and 7 more by the third."""
    return {"GPUs": 100.0 * (2 if 0 in chosen else 1) * (3 if 1 in chosen else 1) + (7 if 2 in chosen else 0)}


def test_shares_are_the_mean_over_all_orders() -> None:
    """
    By hand: doubling adds 100 first and 300 last, tripling 200 and 400; what adds the same in any order keeps it.
    """
    groups = groups_of(3, product)
    parts, method = attributed(groups, product)

    assert ("shapley", [200.0, 300.0, 7.0]) == (method, pytest.approx([part["GPUs"] for part in parts]))


def test_many_causes_are_taken_in_order() -> None:
    """
    Two plans for every cause more would take minutes; the report says so.
    """
    value = lambda chosen: {"GPUs": float(sum(2**cause for cause in chosen))}  # noqa: E731
    parts, method = attributed(groups_of(6, value), value)

    assert ("in order", [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) == (method, [part["GPUs"] for part in parts])


def test_causes_that_make_no_sense_alone_are_joined() -> None:
    """
    Seconds without frames per second are no clip.
    """
    groups = groups_of(3, lambda chosen: None if len(chosen & {0, 1}) == 1 else product(chosen))

    assert ((0, 1), (2,)) == groups


def test_what_cannot_be_computed_in_one_order_is_taken_in_the_order_of_the_spec() -> None:
    """
    A mean over orders that do not exist would be a made-up number.
    """
    parts, method = attributed(((0,), (1,)), lambda chosen: None if chosen == {1} else product(chosen))

    assert ("in order", [100.0, 400.0]) == (method, [part["GPUs"] for part in parts])


def test_a_line_that_appears_is_counted_from_nothing() -> None:
    """
    A fleet that becomes an API call has no line in common with it.
    """
    value = lambda chosen: {"API": 5.0} if chosen else {"GPUs": 8.0}  # noqa: E731

    assert [{"GPUs": -8.0, "API": 5.0}] == attributed(groups_of(1, value), value)[0]


def test_every_combination_is_computed_for_three_causes_and_not_for_four() -> None:
    """
    8 plans are; of 16 only those in order.
    """
    value = lambda chosen: {"GPUs": float(sum(2**cause for cause in chosen))}  # noqa: E731

    assert ["shapley", "in order"] == [attributed(groups_of(count, value), value)[1] for count in (3, 4)]


def test_one_cause_has_all_of_it_and_none_nothing() -> None:
    """
    There is nothing to share out.
    """
    assert ([{"GPUs": 100.0}], "one cause") == attributed(((0,),), product)
    assert ([], "none") == attributed((), product)


def test_causes_that_cannot_be_computed_at_the_end_are_a_group() -> None:
    """
    What was pending is joined, whether or not the sum of all is known.
    """
    assert ((0,), (1, 2)) == groups_of(3, lambda chosen: None if len(chosen) > 1 else product(chosen))
    assert () == groups_of(0, product)


@pytest.mark.parametrize(
    ("shares", "total", "parts"),
    [
        ([0.2, 0.7, 0.1], 1, [0, 1, 0]),
        ([0.5, 0.5, 0.5], 2, [1, 1, 0]),
        ([1.9, 1.5, 1.1], 1, [1, 0, 0]),
        ([1.9, 1.5, 1.1], 7, [3, 2, 2]),
        ([-0.3, 0.3], 0, [0, 0]),
        ([], 0, []),
    ],
)
def test_what_is_left_over_goes_where_rounding_took_most(shares: list[float], total: int, parts: list[int]) -> None:
    """
    By hand: largest remainders first, of equals the first; what is too much is taken from the smallest remainders.
    """
    assert parts == apportioned(shares, total)


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_apportioned_parts_add_up(shares: list[float]) -> None:
    """
    The printed parts are what people add up with a calculator.
    """
    total = round(sum(shares))
    found = apportioned(shares, total)

    assert total == sum(found)
    assert all(abs(part - share) <= 1 for part, share in zip(found, shares, strict=True))


@pytest.mark.parametrize(
    ("amount", "step"), [(0.0, 0.01), (12345.6, 0.01), (10.0, 0.01), (9.99, 0.001), (9.5, 0.001), (5e-4, 1e-7)]
)
def test_amounts_have_cents_or_four_digits(amount: float, step: float) -> None:
    """
    Half a cent per image is a lot; a month is invoiced in cents.
    """
    assert step == step_of(amount, -amount / 2)


def test_no_amount_has_cents() -> None:
    """
    An empty column is one of money too.
    """
    assert 0.01 == step_of()
