"""`tokencost calibrate` on the command line, as far as it comes without PyTorch."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Called, call
from tests.measuring.synthetic import calibration
from tokencost.measuring import calibrate as use_case


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A machine that is measured in no time; what it was asked for."""
    wishes: list[Any] = []

    def instantly(catalog: Any, wish: Any, tell: Any) -> Any:
        wishes.append(wish)
        tell("measuring")
        return calibration(wish.name, model=9.0 if wish.verify else 0.0)

    monkeypatch.setattr(use_case, "calibrate", instantly)
    return wishes


def on(folder: Path, *flags: str) -> Called:
    return call("calibrate", "-o", str(folder / "own"), *flags)


def test_without_pytorch_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Nothing is broken; something is missing, and one command brings it.
    """
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [name for name in sys.modules if name.startswith("tokencost.measuring.on_torch.")]:
        monkeypatch.delitem(sys.modules, name)
    called = on(tmp_path)

    assert (2, "") == (called.code, called.out)
    assert "pip install 'tokencost-planner[torch]'" in called.err
    assert not (tmp_path / "own").exists()


@pytest.mark.usefixtures("measured")
def test_the_table_tells_what_was_measured(tmp_path: Path) -> None:
    """
    Figures with their spread on standard output, progress and the next step on standard error.
    """
    called = on(tmp_path)

    assert 0 == called.code
    assert all(word in called.out for word in ("GFLOP/s", "GB/s", "attention", "+/-", "5 %"))
    assert "measuring" in called.err
    assert "--gpu my-box --engine my-box-eager --precision fp32" in called.err
    assert max(len(line) for line in called.out.splitlines()) <= 80


@pytest.mark.usefixtures("measured")
def test_the_next_step_works(tmp_path: Path) -> None:
    """
    The command that was suggested is the one that people copy.
    """
    suggested = on(tmp_path).err.splitlines()[-1].partition("next: tokencost ")[2]

    assert 0 == call(*suggested.split()).code


@pytest.mark.usefixtures("measured")
def test_a_check_that_fails_has_the_code_of_a_verdict(tmp_path: Path) -> None:
    """
    The records are written all the same, for whoever wants to see why.
    """
    called = on(tmp_path, "--verify")

    assert 3 == called.code
    assert "0 of 1 checks within 25 %" in " ".join(called.out.split())
    assert (tmp_path / "own" / "gpus" / "my-box.yaml").exists()


def test_flags_are_the_wish(tmp_path: Path, measured: list[Any]) -> None:
    """
    What is asked for is what is measured.
    """
    on(tmp_path, "--name", "ci-box", "--device", "cpu", "--threads", "1", "--quick", "--models", "sdxl, emu3-gen")

    assert [
        use_case.Wish(name="ci-box", device="cpu", threads=1, quick=True, models=("sdxl", "emu3-gen"))
    ] == measured  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--device", "tpu"), "choose cpu or cuda"),
        (("--name", "My Box"), "lower-case letters"),
        (("--name", "a100"), "choose another"),
        (("--format", "html"), "calibrate prints"),
        (("--measurements", "nowhere/at/all.csv"), "no such folder"),
    ],
)  # fmt: skip
def test_wrong_flags_cost_no_minutes(tmp_path: Path, measured: list[Any], flags: tuple[str, ...], said: str) -> None:
    """
    They are refused before anything is measured.
    """
    called = on(tmp_path, *flags)

    assert called.code in (2, 4)
    assert said in called.err
    assert not measured


@pytest.mark.usefixtures("measured")
def test_a_file_of_a_folder_names_the_folder(tmp_path: Path) -> None:
    """
    The record's own path is as good as the folder; any other file is a mistake.
    """
    good = call("calibrate", "-o", str(tmp_path / "own" / "gpus" / "my-box.yaml"))
    bad = call("calibrate", "-o", str(tmp_path / "my-box.yaml"))

    assert (0, 2) == (good.code, bad.code)
    assert (tmp_path / "own" / "achieved" / "my-box.yaml").exists()
    assert "gpus/my-box.yaml" in bad.err


@pytest.mark.usefixtures("measured")
def test_only_calibrations_are_replaced(tmp_path: Path) -> None:
    """
    A machine may be measured again; a record that somebody wrote is theirs.
    """
    on(tmp_path)
    assert 0 == on(tmp_path).code

    (tmp_path / "own" / "gpus" / "my-box.yaml").write_text("id: my-box\n", encoding="utf-8")
    assert 2 == on(tmp_path).code
    assert 0 == on(tmp_path, "--force").code


@pytest.mark.usefixtures("measured")
def test_quiet_says_nothing(tmp_path: Path) -> None:
    """
    The answer alone.
    """
    assert "" == on(tmp_path, "--quiet").err
