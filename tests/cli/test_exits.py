"""Exit codes: what a pipeline acts on."""

from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, POSTER, call

NO = ("--set", "budget.per_asset=0.00001 USD")


def wrong(folder: Path) -> str:
    """A spec that cannot be used."""
    path = folder / "wrong.yaml"
    path.write_text("version: 1\nname: wrong\ntask: text-to-imag\noutput: {width: 512, height: 512}\n")
    return str(path)


@pytest.mark.parametrize("command", ["plan", "check"])
def test_a_spec_inside_its_limits_exits_with_0(command: str) -> None:
    """
    Nothing to stop a pipeline for.
    """
    assert 0 == call(command, DRAFT).code


def test_a_broken_limit_exits_with_3() -> None:
    """
    The verdict has a code of its own, so that a crash never looks like a broken budget.
    """
    called = call("check", DRAFT, *NO)

    assert (3, True) == (called.code, "budget.per_asset" in called.out)


def test_a_monthly_budget_is_a_limit_too() -> None:
    """
    A cent a month pays for nothing.
    """
    assert 3 == call("check", POSTER, "--set", "budget.per_month=0.01 USD").code


def test_a_plan_that_says_no_exits_with_0() -> None:
    """
    Somebody who asks what is possible is told; only the gate closes.
    """
    called = call("plan", DRAFT, *NO)

    assert (0, True) == (called.code, "no candidate keeps every limit" in called.out)


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan"],
        ["plan", DRAFT, "--format", "xml"],
        ["plan", DRAFT, "--set", "output.width"],
        ["estimate", "nothing-like-it"],
        ["estimate", "sdxl", "--batch", "0"],
        ["estimate", "sdxl", "--price", "2 EUR/h"],
        ["estimate", "sdxl", "--res", "1024", "--width", "512"],
        ["estimate", "sdxl", "--gpus", "2", "--parallelism", "tp4"],
        ["estimate", "sdxl", "--frames", "10"],
        ["estimate", "emu3-gen", "--steps", "10"],
        ["tokens"],
        ["tokens", "--tokenizer", "emu3", "--res", "500"],
        ["schema", "nothing"],
        ["catalog", "show", "nothing-like-it"],
        ["explain", "dall-e-3"],
    ],
    ids=" ".join,
)
def test_wrong_input_exits_with_2_and_says_why(arguments: list[str]) -> None:
    """
    The answer is empty, so that nobody works with half of one; the reason is on the other stream.
    """
    called = call(*arguments)

    assert (2, "") == (called.code, called.out)
    assert called.err
    assert "Traceback" not in called.err


@pytest.mark.parametrize("command", ["plan", "check", "explain"])
def test_a_missing_file_exits_with_4(command: str, tmp_path: Path) -> None:
    """
    What cannot be read is no fault of what stands in it.
    """
    called = call(command, str(tmp_path / "missing.yaml"))

    assert (4, "") == (called.code, called.out)
    assert "missing.yaml" in called.err


def test_a_folder_that_is_not_there_exits_with_4(tmp_path: Path) -> None:
    """
    An answer that cannot be kept was not given.
    """
    called = call("check", DRAFT, "-o", str(tmp_path / "none" / "answer.txt"))

    assert (4, "") == (called.code, called.out)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [("03", 3), ("02", 2), ("023", 2), ("04", 4), ("024", 4), ("0234", 4)],
)
def test_several_specs_exit_with_the_worst(codes: str, expected: int, tmp_path: Path) -> None:
    """
    Not read is worse than not understood, that is worse than over budget; the others are judged all the same.
    """
    broke = tmp_path / "broke.yaml"
    broke.write_text(Path(DRAFT).read_text().replace("0.01 USD", "0.00001 USD"))
    paths = {"0": DRAFT, "2": wrong(tmp_path), "3": str(broke), "4": str(tmp_path / "missing.yaml")}

    assert expected == call("check", *(paths[code] for code in codes)).code
