import json

import pytest

from tests.report import cases
from tests.report.parse import RAW, active, parsed
from tokencost.errors import Problem
from tokencost.report.problems import FORMATS, problems_in, problems_text

FRAME = "1 | version: 1\n2 | widht: 5\n  | ^"
TYPO = Problem("unknown key 'widht'; did you mean 'width'?", "spec.yaml", 2, 1, "output.widht", FRAME)


def rendered(output_format: str, problems: list[Problem]) -> str:
    return problems_text(problems) if output_format == "stderr" else problems_in(output_format, problems)


def test_people_see_the_place_and_the_number() -> None:
    """
    Where, what, what would be right, the lines around it, and how many more.
    """
    lines = problems_text([TYPO, Problem("no such flag")]).splitlines()

    assert "spec.yaml:2:1: output.widht: unknown key 'widht'; did you mean 'width'?" == lines[0]
    assert "  2 | widht: 5" == lines[2]
    assert ["no such flag", "Found 2 problems."] == lines[-2:]
    assert "Found 1 problem." == problems_text([TYPO]).splitlines()[-1]


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_refused_input_still_parses(output_format: str) -> None:
    """
    A CI system that reads a report of this format must be able to read this one.
    """
    text = rendered(output_format, [TYPO, Problem("no place")])

    assert parsed(output_format, text) is not None
    assert "widht" in text


def test_json_problems_have_the_promised_fields() -> None:
    """
    Editors and bots read the place as numbers.
    """
    read = json.loads(rendered("json", [TYPO]))

    assert "tokencost.problems/1" == read["schema"]
    assert [{"file": "spec.yaml", "line": 2, "column": 1, "path": "output.widht", "message": TYPO.message}] == read[
        "problems"
    ]


def test_formats_for_people_print_nothing_on_stdout() -> None:
    """
    There is no answer, so stdout stays empty; stderr says why.
    """
    assert "" == problems_in("table", [TYPO]) == problems_in("csv", [TYPO]) == problems_in("html", [TYPO])


@pytest.mark.parametrize("hostile", cases.HOSTILE)
@pytest.mark.parametrize("output_format", ["stderr", *FORMATS])
def test_hostile_problems_stay_text(output_format: str, hostile: str) -> None:
    """
    What a refused file says is quoted in messages, and must not act there either.
    """

    def text(said: str) -> str:
        problems = [Problem(said, f"{said}.yaml", 1, 2, said, f"1 | {said}\n  | ^")]
        return rendered(output_format, problems)

    hostile_text = text(cases.HOSTILE[hostile])
    parsed(output_format, hostile_text)

    assert not RAW.search(hostile_text.replace("\n", ""))
    assert not active(output_format, hostile_text) - active(output_format, text("innocent"))


@pytest.mark.parametrize("output_format", ["stderr", *FORMATS])
def test_refusals_are_short_however_much_is_wrong(output_format: str) -> None:
    """
    Both streams together stay below 64 KiB, and what is left out is counted.
    """
    many = [Problem("é" * 3000, "spec.yaml", n + 1, 1, "k" * 3000, "1 | " + "x" * 5000) for n in range(5000)]
    text = rendered(output_format, many)
    parsed(output_format, text)

    assert len(text.encode()) <= 32 * 1024
    assert "é" * 501 not in text
    assert "5000" in text or output_format in ("json", "sarif", "gitlab")
