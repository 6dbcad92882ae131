"""`tokencost sample` as one types it."""

import csv
import io
import os
import resource
import subprocess
import sys

import pytest

from tests.cli.calling import answer, call


def test_it_prints_a_grid_and_equal_counts() -> None:
    """
    Eight rows of eight codes, each ended; the headline speaks for all counts.
    """
    out = call("sample", "--grid", "8x8", "--guidance", "3").out
    rows = [line.split() for line in out.splitlines() if line.startswith("  row")]

    assert out.startswith("64 codes, grid 1 × 8 × 8, 75 tokens: every count equals its formula\n")
    assert [8] * 8 == [sum(word.isdigit() and len(word) == 3 for word in row) for row in rows]
    assert ["EOL"] * 8 == [row[10] for row in rows]
    assert ["EOF", "EOI", "EOS"] == rows[-1][11:]


def test_it_takes_less_than_two_seconds() -> None:
    """
    Start-up included; processor time, because the machine may have other work.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [sys.executable, "-m", "tokencost", "sample", "--grid", "8x8", "--guidance", "3"]
    subprocess.run(line, check=True, capture_output=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


@pytest.mark.parametrize("line", ["--guidance 3 5 7", "--guidance 3,5,7", "--guidance 3 5 7 --seed 0"])
def test_several_weights_are_compared_with_none(line: str) -> None:
    """
    However they are written.
    """
    found = answer(f"sample --grid 2x4x4 {line}")

    assert found["equal"]
    assert [None, 3, 5, 7] == [run["guidance"] for run in found["runs"]]
    assert found["generated"] == len(found["runs"][0]["tokens"]) == 2 * (4 * 5 + 1) + 2


def test_frames_stand_in_the_grid_or_beside_it() -> None:
    """
    Both ways to write a clip are the same clip.
    """
    assert answer("sample --grid 2x4x4") == answer("sample --grid 4x4 --frames 2")


@pytest.mark.parametrize("branches", ["sequential", "batched"])
def test_the_table_of_phases_can_be_added_up(branches: str) -> None:
    """
    Counted and by formula stand in columns of their own, so that a spreadsheet compares them again.
    """
    line = f"sample --grid 4x4 --guidance 3 --branches {branches} --format csv"
    rows = list(csv.DictReader(io.StringIO(call(*line.split()).out)))

    assert {"true"} == {row["equal"] for row in rows}
    assert all(row["flop"] == row["flop_formula"] != "0" for row in rows)
    assert {"none", "3"} == {row["guidance"] for row in rows}


def test_the_same_question_has_the_same_bytes() -> None:
    """
    In another process as well.
    """
    line = [sys.executable, "-m", "tokencost", "sample", "--grid", "3x3", "--top-k", "50", "--temperature", "0.8"]
    one, other = (subprocess.run(line, check=True, capture_output=True).stdout for _ in range(2))

    assert one == other


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("8x8", "--grid 8x8"),
        ("--grid 8", "rows x columns"),
        ("--grid 0x3", "1 to 4,096"),
        ("--grid 99x99", "1 to 4,096"),
        ("--grid 2x3x3 --frames 3", "2 frames, not --frames 3"),
        ("--guidance x", "none"),
        ("--guidance 3 x", "none"),
        ("--guidance 101", "0 to 100"),
        ("--guidance -1", "none"),
        ("--temperature nan", "0"),
        ("--temperature -1", "0"),
        ("--top-k -1", "from 0"),
        ("--top-p 0", "at most 1"),
        ("--seed -1", "0 to 2^63"),
        ("--prompt-tokens 99999", "1,024"),
        ("--tokenizer sd-latent", "no codes"),
        ("--tokenizer emu33", "emu3"),
        ("--branches x", "sequential, batched"),
        ("--format jsn", "json"),
    ],
)
def test_what_cannot_be_sampled_is_told(line: str, said: str) -> None:
    """
    With what would be right.
    """
    called = call("sample", *line.split())

    assert (2, "") == (called.code, called.out)
    assert said in called.err
