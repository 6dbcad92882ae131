"""`tokencost compare --res 256..4096`: all models over a range of sizes."""

import csv
import io
from itertools import pairwise
from typing import Any

import pytest

from tests.cli.calling import answer, call

MODELS = "sdxl-turbo,sd-1.5-lcm,hyper-sdxl,flux.2-klein-4b,emu3-gen,imagen-4"
RANGE = f"compare --res 256..2048 --models {MODELS}"


def best(side: int, by: str) -> str | None:
    """The best model of a comparison at one size, as a reader would find it."""
    found = answer(f"compare --res {side} --models {MODELS}")["candidates"]
    known = [(value, one["model"]) for one in found if one["feasible"] and (value := _value(one, by))]
    return min(known)[1] if known else None


def _value(one: Any, by: str) -> float | None:
    known: float | None = one["cost"]["per_asset_usd"] if by == "cost" else one["latency"]["seconds"]
    return known


@pytest.mark.parametrize("by", ["cost", "latency"])
def test_a_crossing_is_where_the_comparison_changes(by: str) -> None:
    """
    To one step of the grid: a user who compares on both sides sees two winners.
    """
    found = answer(RANGE)
    crossings = [one for one in found["crossings"] if one["by"] == by]

    assert len(crossings) >= 3
    for one in crossings:
        assert found["step"] == one["side"] - one["kept"]
        assert (one["before"], one["after"]) == (best(one["kept"], by), best(one["side"], by))
        assert one["before"] != one["after"]


def test_winners_follow_each_other() -> None:
    """
    From crossing to crossing nothing changes in between.
    """
    crossings = [one for one in answer(RANGE)["crossings"] if one["by"] == "cost"]

    assert all(first["after"] == second["before"] for first, second in pairwise(crossings))
    assert crossings[0]["before"] == best(256, "cost")


def test_curves_are_those_of_single_comparisons() -> None:
    """
    What cannot be made is not drawn.
    """
    found = answer(RANGE)
    side = found["sides"][3]
    single = {one["model"]: one for one in answer(f"compare --res {side} --models {MODELS}")["candidates"]}

    for curve in found["models"]:
        one = single[curve["model"]]
        assert (one["cost"]["per_asset_usd"] if one["feasible"] else None) == curve["per_asset_usd"][3]


def test_all_formats_tell_it() -> None:
    """
    A curve is a row of characters, as wide as a terminal has room for; a table for others.
    """
    table = call(*RANGE.split())
    rows = list(csv.DictReader(io.StringIO(call(*RANGE.split(), "--format", "csv").out)))
    found = answer(RANGE)

    assert 0 == table.code
    assert max(map(len, table.out.splitlines())) <= 80
    assert "sdxl-turbo up to 512 px" in table.out
    assert len(found["models"]) * len(found["sides"]) == len(rows)
    for form in ("markdown", "html"):
        assert "▁" in call(*RANGE.split(), "--format", form).out


@pytest.mark.parametrize("res", ["256..", "..512", "512..256", "0..512", "256..512..1024", "1..9"])
def test_ranges_that_are_none_are_refused(res: str) -> None:
    """
    With what would be right.
    """
    called = call("compare", "--res", res)

    assert 2 == called.code
    assert "256..4096" in called.err or "no two multiples of" in called.err


def test_other_commands_take_one_size() -> None:
    """
    They say so instead of drawing half of it.
    """
    assert 2 == call("estimate", "sdxl", "--res", "256..512").code
    assert 2 == call("compare", "--what-if", "emu3-gen", "--res", "256..512").code
