"""Figures that can be checked by hand or against a count of the reference code."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.calling import answer, call

ON_EMU3 = "tokens --tokenizer emu3 --width {0} --height {0}"
TERA = 1e12


@pytest.mark.parametrize(
    ("side", "visual", "generated"),
    [(512, 4_096, 4_163), (720, 8_100, 8_193), (1024, 16_384, 16_515), (2048, 65_536, 65_795)],
)
def test_emu3_writes_a_token_per_8_pixels_square_and_ends(side: int, visual: int, generated: int) -> None:
    """
    (side / 8)² visual tokens, one end per row, and the ends of the frame, the image and the sequence.
    """
    tokens = answer(ON_EMU3.format(side))

    assert (visual, generated) == (tokens["visual"], tokens["generated"])
    assert generated - visual == side // 8 + 3


def test_a_clip_of_emu3_is_coded_8_by_8_by_4() -> None:
    """
    32 frames at 256 pixels: 8 token frames of 32 × 32.
    """
    tokens = answer("tokens --tokenizer emu3 --res 256 --frames 32")

    assert ([8, 32, 32], 8_192) == (tokens["grid"], tokens["visual"])


def test_strides_change_a_tokenizer_that_is_named() -> None:
    """
    What Emu3's grid would be if it compressed time and space by four: its line ends stay.
    """
    tokens = answer("tokens --tokenizer emu3 --stride 4x4x4 --res 256 --frames 32")

    assert 32768 == tokens["visual"]
    assert 8 * 64 < tokens["structural"] < 8 * 64 + 16


@pytest.mark.parametrize("length", ["--frames 32", "--seconds 4 --fps 8"])
def test_strides_alone_give_the_tokens_of_any_coder(length: str) -> None:
    """
    4 × 4 × 4 pixels a token would be four times as many.
    """
    tokens = answer(f"tokens --stride 4x4x4 --codebook 32768 --res 256 {length}")

    assert (32_768, 0) == (tokens["visual"], tokens["structural"])


@pytest.mark.parametrize(
    ("line", "tera_flop"),
    [("estimate emu3-gen --res 512 --prompt-tokens 64", 170.76), ("estimate sdxl --res 1024 --steps 50", 686.7)],
)
def test_work_of_a_request_agrees_with_the_counted_reference(line: str, tera_flop: float) -> None:
    """
    The totals are a count of the released code: every phase, every guidance branch.
    """
    assert pytest.approx(tera_flop, rel=0.01) == answer(line)["flops"]["total"] / TERA


def test_phases_sum_to_the_totals() -> None:
    """
    A total that is no sum hides a phase.
    """
    found = answer("estimate sdxl --res 1024")

    assert pytest.approx(found["flops"]["total"]) == sum(phase["flop"] for phase in found["phases"])
    assert pytest.approx(found["latency"]["seconds"]) == sum(phase["seconds"] for phase in found["phases"])


def test_the_interval_is_around_the_prediction() -> None:
    """
    Low and high are what nine of ten measurements stay between.
    """
    latency = answer("estimate sdxl")["latency"]

    assert latency["low"] < latency["seconds"] < latency["high"]


def test_an_own_price_is_the_price() -> None:
    """
    A negotiated price is known better to the user than to any catalogue.
    """
    found = answer("estimate sdxl --price 3.60USD/h")

    assert pytest.approx(found["latency"]["seconds"] * 0.001) == found["cost"]["usd"]


@pytest.mark.parametrize(("line", "name"), [("--engine vllm", "engine"), ("--precision fp8", "precision")])
def test_what_a_platform_cannot_do_is_marked(line: str, name: str) -> None:
    """
    The time is that of a platform which could; nobody should take it for this one.
    """
    assert [name] == [note["name"] for note in answer(f"estimate flux.1-dev {line}")["assumptions"]]


def test_a_clip_has_the_shape_of_a_screen_where_nothing_is_said() -> None:
    """
    Providers price 720p; hardly anybody sells square clips.
    """
    asked = answer("estimate sora-2")["request"]

    assert (1280, 720) == (asked["width"], asked["height"])


def leaves(node: Any) -> Iterator[Any]:
    """Every number that a derivation starts from."""
    yield from node["leaves"]
    for inner in node["inner"]:
        yield from leaves(inner)


def test_every_leaf_of_a_derivation_has_unit_and_source() -> None:
    """
    A number without them cannot be checked.
    """
    found = [leaf for step in answer("explain emu3-gen --res 512")["derivation"] for leaf in leaves(step)]

    assert len(found) > 100
    assert not [leaf for leaf in found if not leaf["unit"] or not leaf["source"]]


@pytest.mark.parametrize(
    "line",
    [
        "emu3-gen --res 512 --batch 2",
        "flux.1-dev --gpus 4 --engine xdit --gpu h100-80gb-sxm",
        "janus-pro-7b --task perception --width 800 --height 600 --output-tokens 20",
        "wan2.1-1.3b --frames 33 --prompt-tokens 20",
    ],
)
def test_the_command_below_an_estimate_derives_its_numbers(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    It would be odd if the reasons belonged to another size or another GPU.
    """
    monkeypatch.setenv("COLUMNS", "400")
    said = call("estimate", *line.split()).out.strip().splitlines()
    seconds = re.findall(r": (.*?) \(", said[0])[0]

    assert seconds in answer(said[-1].partition("tokencost ")[2])["answer"]
