import cmath
import math

import pytest

from tokencost.serving.fourier import exp_minus_line, exp_minus_one, real_transform, transform, transform_of_real


def test_the_transform_is_the_sum_of_its_definition() -> None:
    """
    The fast route must agree with the plain double loop.
    """
    values = [complex(math.sin(j * j), math.cos(3 * j)) for j in range(32)]
    plain = [sum(x * cmath.exp(-2j * math.pi * j * k / 32) for j, x in enumerate(values)) for k in range(32)]

    assert plain == pytest.approx(transform(values), abs=1e-12)


@pytest.mark.parametrize("size", [2, 4, 8, 64])
def test_real_values_take_half_the_work(size: int) -> None:
    """
    Both shortcuts are the plain transform, there and back.
    """
    values = [math.sin(j * j) for j in range(size)]
    half = transform_of_real(values)
    mirrored = [*half, *[value.conjugate() for value in half[-2:0:-1]]]

    assert transform(values) == pytest.approx(mirrored, abs=1e-12)
    assert transform(mirrored) == pytest.approx(real_transform(half), abs=1e-12)


@pytest.mark.parametrize("w", [1e-9 + 2e-9j, 0.1 - 0.3j, 0.4999j, 0.5001j, -3 + 2j])
def test_small_exponentials_keep_their_digits(w: complex) -> None:
    """
    Heavy traffic lives on the difference of numbers that nearly agree.
    """
    line = sum((w**n / math.factorial(n) for n in range(60, 1, -1)), 0j)

    assert abs(exp_minus_one(w) - (line + w)) <= 1e-15 * abs(line + w)
    assert abs(exp_minus_line(w) - line) <= 4e-15 * abs(line)
