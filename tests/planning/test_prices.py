"""Which price a plan takes, and what an agreement makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.promises.records import catalog
from tokencost.money.rate import agreed_price, effective, lost_share, unused_share
from tokencost.nouns.answer import Bill
from tokencost.nouns.request import Renting, Terms, Traffic
from tokencost.planning.capacity_bill import Asking, bill_of_rent
from tokencost.planning.prices import gpu_quote

HOUR = 3600.0
GPU = "a100-80gb-sxm"
shares = st.floats(0.0, 0.9)


def hourly(terms: Terms, own: float | None = None) -> float:
    price = effective(gpu_quote(catalog(), GPU, own, terms))
    assert price is not None
    return float(price) * HOUR


def month(gpus: float, asking: Asking, **mix: float) -> Bill:
    renting = Renting(mix={term.replace("_", "-"): share for term, share in mix.items()})
    return bill_of_rent(catalog(), GPU, gpus, traffic=Traffic(average=1.0, peak=1.0), renting=renting, asking=asking)


@pytest.mark.parametrize(
    ("terms", "usd"),
    [
        (Terms(), 2.4984),
        (Terms(providers=("aws",)), 3.4309),
        (Terms(providers=("AWS",), regions=("eu-central-1",)), 4.2864),
        (Terms(terms=("spot",)), 0.86),
        (Terms(terms=("spot",), residency="eu"), 1.6249),
        (Terms(terms=("on-demand",), residency="us", instance="p4de.24xlarge"), 3.4309),
    ],
)
def test_terms_choose_among_offers(terms: Terms, usd: float) -> None:
    """
    The cheapest that has the provider, the region, the term and the country; what is left open is left open.
    """
    assert usd == pytest.approx(hourly(terms))


@pytest.mark.parametrize(
    "terms", [Terms(providers=("GCP",)), Terms(terms=("reserved-3y",)), Terms(residency="jp", largest=1)]
)
def test_what_nobody_sells_has_no_price(terms: Terms) -> None:
    """
    Not zero, and it says what was asked for.
    """
    rate = gpu_quote(catalog(), GPU, None, terms)

    assert rate.price is None
    assert f"no price known for {GPU}" in rate.source.replace("reserved-3y price", "price")


def test_a_discount_ends_at_its_floor() -> None:
    """
    3.4309 USD/h less 10 % is 3.0878; not below 3.20 it is 3.20.
    """
    aws = {"providers": ("AWS",)}

    assert 3.4309 * 0.9 == pytest.approx(hourly(Terms(**aws, discount=0.1)))
    assert 3.20 == pytest.approx(hourly(Terms(**aws, discount=0.1, floor=3.20 / HOUR)))
    assert 3.4309 == pytest.approx(hourly(Terms(**aws, discount=0.1, floor=9.0 / HOUR)))


def test_interrupted_hours_are_paid_twice() -> None:
    """
    Of twenty spot hours one is lost: twenty are paid for nineteen.
    """
    assert 0.86 * 20 / 19 == pytest.approx(hourly(Terms(terms=("spot",), interrupted=0.05)))


def test_a_commitment_is_paid_whole() -> None:
    """
    Four fifths used: five hours are paid for four.
    """
    assert 2.0 * 5 / 4 == pytest.approx(hourly(Terms(committed_use=0.8), own=2.0 / HOUR))


@given(st.floats(0.1, 100.0), shares, st.floats(0.0, 200.0), shares, st.floats(0.1, 1.0))
def test_an_agreement_never_costs_more_than_the_list_and_idle_hours_never_less(
    asked: float, discount: float, floor: float, interrupted: float, used: float
) -> None:
    """
    A discount lowers, a floor raises at most to the list price, idle hours add.
    """
    paid = agreed_price(asked, discount, floor)

    assert asked * (1 - discount) - 1e-9 <= paid <= asked
    assert lost_share(interrupted) >= 0
    assert unused_share(used) >= 0


@given(st.integers(1, 200), shares, shares, st.sampled_from(["spot", "on-demand"]))
def test_the_lines_of_an_agreement_add_up(gpus: int, discount: float, interrupted: float, term: str) -> None:
    """
    List price, what is let off, what is lost: each a line, together the month.
    """
    terms = Terms(terms=(term,), discount=discount, interrupted=interrupted)
    bill = month(float(gpus), Asking(None, terms))
    amounts = [line.amount for line in bill.lines]

    assert None not in amounts
    assert bill.per_month == pytest.approx(sum(float(a or 0.0) for a in amounts))
    assert all(l.amount == pytest.approx(l.quantity * (l.price or 0.0)) for l in bill.lines)  # noqa: E741


def test_a_mix_is_rented_where_the_terms_say() -> None:
    """
    Half spot, half on demand, both of AWS in Frankfurt, in whole machines of eight.
    """
    bill = month(16.0, Asking(None, Terms(providers=("AWS",), regions=("eu-central-1",))), spot=0.5, on_demand=0.5)

    assert 730 * 8 * (1.6249 + 4.2864) == pytest.approx(bill.per_month)
    assert all("eu-central-1" in line.source for line in bill.lines)
    assert {"2026-07-01"} == {line.since for line in bill.lines}
