"""Quantities as people write them: read exactly, or refused with what would be right."""

import pytest

from tokencost.units import Unit, Whole, quoted


@pytest.mark.parametrize(
    ("symbol", "written", "value"),
    [
        ("B/s", "2039 GB/s", 2.039e12),
        ("B", "80 GiB", 80 * 2**30),
        ("s", "100 µs", 1e-4),
        ("s", "100 μs", 1e-4),
        ("s", "2.5 min", 150.0),
        ("USD", "2e4 USD", 20000.0),
        ("USD", "20000 USD", 20000.0),
        ("USD/s", "1.80 USD/h", 0.0005),
        ("1/s", "120 req/min", 2.0),
        ("", "50 %", 0.5),
        ("", 7, 7.0),
        ("J", "2 kWh", 7.2e6),
        ("J", "2 kJ", 2000.0),
        ("kg", "1 g", 0.001),
        ("kg", "2 t", 2000.0),
        ("kg", "3 kg", 3.0),
        ("kg/J", "36 g/kWh", 1e-8),
    ],
)
def test_a_quantity_is_read_in_base_units(symbol: str, written: object, value: float) -> None:
    """Inside the package there is one unit per dimension."""
    assert value == Unit(symbol).parse(written)


@pytest.mark.parametrize(
    ("symbol", "written", "hint"),
    [
        ("USD", "20 000 USD", "20000 USD"),
        ("USD", "20,000 USD", "20000 USD"),
        ("USD", "20000 XYZ", "only currency is USD"),
        ("USD", "20 €", "only currency is USD"),
        ("USD", "20000 s", "price in USD"),
        ("s", "１０ s", "U+FF11"),
        ("s", "5 ѕ", "U+0455"),
        ("s", "10**9 s", "10 s"),
        ("s", "9**9**9 s", "10 s"),
        ("s", "1e999 s", "no number"),
        ("s", "1e-999 s", "no number"),
        ("s", "120 M", "120 s"),
        ("s", "120 Ms", "120 s"),
        ("s", "nan", "time"),
        ("s", "inf s", "time"),
        ("s", "s", "time"),
        ("s", "", "time"),
        ("s", "10", "10 s"),
        ("s", 10, "'10 s'"),
        ("s", True, "time"),
        ("s", None, "nothing"),
        ("s", "10 req/s", "time"),
        ("s", "9" * 1_000_000 + " s", "time"),
        ("1/s", 0.5, "0.5 req/s"),
        ("B", "80 mB", "size in bytes"),
        ("kg", "5 Mkg", "mass of CO2e"),
        ("kg", 5, "5 g"),
        ("kg", "5 g/kWh", "5 g"),
        ("J", "5 kW", "quantity of energy"),
        ("", float("nan"), "no number"),
        ("", float("inf"), "no number"),
        ("", 10**400, "no number"),
        ("", "1k", "number"),
        ("", "0x400", "number"),
        ("", "1_000", "digits"),
    ],
)
def test_what_could_be_misread_is_refused(symbol: str, written: object, hint: str) -> None:
    """A wrong unit or digit costs more than a question; the message shows what would be right."""
    with pytest.raises(ValueError) as refusal:
        Unit(symbol).parse(written)

    assert hint in str(refusal.value)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("written", [1024.5, "100 %", True, "1e400", "half"])
def test_a_count_of_things_is_whole(written: object) -> None:
    """There is no half pixel, and a hundred percent is not one pixel."""
    with pytest.raises(ValueError):
        Whole("").parse(written)


@pytest.mark.parametrize("written", [1024, 1024.0, "1024", "1024 px", "1.024e3"])
def test_a_whole_number_may_be_spelled_in_several_ways(written: object) -> None:
    """What is whole stays exact, however it is written."""
    value = Whole("").parse(written)

    assert (1024, int) == (value, type(value))


@pytest.mark.parametrize("raw", ["x" * 1000, "\x1b[31m" * 100, "\u202e" * 80, [1] * 1000, {"a": "b" * 1000}, 10**500])
def test_an_echo_is_short_and_printable(raw: object) -> None:
    """What somebody wrote is shown in terminals and logs, where control characters are orders."""
    assert len(quoted(raw)) <= 80
    assert quoted(raw).isprintable()
