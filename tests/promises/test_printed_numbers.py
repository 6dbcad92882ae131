"""Numbers for programs: printed by one function, so that processors that differ in the last bit print the same."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli.calling import DRAFT, call
from tokencost.report.numbers import stable

NUMBER = re.compile(r"-?[0-9]+\.?[0-9]*(?:e[-+]?[0-9]+)?")
RUN = "--res 512 --gpu a100-80gb-sxm"
COMMANDS = (
    f"plan {DRAFT}", f"check {DRAFT}", f"diff {DRAFT} {DRAFT} --set output.width=640",
    f"capacity {DRAFT} --model sdxl",
    f"compare {RUN} --models sdxl,infinity-2b", f"compare {RUN} --what-if emu3-gen", f"estimate emu3-gen {RUN}",
    f"estimate sdxl {RUN}", f"explain sdxl {RUN}", "tokens --tokenizer emu3 --res 512", "train chameleon-7b",
    "train chameleon-7b --explain", "sample --grid 4x4", "catalog list gpus", "catalog show a100-80gb-sxm",
    "catalog show gpus/h100-80gb-sxm", "explain --claims",
)  # fmt: skip


def unsteady(parse: Callable[[str], Any], text: str) -> Iterator[str]:
    if stable(parse(text)) != parse(text):
        yield text


@pytest.mark.parametrize("line", COMMANDS)
def test_json_numbers_have_no_more_digits_than_are_the_same_everywhere(line: str) -> None:
    """
    Every number is printed by `stable`, and NaN and Infinity, which are no JSON, by nobody.
    """
    called = call(*line.split(), "--format", "json")
    found: list[str] = []
    json.loads(
        called.out,
        parse_float=lambda text: found.extend(unsteady(float, text)),
        parse_constant=lambda text: found.append(text),
    )

    assert (0, []) == (called.code, found)
    assert called.out.isascii()


@pytest.mark.parametrize("line", [f"plan {DRAFT}", f"compare {RUN} --models sdxl,emu3-gen"])
def test_csv_numbers_have_no_more_digits_either(line: str) -> None:
    """
    A spreadsheet is compared as well.
    """
    rows = list(csv.reader(io.StringIO(call(*line.split(), "--format", "csv").out)))
    cells = [cell for row in rows for cell in row if NUMBER.fullmatch(cell)]

    assert not [text for cell in cells for text in unsteady(float, cell)]
    assert len({len(row) for row in rows}) == 1
