"""Bills, worked by hand."""

import math

import pytest

from tokencost.money.bill import bill_of_api, bill_of_request, request_cost
from tokencost.money.rate import Rate
from tokencost.money.renting import Share, bill_of_shares
from tokencost.nouns.answer import Bill

DOLLAR_AN_HOUR = 1.0 / 3600


def at(price: float | None, source: str = "a shop") -> Rate:
    return Rate(price=price, source=source)


def fleet(gpus: float, average: float, rate: Rate) -> Bill:
    return bill_of_shares([Share(name="GPUs", gpus=gpus, per_instance=1.0, rate=rate)], average)


def amounts(bill: Bill) -> float:
    return math.fsum(float(line.amount) for line in bill.lines if line.amount is not None)


def test_an_hour_of_two_gpus_at_1_80_is_3_60() -> None:
    """
    A batch of 4 that occupies both for an hour costs 0.90 each.
    """
    assert 0.90 == pytest.approx(request_cost(3600.0, 2.0, 1.80 * DOLLAR_AN_HOUR, 4.0))


def test_the_lines_of_a_request_add_up() -> None:
    """
    Half a GPU hour at 2 USD/h.
    """
    bill = bill_of_request(1800.0, 1.0, 1.0, at(2 * DOLLAR_AN_HOUR, "a shop"))

    assert (0.5, 2.0, 1.0) == pytest.approx((bill.lines[0].quantity, bill.lines[0].price, bill.per_asset))
    assert bill.per_asset == amounts(bill)


def test_the_lines_of_a_fleet_add_up() -> None:
    """
    Three GPUs at 1.80 USD/h are rented for 730 hours, whether they work or wait.
    """
    bill = fleet(3.0, 2.0, at(1.80 * DOLLAR_AN_HOUR, "a shop"))

    assert 3 * 1.80 * 730 == pytest.approx(bill.per_month)
    assert bill.per_month == amounts(bill)
    assert bill.lines[0].quantity * bill.lines[0].price == pytest.approx(bill.per_month)  # type: ignore[operator]


def test_an_asset_of_a_fleet_costs_its_share_of_the_month() -> None:
    """
    2 a second are 5,256,000 a month, and idle hours are paid by them too.
    """
    bill = fleet(3.0, 2.0, at(1.80 * DOLLAR_AN_HOUR, "a shop"))

    assert 3 * 1.80 * 730 / 5_256_000 == pytest.approx(bill.per_asset)


@pytest.mark.parametrize("price", [0.5 * DOLLAR_AN_HOUR, 4 * DOLLAR_AN_HOUR])
def test_twice_the_price_is_twice_the_cost(price: float) -> None:
    """
    Bills are linear in prices.
    """
    for bill in (lambda p: bill_of_request(7.0, 2.0, 3.0, at(p, "")), lambda p: fleet(2.0, 0.5, at(p, ""))):
        once, twice = bill(price), bill(2 * price)
        assert 2 * once.per_asset == twice.per_asset  # type: ignore[operator]


def test_twice_the_gpus_are_twice_the_cost() -> None:
    """
    And twice the batch half of it.
    """
    once = request_cost(10.0, 1.0, DOLLAR_AN_HOUR, 1.0)

    assert 2 * once == request_cost(10.0, 2.0, DOLLAR_AN_HOUR, 1.0)
    assert once == 2 * request_cost(10.0, 1.0, DOLLAR_AN_HOUR, 2.0)


@pytest.mark.parametrize(
    "bill",
    [
        bill_of_request(10.0, 1.0, 1.0, at(None, "no price known")),
        fleet(1.0, 1.0, at(None, "no price known")),
        bill_of_api(None, 1.0, "image", 1.0, "no price known"),
    ],
    ids=["request", "fleet", "api"],
)
def test_no_price_known_is_not_zero(bill: Bill) -> None:
    """
    A model without a price must not win as the cheapest.
    """
    assert (None, None, None) == (bill.per_asset, bill.per_month, bill.lines[0].amount)


def test_an_api_is_billed_by_what_it_makes() -> None:
    """
    Five seconds of video at 0.40 USD each, one every hundred seconds.
    """
    bill = bill_of_api(0.40, 5.0, "second", 0.01, "a provider")

    assert (2.0, 2.0 * 26_280) == pytest.approx((bill.per_asset, bill.per_month))
    assert bill.per_asset == amounts(bill)
    assert bill_of_api(0.40, 5.0, "second", None, "a provider").per_month is None
