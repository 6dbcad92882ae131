"""Every system that people name when they argue about next tokens and diffusion has its row."""

from typing import Any

import pytest

from tests.cli.calling import answer

IMAGE = "compare --res 1024"
VIDEO = "compare --task video --res 256 --seconds 4 --fps 8"
PERCEPTION = "compare --task perception --res 1024"


def rows(line: str) -> dict[str, Any]:
    """Candidates by model."""
    return {candidate["model"]: candidate for candidate in answer(line)["candidates"]}


@pytest.mark.parametrize(
    ("line", "model"),
    [
        (IMAGE, "emu3-gen"), (IMAGE, "sdxl"), (IMAGE, "sd-1.5"), (IMAGE, "sd3-medium"), (IMAGE, "chameleon-7b"),
        (IMAGE, "show-o"), (IMAGE, "janus-pro-7b"), (IMAGE, "transfusion-7b"), (IMAGE, "internvl-u"), (IMAGE, "emu"),
        (IMAGE, "dall-e-3"), (IMAGE, "imagen-4"), (IMAGE, "midjourney"),
        (VIDEO, "emu3-stage2"), (VIDEO, "open-sora-1.2"), (VIDEO, "sora-2"),
        (PERCEPTION, "emu3-chat"), (PERCEPTION, "llava-1.6-7b"), (PERCEPTION, "chameleon-7b"),
        (PERCEPTION, "janus-pro-7b"), (PERCEPTION, "show-o"),
    ],
)  # fmt: skip
def test_every_system_has_its_row(line: str, model: str) -> None:
    """
    A model that cannot do it at this size stays in, with the reason.
    """
    row = rows(line)[model]

    assert row["feasible"] is not bool(row["violations"])
    assert row["violations"] or row["cost"]["per_asset_usd"]


@pytest.mark.parametrize("line", [IMAGE, VIDEO, PERCEPTION])
def test_what_runs_comes_first_and_cheapest_first(line: str) -> None:
    """
    The first row is the answer.
    """
    feasible = [row for row in answer(line)["candidates"] if row["feasible"]]
    costs = [row["cost"]["per_asset_usd"] for row in feasible]

    assert feasible == answer(line)["candidates"][: len(feasible)]
    assert sorted(costs) == costs


def test_only_the_named_models_are_compared() -> None:
    """
    Aliases count.
    """
    assert {"sdxl", "emu3-gen"} == set(rows("compare --res 512 --models emu3,SDXL"))


def test_at_a_thousand_pixels_next_tokens_cost_a_hundred_times_as_much() -> None:
    """
    Emu3-Gen reads its weights once per token and branch, SDXL computes 50 dense passes.
    """
    cost = {model: rows(IMAGE)[model]["cost"]["per_asset_usd"] for model in ("emu3-gen", "sdxl")}

    assert 50 < cost["emu3-gen"] / cost["sdxl"] < 200
