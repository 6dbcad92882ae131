"""Every command's table in every window: nothing wraps by itself, and no number is cut."""

import functools
import re
from collections import Counter
from typing import Any
from unittest.mock import patch

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.calling import SPECS, answer, call
from tests.report import on_disk
from tokencost.report import RENDERERS, numbers, renderer
from tokencost.report.layout import measure

LINES = {
    "plan": ("plan {specs}/poster-1024.yaml --quick", "plan {specs}/print-2048.yaml --quick"),
    "check": ("check {specs}/poster-512.yaml", "check {specs}/poster-512.yaml {specs}/clip-256.yaml"),
    "diff": ("diff {specs}/poster-512.yaml {specs}/poster-1024.yaml",),
    "compare": ("compare --res 1024", "compare --task video --seconds 4 --fps 8 --res 256"),
    "compare --what-if": ("compare --what-if emu3-gen",),
    "compare --where": (
        "compare --res 1024 --models sdxl,imagen-4,llamagen-xl --where any --residency eu",
        "compare --models sdxl,imagen-4 --where any --among a100-80gb-sxm --spec {specs}/poster-1024.yaml",
    ),
    "compare --res=A..B": ("compare --res 512..1024 --models sdxl,sd-1.5,emu3-gen",),
    "sweep": ("sweep {folder}/sweep.yaml -q",),
    "estimate": ("estimate emu3-gen --res 512", "estimate gpt-image-1"),
    "lock": ("lock {specs}/captions.yaml -o {folder}/tokencost.lock",),
    "tokens": ("tokens --tokenizer emu3 --res 512",),
    "capacity": ("capacity {specs}/thumbnails.yaml --model llamagen-xl --replicas 8..12",),
    "explain": ("explain sdxl --res 1024",),
    "explain --claims": ("explain --claims",),
    "validate": ("validate",),
    "train": ("train llama-2-7b --assets 1e9",),
    "train --list": ("train",),
    "prices list": ("prices list --gpu a100-80gb-sxm", "prices list --model gpt-image-1", "prices list"),
    "prices list --conflicts": ("prices list --conflicts",),
    "prices show": (
        "prices show aws-a100-80gb-sxm-on-demand-us-east-1",
        "prices show openai-gpt-image-1-high-1024x1024",
    ),
    "prices refresh": (
        "prices refresh {specs}/poster-1024.yaml --only apis --portkey {folder}/portkey "
        "--litellm {folder}/litellm.json --catalog own --dry-run",
    ),
    "reconcile": (
        "reconcile {folder}/invoice.csv {specs}/poster-1024.yaml --assets poster-1024=6000000",
        "reconcile {folder}/invoice.csv {specs}/poster-1024.yaml {specs}/thumbnails.yaml",
    ),
    "catalog list": ("catalog list", "catalog list models", "catalog list prices"),
    "catalog show": ("catalog show sdxl", "catalog show gpus/a100-80gb-sxm"),
    "sample": ("sample --grid 2x2 --guidance 3",),
}
"""Command -> lines whose answers are shown; `calibrate` is shown by a record of its own (test_table)."""
EVERY = [(command, line) for command, lines in LINES.items() for line in lines]
FOLDER = on_disk.files()
WIDEST = 400
FIGURE = re.compile(r"(?<![A-Za-z0-9.,_-])[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?![0-9A-Za-z_-])(?!\.[0-9A-Za-z])")
"""Numbers that are not part of a name."""
BROKEN = re.compile(r"(?<=[A-Za-z0-9]-)\n *(?=[A-Za-z0-9])")
"""Where a name goes on in the next line."""


@functools.cache
def shown_answer(line: str) -> Any:
    """What a command would show, without showing it."""
    seen: list[Any] = []

    def capture(command: str, output_format: str) -> Any:
        return lambda found, **look: seen.append(found) or ""

    with patch("tokencost.cli.show.renderer", capture):
        called = call(*line.format(specs=SPECS, folder=FOLDER.name).split())
    assert (0, "") == (called.code, called.err)
    return seen[0]


@functools.lru_cache(maxsize=4096)
def shown(command: str, line: str, width: int) -> str:
    return renderer(command, "table")(shown_answer(line), width=width)


def test_every_table_is_here() -> None:
    """
    A new command brings its lines.
    """
    tables = {command for command, known in RENDERERS.items() if "table" in known}

    assert tables - LINES.keys() <= {"calibrate", "train --explain"}


@pytest.mark.parametrize("width", [120, 80, 60, 40])
@pytest.mark.parametrize(("command", "line"), EVERY)
def test_a_terminal_shows_the_lines_that_were_written(command: str, line: str, width: int) -> None:
    """
    A real one breaks what is too long wherever it happens to be; only a word that is longer than a line may be.
    """
    written = shown(command, line, width).splitlines()
    fitting = [one for one in written if measure(one) <= width]
    screen = pyte.Screen(width, len(fitting) + 1)
    screen.set_mode(pyte.modes.LNM)
    pyte.Stream(screen).feed("\n".join(fitting))

    assert not [one for one in written if one not in fitting and len(one.split()) > 1]
    assert [one.rstrip() for one in fitting] == [one.rstrip() for one in screen.display[: len(fitting)]]


@settings(max_examples=60, deadline=None)
@given(which=st.sampled_from(EVERY), width=st.integers(40, 200))
def test_no_number_is_cut_in_any_window(which: tuple[str, str], width: int) -> None:
    """
    Every number of the widest table stands in every other, whole and as often; names are broken after a hyphen.
    """
    wide, narrow = (Counter(FIGURE.findall(BROKEN.sub("", shown(*which, columns)))) for columns in (WIDEST, width))

    names = set(re.findall(r"-([0-9.]+)", shown(*which, WIDEST)))

    assert not wide - narrow
    assert not narrow.keys() - wide.keys() - names
    assert "…" not in shown(*which, width).replace("… ", "")


@settings(max_examples=40, deadline=None)
@given(width=st.integers(40, 200))
def test_numbers_of_the_json_stand_in_the_table(width: int) -> None:
    """
    Programs and people read the same.
    """
    spec = str(SPECS / "poster-1024.yaml")
    plan, run = answer(f"plan {spec} --quick"), answer("estimate emu3-gen --res 512")
    feasible = [c for c in plan["candidates"] if c["feasible"]]
    told = {numbers.time(c["capacity"]["p95_s"]) for c in feasible if c["capacity"]}
    told |= {numbers.usd(c["cost"]["per_month_usd"]) for c in feasible if c["cost"]["per_month_usd"] is not None}
    timed = {numbers.time(phase["seconds"]) for phase in run["phases"]}
    timed |= {numbers.count(count) for count in run["params"].values()}

    assert not [text for text in told if text not in shown("plan", "plan {specs}/poster-1024.yaml --quick", width)]
    assert not [text for text in timed if text not in shown("estimate", "estimate emu3-gen --res 512", width)]
    assert told
    assert timed


def test_phases_are_drawn() -> None:
    """
    Four thousand passes against one: digits hide it, bars show it. Without room there are only digits.
    """
    wide, narrow = (shown("estimate", "estimate emu3-gen --res 512", width) for width in (80, 40))
    drawn = {line.split()[0]: line.count("─") for line in wide.splitlines() if line.endswith("─") and line[2] != "─"}

    assert max(drawn.values()) == drawn["decode"]
    assert drawn["decode"] > 20 * drawn["prefill"]
    assert "time by phase" in wide
    assert "time by phase" in narrow or "decode" in narrow
