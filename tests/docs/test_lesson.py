"""The lesson's pages against what their commands say."""

import pytest

from tests.cli.calling import answer
from tests.docs.reading import ROOT

PAGE = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("lesson.md", "claims.md"))
CLIP = "--res 256 --seconds 4 --fps 8"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        *((f"tokens --tokenizer emu3 --res {side}", "visual") for side in (512, 1024, 2048)),
        *((f"tokens --tokenizer emu3 --res {side}", "generated") for side in (512, 1024, 2048)),
        ("tokens --tokenizer chameleon --res 512", "visual"),
        ("tokens --tokenizer chameleon --res 512", "generated"),
        (f"tokens --stride 4x4x4 --codebook 32768 {CLIP}", "visual"),
        (f"tokens --tokenizer emu3 {CLIP}", "visual"),
        (f"tokens --tokenizer emu3 {CLIP}", "generated"),
    ],
)  # fmt: skip
def test_tokens_on_the_pages_are_counted(line: str, field: str) -> None:
    """
    Figures that are copied by hand drift.
    """
    assert f"{answer(line)[field]:,}" in PAGE


@pytest.mark.parametrize("component", ["transformer", "image_decoder"])
def test_parameters_on_the_pages_are_counted(component: str) -> None:
    """
    Of the language model, and of the image coder.
    """
    assert f"{answer('estimate emu3-gen --res 512')['params'][component]:,}" in PAGE


def test_the_measured_time_lies_inside_the_interval() -> None:
    """
    The maintainers' 600 s, for the code as it is released.
    """
    latency = answer("estimate emu3-gen --res 720 --engine eager")["latency"]

    assert latency["low"] < 600 < latency["high"]


def test_diffusion_computes_more_and_is_faster() -> None:
    """
    Four times the FLOPs in a tenth of the time or less.
    """
    sdxl, emu3 = answer("estimate sdxl --res 1024 --steps 50"), answer("estimate emu3-gen --res 512")

    assert pytest.approx(4, rel=0.05) == sdxl["flops"]["total"] / emu3["flops"]["total"]
    assert 10 < emu3["latency"]["seconds"] / sdxl["latency"]["seconds"]
