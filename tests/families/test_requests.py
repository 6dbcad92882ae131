"""Whole requests against the reference implementations, counted from prompt to pixels."""

from dataclasses import replace

import pytest

from tests.platforms import image, made
from tokencost.counting.operators import flop_by_class
from tokencost.families.lowering import lower
from tokencost.nouns.generator import Generator
from tokencost.nouns.request import Request
from tokencost.nouns.work import Program

COUNTER = {
    ("emu3-gen", 512, 56, "none"): (65835202854912, 5783326031872, 29173233876992),
    ("emu3-gen", 512, 56, ""): (131120649895936, 10467140435968, 29173233876992),
    ("emu3-gen", 720, 56, "none"): (128721011195904, 22171175878656, 57691209571200),
    ("emu3-gen", 720, 56, ""): (256354858795008, 40042534797312, 57691209571200),
    ("emu3-gen", 1024, 54, "none"): (258583091560448, 89642646372352, 116692935507968),
    ("emu3-gen", 1024, 54, ""): (514967159865344, 161693106700288, 116692935507968),
    ("chameleon-7b", 512, 62, "none"): (14642080382976, 313801048064, 1002405101568),
    ("llamagen-xl", 256, 64, "none"): (838126796800, 17678630912, 252179382272),
    ("llamagen-xl", 256, 64, ""): (1398422896640, 31989235712, 252179382272),
    ("llamagen-xl", 512, 64, ""): (3709652172800, 255068536832, 1008717529088),
    ("sd-1.5", 512, 77, ""): (23828806369280, 12892128419840, 47754072162304),
    ("sdxl", 1024, 77, ""): (435565253230592, 78942487547904, 172197453234176),
    ("sdxl", 512, 77, ""): (112913619746816, 5540573712384, 43049363308544),
    ("sd3-medium", 1024, 77, ""): (341613587202048, 162583840104448, 9933185613824),
    ("flux.1-schnell", 1024, 77, ""): (227221522350080, 53638991384576, 9888088457216),
}
"""Model, side, prompt tokens besides template and size, guidance: FLOPs of linear layers, attention, convolutions."""


def with_guidance(model: str, mode: str) -> Generator:
    """A model whose branches read prompts of one length, or that runs one branch."""
    ready = made(model)
    guidance = replace(ready.guidance, negative_tokens=0)
    return replace(ready, guidance=replace(guidance, mode="none", branches=1) if mode else guidance)


def work(program: Program) -> dict[str, float]:
    """FLOPs of all steps of all phases by class."""
    totals = dict.fromkeys(("linear", "attention", "convolution"), 0.0)
    for phase in program:
        for name, count in flop_by_class(phase.operators).items():
            totals[name] += float(count * phase.steps)
    return totals


@pytest.mark.parametrize(("case", "counted"), COUNTER.items(), ids=lambda case: "-".join(map(str, case)))
def test_a_request_is_the_work_of_the_reference(case: tuple[str, int, int, str], counted: tuple[int, int, int]) -> None:
    """
    A FLOP counter over the whole pipeline sees exactly these products.
    """
    model, side, prompt, mode = case
    found = work(lower(with_guidance(model, mode), image(float(side), prompt_tokens=float(prompt))))

    assert dict(zip(("linear", "attention", "convolution"), counted, strict=True)) == found


@pytest.mark.parametrize(("steps", "linear"), [(50.0, 306713358336000), (18.0, 110416809000960)])
def test_unmasking_passes_cost_the_same(steps: float, linear: int) -> None:
    """
    Show-o runs its whole sequence of 1,155 tokens in every pass, for both branches.
    """
    passes = [p for p in lower(replace(made("show-o"), steps=steps), image(512.0)) if p.id == "unmask"]

    assert linear == work(tuple(passes))["linear"]


def test_emu3_chat_reads_an_image_like_the_reference() -> None:
    """
    Tokenizing 512 × 512 pixels and reading 4,096 codes, their row ends, the marks and 64 tokens of text.
    """
    question = 4233.0 - 4169.0 - made("emu3-chat").model.perception.template  # type: ignore[union-attr]
    request = Request(task="image-to-text", width=512.0, height=512.0, prompt_tokens=question, output_tokens=16.0)
    see, prefill, _ = lower(made("emu3-chat"), request)

    assert 13630778507264 == work((see,))["convolution"]
    assert 59088451256320 == work((prefill,))["linear"]
