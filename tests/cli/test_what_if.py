"""What would make it faster, from the command line and from a spec."""

from pathlib import Path

import pytest

from tests.cli.calling import answer, call

SPEC = """\
version: 1
name: faster
task: text-to-image
output: {width: 512, height: 512}
quality: draft
platform: {accelerations: [%s]}
candidates: [emu3-gen, sdxl]
"""


def test_a_model_may_be_named_either_way() -> None:
    """
    Behind the flag, before it, or with --models.
    """
    ways = ("compare --what-if emu3-gen", "compare emu3-gen --what-if", "compare --models emu3-gen --what-if")
    first, *others = (call(*way.split()).out for way in ways)

    assert first.startswith("emu3-gen on 1 × a100-80gb-sxm")
    assert others == [first, first]


@pytest.mark.parametrize("line", ["compare --what-if", "compare --what-if emu3-gen sdxl"])
def test_it_is_about_one_model(line: str) -> None:
    """
    The message says what to type.
    """
    found = call(*line.split())

    assert 2 == found.code
    assert "tokencost compare --what-if emu3-gen" in found.err


def test_models_are_compared_by_name_too() -> None:
    """
    What --models takes with commas, arguments take with spaces.
    """
    assert answer("compare emu3.5 sdxl") == answer("compare --models emu3.5,sdxl")


def test_an_unknown_acceleration_is_refused_with_the_nearest_and_a_foreign_one_with_those_there_are() -> None:
    """
    Names come from the catalogue.
    """
    unknown, foreign = (call("estimate", model, "--accelerate", name) for model, name in
                        (("emu3-gen", "sjdd"), ("sdxl", "sjd")))  # fmt: skip

    assert (2, 2) == (unknown.code, foreign.code)
    assert "did you mean sjd" in unknown.err
    assert "deepcache" in foreign.err


def test_a_spec_names_accelerations_for_the_models_they_are_for(tmp_path: Path) -> None:
    """
    A draft makes Emu3 faster and leaves SDXL as it is.
    """
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC % "sjd-pac, guidance-batched")
    found = {c["model"]: c for c in answer(f"plan {spec}")["candidates"]}

    assert ["sjd-pac", "guidance-batched"] == found["emu3-gen"]["accelerations"]
    assert [] == found["sdxl"]["accelerations"]
    assert found["emu3-gen"]["latency"]["seconds"] < answer("estimate emu3-gen --res 512")["latency"]["seconds"] / 4


@pytest.mark.parametrize(
    ("names", "hint"),
    [("compile", "platform.engine: compile"), ("sdxl-lcm", "among candidates"), ("sjdd", "did you mean sjd")],
)
def test_what_a_spec_says_with_another_key_is_refused(tmp_path: Path, names: str, hint: str) -> None:
    """
    One way to say a thing, and a place for every problem.
    """
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC % names)
    found = call("plan", str(spec))

    assert 2 == found.code
    assert "spec.yaml:6:28" in found.err
    assert hint in found.err
