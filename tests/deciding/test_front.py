from hypothesis import given
from hypothesis import strategies as st

from tokencost.deciding.front import front

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def test_dearer_and_slower_is_not_on_the_front() -> None:
    """
    Who pays more and waits longer gets nothing for it.
    """
    assert (True, True, False, True) == front([(1.0, 3.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)])


@given(ROWS)
def test_what_is_not_on_the_front_is_beaten_by_something_on_it(rows: list[tuple[int, int, int]]) -> None:
    """
    A reader who looks at the front alone misses nothing.
    """
    best = [row for row, on in zip(rows, front(rows), strict=True) if on]

    assert best
    for row in rows:
        assert any(all(a <= b for a, b in zip(one, row, strict=True)) for one in best)
