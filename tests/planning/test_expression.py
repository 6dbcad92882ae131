"""Expressions of records: arithmetic and a table of functions, and nothing else that Python could do."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.errors import CatalogError
from tokencost.planning.expression import evaluate

FUNCTIONS = {"twice": lambda value, times=2: float(value) * float(times), "length": lambda text: float(len(text))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * -3", -9),
        ("5e22", 5e22),
        ("7 / 2 - 1", 2.5),
        ("twice(4)", 8),
        ("twice(4, times=3) / length('abc')", 4),
    ],
)
def test_arithmetic_and_functions_have_values(text: str, value: float) -> None:
    """
    As one would write them on paper.
    """
    assert value == evaluate(text, FUNCTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "9 ** 9", "1 / 0", "True", "'text'", "unknown(1)", "twice", "twice(1, 2, 3)", "twice(twice(1))",
        "__import__('os')", "twice.__class__", "[1][0]", "(lambda: 1)()", "1 if 1 else 2", "1 < 2", "twice(*[1])",
        "length(1)", "1" * 400, "(" * 250 + ")" * 40,
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    """
    A record is data: it must not run code, and a slip in it must be told.
    """
    with pytest.raises(CatalogError):
        evaluate(text, FUNCTIONS)


@given(text=st.text(max_size=40))
def test_any_text_has_a_value_or_is_refused(text: str) -> None:
    """
    Never another error.
    """
    with contextlib.suppress(CatalogError):
        assert isinstance(evaluate(text, FUNCTIONS), float)
