"""The first spec that somebody gets."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from tokencost.catalog.load import load
from tokencost.reading.strict import read
from tokencost.spec.load import load_bytes
from tokencost.spec.schema import spec_schema
from tokencost.spec.starter import QUESTIONS, completed, problems, question_of, scalar, spec_text

TASKS = ("text-to-image", "text-to-video", "image-to-text")


@pytest.mark.parametrize("task", TASKS)
def test_what_is_usual_can_be_used(task: str) -> None:
    """
    Whoever answers nothing gets a spec all the same.
    """
    text = spec_text(completed({"task": task}), "tokencost.schema.json")
    data = read(text.encode(), "first.yaml").data

    assert [] == problems(completed({"task": task}), load())
    assert not list(Draft7Validator(spec_schema(load())).iter_errors(data))
    assert text.startswith("# yaml-language-server: $schema=tokencost.schema.json\n")


@pytest.mark.parametrize("task", TASKS)
def test_every_key_that_is_left_out_works_when_it_is_put_in(task: str) -> None:
    """
    Somebody will remove the sign before it and expect that.
    """
    open_ended = {"task": task, **dict.fromkeys(("latency", "average", "budget"), "none")}
    lines = spec_text(completed(open_ended), "").splitlines()
    left_out = [n for n, line in enumerate(lines) if line.startswith("# ") and ": " in line[2:] and n > 1]
    named = {lines[n][2:].partition(":")[0] for n in left_out if not lines[n].endswith(":")}

    assert {"latency", "traffic", "budget", "candidates", "energy", "assume", "labels"} == named
    for n in left_out:
        if not lines[n].endswith(":"):
            text = "\n".join([*lines[:n], lines[n][2:], *lines[n + 1 :]])
            load_bytes(text.encode(), "first.yaml", (), load())


@pytest.mark.parametrize("task", TASKS)
def test_lines_fit_a_screen(task: str) -> None:
    """
    A comment that runs out of the window is not read.
    """
    assert max(map(len, spec_text(completed({"task": task}), "s.json").splitlines())) <= 110


@given(name=st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable() and text.strip()))
def test_any_name_stays_a_name(name: str) -> None:
    """
    YAML reads `on`, `1`, `a: b` and `# c` as something else where they are not quoted.
    """
    text = spec_text(completed({"name": name}), "")
    found = problems(completed({"name": name}), load())

    assert found or name == load_bytes(text.encode(), "first.yaml").product.name


@pytest.mark.parametrize("text", ["10 s}, x: {", "[1]", "a # b", "&a", "*a", "!!int 3", "- 1", "'", '"', "\n"])
def test_an_answer_is_one_value(text: str) -> None:
    """
    It stands inside a mapping and must not end it.
    """
    assert text == read(f"a: {{b: {scalar(text)}}}".encode(), "x").data["a"]["b"]


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"latency": "5"}, "--latency"),
        ({"gpu": "a1000"}, "--gpu"),
        ({"gpu": "a100-80gb-sxm, nope"}, "--gpu"),
        ({"res": "big"}, "--res"),
        ({"res": "0x10"}, "--res"),
        ({"quality": "best"}, "--quality"),
        ({"task": "text-to-imgae"}, "--task"),
        ({"average": "2"}, "--average"),
        ({"average": "2 req/s", "peak": "1 req/s"}, "--peak"),
        ({"budget": "5 EUR"}, "--budget"),
        ({"budget_month": "-5 USD"}, "--budget-month"),
        ({"seconds": "5"}, "--seconds"),
        ({"task": "text-to-video", "seconds": "0.3"}, "--fps"),
    ],
)
def test_a_problem_names_the_flag_to_mend(said: dict[str, str], flag: str) -> None:
    """
    The file that has it does not exist yet.
    """
    asked = [question_of(problem) for problem in problems(completed(said), load())]

    assert flag in [question.flag for question in asked if question]


def test_every_question_has_a_place_in_the_file() -> None:
    """
    An answer that is not written was asked for nothing.
    """
    for question, task in itertools.product(QUESTIONS, TASKS):
        if question.default({"task": task}) not in ("", "none"):
            answers = completed({"task": task})
            assert scalar(answers[question.key].partition("x")[0]) in spec_text(answers, "")
