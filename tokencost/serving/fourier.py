"""Fourier sums and power series on plain complex lists, so that a small plan needs no numpy."""

import cmath
import functools
import math
from collections.abc import Sequence
from operator import add, mul, sub


def transform(values: Sequence[complex]) -> list[complex]:
    """X_k = sum_j x_j exp(-2 pi i j k / N) by radix-2 decimation; N is a power of two."""
    size = len(values)
    if size <= 2:
        return [values[0] + values[1], values[0] - values[1]] if size == 2 else list(values)
    even, odd = transform(values[::2]), transform(values[1::2])
    turned = list(map(mul, _roots_of_unity(size), odd))
    return [*map(add, even, turned), *map(sub, even, turned)]


def real_transform(half: Sequence[complex]) -> list[float]:
    """Transform of values of which the second half is the first, reversed and conjugate: `half` ends in the middle.

    The result is real, so its even and odd places are the two parts of one transform of half the size.
    """
    size = len(half) - 1
    other = [value.conjugate() for value in half[:0:-1]]
    even = map(add, half, other)
    odd = map(mul, map(sub, half, other), _roots_of_unity(2 * size))
    packed = transform([e + complex(-o.imag, o.real) for e, o in zip(even, odd, strict=True)])
    return [part for value in packed for part in (value.real, value.imag)]


def transform_of_real(values: Sequence[float]) -> list[complex]:
    """The first half of the transform of real values and the one in the middle; the rest is the conjugate, reversed."""
    packed = transform(list(map(complex, values[::2], values[1::2])))
    size = len(packed)
    other = [packed[-k].conjugate() for k in range(size)]
    even = [(p + o) / 2 for p, o in zip(packed, other, strict=True)]
    odd = [(p - o) / 2j for p, o in zip(packed, other, strict=True)]
    turned = list(map(mul, _roots_of_unity(2 * size), odd))
    return [*map(add, even, turned), even[0] - odd[0]]


@functools.lru_cache(maxsize=32)
def _roots_of_unity(size: int) -> tuple[complex, ...]:
    return tuple(cmath.exp(-2j * math.pi * k / size) for k in range(size // 2))


def exp_minus_one(w: complex) -> complex:
    """e^w - 1, to full precision near 0."""
    half = math.sin(w.imag / 2)
    real = math.expm1(w.real)
    return complex(real - 2 * (real + 1) * half * half, (real + 1) * math.sin(w.imag))


def exp_minus_line(w: complex) -> complex:
    """e^w - 1 - w, to full precision near 0."""
    if abs(w) > RADIUS:
        return exp_minus_one(w) - w
    total: complex = 0
    for order in range(TERMS, 1, -1):
        total = (1 + total) * w / order
    return total * w


RADIUS, TERMS = 0.5, 18
"""Below |w| = 0.5 the terms after the 18th are smaller than 1e-22 of the first."""
