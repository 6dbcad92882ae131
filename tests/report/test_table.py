import re
from dataclasses import replace
from typing import Any

import pytest

from tests.report import cases
from tokencost.report import renderer
from tokencost.report.layout import measure, wrap

EVERY = [(command, n) for command, answers in cases.ANSWERS.items() for n in range(len(answers))]
FIRST: dict[str, str | tuple[str, ...]] = {
    "plan": "poster-studio: ",
    "check": ("passed: ", "failed: "),
    "diff": "poster-studio: ",
    "compare --what-if": "sdxl on 2 × a100-80gb-sxm ",
    "compare": "text-to-image at 1024 × 1024",
    "estimate": ("sdxl on 2 × a100-80gb-sxm", "imagen-4: "),
    "tokens": "8,199 tokens: grid 1 × 90 × 90",
    "sample": "4 codes, grid 2 × 1 × 2",
    "explain --claims": "5 claims: 1 holds",
    "capacity": "poster-studio: ",
    "calibrate": "my-box: ",
}


def shown(command: str, n: int, **look: Any) -> str:
    return renderer(command, "table")(cases.ANSWERS[command][n], **look)


@pytest.mark.parametrize("width", [120, 80, 60, 40])
@pytest.mark.parametrize(("command", "n"), EVERY)
def test_reports_fit_the_window_and_cut_nothing(command: str, n: int, width: int) -> None:
    """
    Numbers and names are broken or stacked where the window is narrow, never cut.
    """
    lines = shown(command, n, width=width).splitlines()

    assert max(measure(line) for line in lines) <= width
    assert not any("…" in line or "..." in line for line in lines)


@pytest.mark.parametrize("hostile", cases.HOSTILE)
@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("command", cases.NAMED)
def test_hostile_names_fit_too(command: str, width: int, hostile: str) -> None:
    """
    Long, wide and invisible names are measured as they are shown.
    """
    text = renderer(command, "table")(cases.NAMED[command](cases.HOSTILE[hostile]), width=width)

    assert max(measure(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize(("command", "n"), EVERY)
def test_the_first_line_is_the_answer(command: str, n: int) -> None:
    """
    Whoever reads one line has read the verdict.
    """
    assert shown(command, n, width=80).startswith(FIRST[command])


@pytest.mark.parametrize("width", [80, 60, 40])
def test_every_number_of_a_candidate_survives_narrow_windows(width: int) -> None:
    """
    Stacking moves figures, it does not drop them.
    """
    text = shown("plan", 0, width=width)

    assert all(figure in text for figure in ("1.235 s", "4 × 2", "$0.0123", "$12,346", "≥ 445.6 ms", "emu3-gen"))


@pytest.mark.parametrize(("command", "n"), EVERY)
def test_ascii_terminals_get_ascii(command: str, n: int) -> None:
    """
    A stream that cannot carry a sign must not fail on it.
    """
    assert shown(command, n, ascii_only=True).isascii()


@pytest.mark.parametrize("hostile", cases.HOSTILE)
def test_names_are_ascii_where_only_ascii_goes(hostile: str) -> None:
    """
    Names of any script are escaped where the stream cannot carry them.
    """
    text = renderer("plan", "table")(cases.NAMED["plan"](cases.HOSTILE[hostile]), ascii_only=True)

    assert text.isascii()


@pytest.mark.parametrize(("command", "n"), EVERY)
def test_colour_changes_nothing_but_colour(command: str, n: int) -> None:
    """
    Colour is off unless asked for, and carries no information of its own.
    """
    plain, painted = shown(command, n), shown(command, n, color=True)

    assert "\x1b" not in plain
    assert plain == re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert painted != plain


def test_models_that_cannot_run_stay_in_the_comparison() -> None:
    """
    A model that vanishes from a table raises the question why.
    """
    text = shown("compare", 0)

    assert "✘ emu3-gen" in text
    assert "emu3-gen makes at most 720 x 720 pixels" in text


def test_findings_say_where_they_stand() -> None:
    """
    Editors jump to file:line:column.
    """
    assert "specs/poster.yaml:9:8: latency.p95:" in shown("check", 1)
    assert "specs/poster.yaml:9:8: latency.p95:" in shown("check", 2)


def test_plans_on_several_gpus_name_them() -> None:
    """
    Where the plan picks the GPU, every candidate says its own.
    """
    on = replace(cases.PLATFORM, gpu="h100-80gb-sxm")
    other = replace(cases.candidate("other"), estimate=replace(cases.estimate("other"), platform=on))
    plan = replace(cases.plan(), candidates=(*cases.plan().candidates, other))
    text = renderer("plan", "table")([plan], width=100)

    assert re.search(r"✔ other +diffusion +h100-80gb-sxm", text)


def test_numbers_stay_with_their_units() -> None:
    """
    A line break inside `10 s` is read as another number.
    """
    assert ["it took", "10 s on", "4 × 2"] == wrap("it took 10 s on 4 × 2", 10)


@pytest.mark.parametrize("width", [100, 80])
def test_names_are_not_broken_at_usual_widths(width: int) -> None:
    """
    The longest names of the catalogue stand on one line; columns of text move below their row instead.
    """
    name = "gemini-2.5-flash-image"
    on = replace(cases.PLATFORM, gpu="rtx-pro-6000-blackwell")
    other = replace(cases.candidate(name), estimate=replace(cases.estimate(name), platform=on))
    plan = replace(cases.plan(), candidates=(*cases.plan().candidates, other))
    text = renderer("plan", "table")([plan], width=width)

    assert f"✔ {name} " in text
    assert "rtx-pro-6000-blackwell" in text


def test_long_names_break_after_a_hyphen() -> None:
    """
    Where a name must be broken, it is broken where a reader can put it together again.
    """
    assert ["gemini-2.5-", "flash-image"] == wrap("gemini-2.5-flash-image", 14)
    assert ["abcdef", "gh"] == wrap("abcdefgh", 6)


def test_defaults_are_visible() -> None:
    """
    What the spec leaves open is decided somewhere; the report says how.
    """
    assert "latency.p95 = 10" in shown("plan", 0)
