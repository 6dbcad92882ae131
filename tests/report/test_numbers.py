import math

import pytest

from tokencost.report import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 s"),
        (1.23449, "1.234 s"),
        (0.0123, "12.3 ms"),
        (4.2e-6, "4.2 us"),
        (3e-9, "3 ns"),
        (0.99999, "1 s"),
        (119.96, "120 s"),
        (125.0, "2 min 5 s"),
        (179.7, "3 min"),
        (11520.0, "3 h 12 min"),
        (86400 * 4 + 7200, "4 d 2 h"),
        (math.inf, "–"),
        (None, "unknown"),
    ],
)
def test_times_are_read_at_a_glance(value: float | None, text: str) -> None:
    """
    Four digits and the unit people would say.
    """
    assert text == numbers.time(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "$0"),
        (0.0123, "$0.0123"),
        (0.00123456, "$0.001235"),
        (1.5, "$1.50"),
        (999.999, "$1,000"),
        (12345.67, "$12,346"),
        (-3.0, "-$3.00"),
        (None, "unknown"),
        (math.inf, "–"),
    ],
)
def test_dollars_show_cents_where_cents_matter(value: float | None, text: str) -> None:
    """
    An asset costs fractions of a cent, a month thousands.
    """
    assert text == numbers.usd(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(16.8e9, "16.8 GB"), (999.96e6, "1 GB"), (512.0, "512 B"), (0.0, "0 B"), (1e12, "1 TB"), (None, "unknown")],
)
def test_sizes_are_decimal(value: float | None, text: str) -> None:
    """
    GB is 1e9 bytes, as prices and bandwidths count it.
    """
    assert text == numbers.size(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (4096.0, "4,096"),
        (3469763659.0, "3,469,763,659"),
        (2.5, "2.5"),
        (1234567.8, "1,234,568"),
        (math.nan, "–"),
    ],
)
def test_counts_keep_all_their_digits(value: float, text: str) -> None:
    """
    Parameters and tokens are exact.
    """
    assert text == numbers.count(value)


def test_programs_read_stable_numbers() -> None:
    """
    The last bits differ between processors; whole counts are no floats; JSON knows no infinity.
    """
    assert numbers.stable(0.1 + 0.2) == numbers.stable(0.3) == 0.3
    assert "4096" == numbers.plain(4096.0)
    assert numbers.stable(math.inf) is numbers.stable(math.nan) is numbers.stable(None) is None
    assert 1.23e24 == numbers.stable(1.23e24)


def test_specs_become_json_whatever_they_hold() -> None:
    """
    A spec as understood has tuples, missing values and infinite budgets.
    """
    spec = {"a": (1.0, None), "b": {"c": math.inf, 1: True}, "d": 2.5, "e": object}

    assert {"a": [1, None], "b": {"c": None, "1": True}, "d": 2.5, "e": "<class 'object'>"} == numbers.jsonable(spec)


def test_shares_are_percentages() -> None:
    """
    A utilisation of 0.734 is said as 73 %.
    """
    assert ("73 %", "unknown", "–") == (numbers.percent(0.734), numbers.percent(None), numbers.percent(math.inf))
