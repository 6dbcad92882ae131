"""A spec to begin with."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.calling import call
from tests.cli.terminal import terminal
from tokencost.catalog.load import load
from tokencost.cli.init import ask
from tokencost.spec.load import load as load_spec
from tokencost.spec.starter import QUESTIONS

FLAGS = st.fixed_dictionaries(
    {},
    optional={
        "--res": st.sampled_from(["512", "1024x768", "256x256"]),
        "--quality": st.sampled_from(["draft", "standard", "premium"]),
        "--latency": st.sampled_from(["500 ms", "10 s", "2 min", "none"]),
        "--average": st.sampled_from(["2 req/s", "30 req/min", "100 req/day", "none"]),
        "--gpu": st.sampled_from(["h100-80gb-sxm", "l40s-48gb,a100-80gb-sxm"]),
        "--budget": st.sampled_from(["0.000001 USD", "1 USD", "none"]),
        "--budget-month": st.sampled_from(["20000 USD", "none"]),
        "--name": st.sampled_from(["poster", "on", "1: 2", "{a}", "# x"]),
        "--prompt-tokens": st.sampled_from(["0", "2000"]),
    },
)
TASKS = st.one_of(
    st.just({"--task": "image"}),
    st.sampled_from([{}, {"--frames": "17"}, {"--seconds": "2", "--fps": "8"}]).map(lambda f: {"--task": "video", **f}),
    st.sampled_from([{}, {"--output-tokens": "300"}]).map(lambda f: {"--task": "perception", **f}),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flags=FLAGS, task=TASKS)
def test_whatever_the_flags_say_can_be_planned(flags: dict[str, str], task: dict[str, str]) -> None:
    """
    The first thing that somebody does with it must not be mending it.
    """
    written = call("init", *(word for flag in (flags | task).items() for word in flag), "-o", "-", "-q")
    planned = call("plan", "-", "--quick", "--format", "json", stdin=written.out.encode())

    assert (0, "") == (written.code, written.err)
    assert (0, "") == (planned.code, planned.err)


def test_without_a_terminal_nothing_is_asked_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A script must not wait for an answer that nobody gives.
    """
    monkeypatch.chdir(tmp_path)
    called = call("init", "--gpu", "h100-80gb-sxm")

    assert (0, "") == (called.code, called.out)
    assert "taken as usual: --task 'text-to-image'" in called.err
    assert "--gpu" not in called.err.splitlines()[0]
    assert ["tokencost.schema.json", "tokencost.yaml"] == sorted(os.listdir(tmp_path))


def test_the_file_names_the_product(tmp_path: Path) -> None:
    """
    Reports of several specs are told apart by it.
    """
    call("init", "-q", "-o", str(tmp_path / "poster.tokencost.yaml"))

    assert "poster" == load_spec(tmp_path / "poster.tokencost.yaml").product.name


def test_a_spec_that_is_there_is_kept(tmp_path: Path) -> None:
    """
    Only --force replaces it; a schema that is there stays in any case.
    """
    spec, schema = tmp_path / "tokencost.yaml", tmp_path / "tokencost.schema.json"
    spec.write_text("mine")
    schema.write_text("mine too")
    refused = call("init", "-o", str(spec))
    kept = spec.read_text()
    forced = call("init", "-o", str(spec), "--force", "-q")

    assert (2, "mine", True) == (refused.code, kept, "--force" in refused.err)
    assert (0, "mine too") == (forced.code, schema.read_text())
    assert "version: 1" in spec.read_text()


def test_a_wrong_answer_writes_nothing(tmp_path: Path) -> None:
    """
    All wrong flags are named at once.
    """
    called = call("init", "--gpu", "a1000", "--latency", "5", "-o", str(tmp_path / "a.yaml"))

    assert (2, []) == (called.code, os.listdir(tmp_path))
    assert ["error: --gpu", "error: --latency"] == sorted(
        line[: line.index(": ", 7)] for line in called.err.splitlines()
    )


def test_a_folder_that_is_not_there_is_no_bug(tmp_path: Path) -> None:
    """
    Writing has its own exit code.
    """
    assert 4 == call("init", "-q", "-o", str(tmp_path / "missing" / "a.yaml")).code


def test_a_schema_elsewhere_is_only_named(tmp_path: Path) -> None:
    """
    A company keeps one for all of its specs.
    """
    call("init", "-q", "--schema", "https://example.com/spec.json", "-o", str(tmp_path / "a.yaml"))

    assert ["a.yaml"] == os.listdir(tmp_path)
    assert (
        (tmp_path / "a.yaml").read_text().startswith("# yaml-language-server: $schema=https://example.com/spec.json\n")
    )
    assert 2 == call("init", "--schema", "a\nversion: 2", "-o", "-").code


def test_every_question_has_a_flag() -> None:
    """
    A script can say all that a person can.
    """
    shown = call("init", "-h").out

    assert not [question.flag for question in QUESTIONS if question.flag not in shown]


def test_questions_are_asked_until_their_answers_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    """
    With the reader's own words about what is wrong.
    """
    sizes, limits, hardware = (
        ["", "0.3", "24", "10"],
        ["", "none", "5", "2 req/h", "1 req/h", ""],
        ["a1000", "l40s-48gb"],
    )
    typed = iter(["vidoe", "video", *sizes, *limits[1:], *hardware, "", ""])
    prompts: list[str] = []

    def read(prompt: str) -> str:
        prompts.append(prompt)
        return next(typed)

    answered = ask({"name": "clip", "quality": "draft"}, load(), read)
    said = capsys.readouterr().err

    assert ("text-to-video", "0.3", "10", "none", "2 req/h", "6 req/h") == tuple(
        answered[key] for key in ("task", "seconds", "fps", "latency", "average", "peak")
    )
    assert "quality" not in "".join(prompts).lower()
    assert all(hint in said for hint in ("did you mean video?", "not a whole number", "no unit", "below the average"))


def test_a_terminal_is_asked(tmp_path: Path) -> None:
    """
    Prompts stand on standard error with what is usual; an empty line takes that.
    """
    with terminal("init", "-o", "a.yaml", folder=tmp_path, columns=120) as seen:
        seen.until("image, video or perception (image to text) [text-to-image]: ")
        seen.send("video\n" + "\n" * 10)
        seen.until("next: tokencost plan a.yaml")
        code = seen.finish()

    assert 0 == code
    assert "text-to-video" == load_spec(tmp_path / "a.yaml").product.task


@pytest.mark.parametrize("given_up", ["\x04", "\x03"], ids=["end", "interrupt"])
def test_nobody_answering_writes_nothing(given_up: str, tmp_path: Path) -> None:
    """
    Ctrl-D and Ctrl-C are no answers.
    """
    with terminal("init", "-o", "a.yaml", folder=tmp_path) as seen:
        seen.until("[text-to-image]: ")
        seen.send("\n")
        seen.until("[1024x1024]: ")
        if given_up == "\x03":
            seen.interrupt()
        else:
            seen.send(given_up)
        code = seen.finish()

    assert 130 == code
    assert "Traceback" not in seen.written
    assert [] == os.listdir(tmp_path)
