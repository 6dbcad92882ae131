"""Turns are found where they are, on axes of every kind."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from tokencost.deciding.turning import DIGITS, between, bisected, first_turn, outward, rounded, whole_between

positive = st.floats(1e-6, 1e6).map(rounded)
whole = st.integers(1, 2_000).map(float)


@given(start=positive, end=positive)
def test_the_grid_leads_from_the_start_to_the_end(start: float, end: float) -> None:
    """
    Neither is missed, and no step is larger than the grid's.
    """
    grid = list(outward(start, end))

    assert grid[-1:] == ([end] if end != start else [])
    for near, far in zip([start, *grid], grid, strict=False):
        assert 1 < max(far / near, near / far) < 1.602


@given(start=positive, end=positive, place=positive)
def test_a_turn_is_found_to_the_last_digit(start: float, end: float, place: float) -> None:
    """
    The two values are neighbours among those that can be written, one on each side.
    """
    if not min(start, end) < place < max(start, end):
        return
    rising = end > start

    def keeps(value: float) -> bool:
        return value <= place if rising else value >= place

    turn = first_turn(keeps, start, list(outward(start, end)), between)

    assert turn is not None
    assert keeps(turn.kept)
    assert not keeps(turn.turned)
    assert abs(turn.turned / turn.kept - 1) <= 10 ** (1 - DIGITS) * 1.001


@given(start=positive, end=positive)
def test_a_choice_that_holds_everywhere_does_not_turn(start: float, end: float) -> None:
    """
    Never is an answer.
    """
    assert first_turn(lambda value: True, start, list(outward(start, end)), between) is None


@given(low=whole, high=whole, place=whole, step=st.sampled_from([1.0, 16.0, 64.0]))
def test_a_turn_among_multiples_is_one_step_wide(low: float, high: float, place: float, step: float) -> None:
    """
    Pixels come in multiples of what the models take.
    """
    low, high, place = low * step, high * step, place * step
    if not low <= place < high:
        return
    turn = bisected(lambda value: value <= place, low, high, partial(whole_between, step))

    assert (place, place + step) == tuple(turn)


def test_the_grid_goes_towards_its_end() -> None:
    """
    Up in steps of 1.6, down by as much, and the end itself is the last.
    """
    assert [1.6, 2.56, 3.0] == list(outward(1.0, 3.0))
    assert [0.625, 0.390625, 0.3] == list(outward(1.0, 0.3, 6))
    assert [1.6, 2.56, 4.096, 6.554, 10.0] == list(outward(1.0, 10.0))


def test_an_end_on_the_grid_comes_once() -> None:
    """
    Every value costs a plan.
    """
    assert [1.6] == list(outward(1.0, 1.6))
    assert [1.0] == list(outward(1.6, 1.0))
    assert [] == list(outward(1.0, 1.0))


def test_values_have_four_digits() -> None:
    """
    As they are written in a spec.
    """
    assert (12350.0, 0.0001235) == (rounded(12346.0), rounded(0.000123456))
    assert 3.162 == between(1.0, 10.0)
