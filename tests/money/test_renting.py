"""Rent by term and in whole instances."""

import pytest

from tokencost.money.bill import SECONDS_PER_MONTH
from tokencost.money.rate import Rate
from tokencost.money.renting import Share, bill_of_shares, rented_gpus

HOUR = 3600.0


def share(gpus: float, per_instance: float = 1.0, price: float | None = 2.0, name: str = "GPUs") -> Share:
    return Share(
        name=name, gpus=gpus, per_instance=per_instance,
        rate=Rate(price=None if price is None else price / HOUR, source="a shop"),
    )  # fmt: skip


@pytest.mark.parametrize(("gpus", "rented"), [(1.0, 8.0), (8.0, 8.0), (9.0, 16.0)])
def test_whole_instances_are_paid(gpus: float, rented: float) -> None:
    """
    Nobody lets an eighth of a machine with eight GPUs; the rest is a line of its own.
    """
    bill = bill_of_shares([share(gpus, 8.0)], 1.0)

    assert rented == rented_gpus(gpus, 8.0)
    assert bill.per_month == pytest.approx(rented * 2.0 * 730)
    assert (1 if gpus == rented else 2) == len(bill.lines)
    assert bill.per_month == pytest.approx(sum(line.amount or 0.0 for line in bill.lines))


def test_terms_are_lines_that_add_up() -> None:
    """
    Each term at its own price; the price of the bill is their mean.
    """
    bill = bill_of_shares([share(6.0, price=1.0, name="GPUs, reserved"), share(4.0, price=3.0)], 10.0)

    assert bill.per_month == pytest.approx((6 * 1.0 + 4 * 3.0) * 730)
    assert bill.per_asset == pytest.approx((6 * 1.0 + 4 * 3.0) * 730 / (10.0 * SECONDS_PER_MONTH))
    assert bill.price == pytest.approx(1.8 / HOUR)


def test_one_unknown_price_leaves_the_sum_unknown() -> None:
    """
    Not zero.
    """
    bill = bill_of_shares([share(6.0, price=None), share(4.0)], 1.0)

    assert (None, None, None) == (bill.per_month, bill.per_asset, bill.price)
    assert [None, 4 * 2.0 * 730] == [line.amount for line in bill.lines]
