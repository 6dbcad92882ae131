"""Draws: every column a normal distribution, none like another, the same everywhere."""

from itertools import combinations
from statistics import NormalDist, correlation, fmean, pstdev

from tokencost.deciding.draws import DRAWS, normal_column, split_mix

CAUSES = ("traffic", "gpu a100-80gb-sxm", "gpu h100-80gb-sxm", "network sdxl-unet", "network emu3", "price l4")


def test_the_generator_is_splitmix() -> None:
    """
    First outputs of the reference implementation with the seed 1234567.
    """
    increment = 0x9E3779B97F4A7C15
    found = [split_mix(1234567 + n * increment) for n in (1, 2, 3)]

    assert [6457827717110365317, 3203168211198807973, 9817491932198370423] == found


def test_every_column_is_normal() -> None:
    """
    A Latin hypercube: one value from each of equally likely ranges, so mean and quantiles are exact.
    """
    for cause in CAUSES:
        column = normal_column(cause)
        below = sum(value <= NormalDist().inv_cdf(0.9) for value in column)

        assert DRAWS == len(set(column))
        assert abs(fmean(column)) < 1e-12
        assert abs(pstdev(column) - 1) < 1e-2
        assert below == 0.9 * DRAWS


def test_causes_are_independent() -> None:
    """
    A shuffle that hardly shuffles would tie traffic to prices; four standard errors are allowed.
    """
    for one, other in combinations(CAUSES, 2):
        assert abs(correlation(normal_column(one), normal_column(other))) < 4 / DRAWS**0.5


def test_draws_do_not_change() -> None:
    """
    The same input gives the same bytes, in every release.
    """
    assert [-0.5963, -0.2963, 1.2454] == [round(value, 4) for value in normal_column("traffic")[:3]]
