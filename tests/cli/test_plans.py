"""The plans of the example specs, and what their reasons have to say."""

from pathlib import Path

import pytest

from tests.cli.calling import SPECS, answer, call

ALL = [path for path in sorted(SPECS.glob("*.yaml")) if not path.stem.startswith("sweep")]
PRODUCTS = [path for path in ALL if not path.stem.startswith("sweep")]


def reasons(name: str) -> list[str]:
    """Why the plan of an example chose as it did."""
    said: list[str] = answer(f"plan {SPECS / name}.yaml")["recommendation"]["reasons"]
    return said


def test_posters_are_diffused_and_both_sides_are_told_in_numbers() -> None:
    """
    A recommendation is worth its comparison: tokens, seconds and dollars of either family.
    """
    said = answer(f"plan {SPECS / 'poster-1024'}.yaml")["recommendation"]
    sides = [next(r for r in said["reasons"] if f"({side})" in r) for side in ("diffusion", "autoregressive")]

    assert ("recommended", "diffusion") == (said["verdict"], said["family"])
    assert all(unit in side for side in sides for unit in (" tokens", " s per request", "$"))


def test_a_clip_of_emu3_in_720p_exceeds_its_context() -> None:
    """
    30 token frames of 90 × 160 with their row and frame ends are more than three contexts.
    """
    said = next(reason for reason in reasons("clip-720p") if "Emu3" in reason)

    assert "434,732" in said
    assert "131,072" in said


def test_a_print_of_emu3_exceeds_its_positions() -> None:
    """
    Four megapixels are seven times what its position table holds.
    """
    said = next(reason for reason in reasons("print-2048") if "Emu3-Gen" in reason)

    assert "65,795" in said
    assert "9,216" in said


@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.stem)
def test_examples_keep_their_limits(path: Path) -> None:
    """
    They are what a new user copies.
    """
    assert 0 == call("check", str(path)).code


@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.stem)
def test_examples_cannot_be_had_for_nothing(path: Path) -> None:
    """
    A gate that never closes is no gate.
    """
    assert 3 == call("check", str(path), "--set", "budget.per_month=0.01 USD").code


@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.stem)
def test_every_candidate_is_feasible_or_says_why(path: Path) -> None:
    """
    Silence about a model would look like an oversight.
    """
    candidates = answer(f"plan {path}")["candidates"]

    assert candidates
    assert not [c["model"] for c in candidates if c["feasible"] == bool(c["violations"])]


def test_a_tier_and_bounds_are_both_kept() -> None:
    """
    Whoever writes both means both.
    """
    asked = "quality={{tier: {}, bounds: {{geneval: '>= 0.1'}}}}".format
    found = {
        tier: call("plan", str(SPECS / "poster-1024.yaml"), "--set", asked(tier), "--format", "json").json
        for tier in ("standard", "premium")
    }
    feasible = {tier: sum(c["feasible"] for c in plan["candidates"]) for tier, plan in found.items()}

    assert feasible["premium"] < feasible["standard"]
