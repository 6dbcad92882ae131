"""Offers of the catalogue on the terms that a spec mixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.promises.records import catalog
from tokencost.nouns.answer import Bill
from tokencost.nouns.request import Renting, Traffic
from tokencost.planning.capacity_bill import Asking, allotment, bill_of_rent

ONE_PER_SECOND = Traffic(average=1.0, peak=1.0)


def rent(gpus: float, **mix: float) -> Bill:
    terms = {term.replace("_", "-"): share for term, share in mix.items()}
    return bill_of_rent(
        catalog(), "h100-80gb-sxm", gpus, traffic=ONE_PER_SECOND, renting=Renting(mix=terms), asking=Asking()
    )


@given(st.integers(1, 500), st.lists(st.floats(0.01, 1.0), min_size=1, max_size=3))
def test_terms_share_every_gpu(gpus: int, weights: list[float]) -> None:
    """
    Whole GPUs, none lost and none twice, each term within one of its share.
    """
    mix = {f"term {n}": weight / sum(weights) for n, weight in enumerate(weights)}
    found = allotment(float(gpus), mix)

    assert gpus == sum(found.values())
    assert all(count == int(count) and abs(count - mix[term] * gpus) <= 1 for term, count in found.items())


def test_a_mix_is_paid_at_the_price_of_each_term() -> None:
    """
    Spot is cheaper than on-demand in the catalogue, so half of each costs the mean of both.
    """
    on_demand, spot, half = (float(b.per_month or 0.0) for b in (rent(16.0), rent(16.0, spot=1.0), rent(
        16.0, spot=0.5, on_demand=0.5)))  # fmt: skip

    assert spot < half < on_demand
    assert half == pytest.approx((on_demand + spot) / 2)


def test_an_offer_is_judged_by_its_whole_instances() -> None:
    """
    Eight GPUs in one machine are dear for one GPU, however low the price of each.
    """
    one, eight = rent(1.0, spot=1.0), rent(8.0, spot=1.0)

    assert one.per_month is not None
    assert eight.per_month is not None
    assert 1 == len(one.lines)
    assert eight.per_month < 8 * one.per_month


def test_a_price_of_ones_own_has_no_instances() -> None:
    """
    Who names a price names it per GPU.
    """
    bill = bill_of_rent(
        catalog(), "h100-80gb-sxm", 3.0, traffic=ONE_PER_SECOND, renting=Renting(), asking=Asking(1.0 / 3600)
    )

    assert bill.per_month == pytest.approx(3 * 730)
    assert "your price" == bill.price_source


def test_a_term_without_an_offer_leaves_the_rent_unknown() -> None:
    """
    A gap in the catalogue is no discount.
    """
    bill = bill_of_rent(
        catalog(), "l40s-48gb", 4.0, traffic=ONE_PER_SECOND, renting=Renting(mix={"reserved": 1.0}), asking=Asking()
    )

    assert bill.per_month is None
    assert "no reserved price known" in bill.price_source
