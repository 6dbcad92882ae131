"""Specs that take speed or guidance as given."""

import pytest

from tests.platforms import catalog
from tokencost.errors import SpecError
from tokencost.nouns.answer import Candidate, Plan
from tokencost.planning.normal import flat, nested
from tokencost.planning.plan import quick_plan, understood
from tokencost.spec.load import from_mapping

SPEC = {
    "version": 1,
    "name": "small",
    "task": "text-to-image",
    "output": {"width": 512, "height": 512},
    "candidates": ["emu3-gen", "sdxl"],
    "quality": "draft",
}


def planned(**more: object) -> Plan:
    return quick_plan(catalog(), from_mapping({**SPEC, **more}, catalog()))


def of(model: str, found: Plan) -> Candidate:
    return next(candidate for candidate in found.candidates if candidate.model == model)


def seconds(model: str, found: Plan) -> float:
    estimate = of(model, found).estimate
    assert estimate is not None
    return float(estimate.latency.value)


@pytest.mark.parametrize("name", ["autoregressive", "emu3-gen", "Emu3-Gen"])
def test_a_family_or_a_model_may_be_taken_as_faster(name: str) -> None:
    """
    Drafts that are verified, or Jacobi decoding, are a factor until somebody measures them.
    """
    before, after = planned(), planned(assume={"speedup": {name: {"value": 4, "reason": "measured drafts"}}})

    assert seconds("emu3-gen", before) / 4 == pytest.approx(seconds("emu3-gen", after))
    assert seconds("sdxl", before) == seconds("sdxl", after)
    estimate = of("emu3-gen", after).estimate
    assert estimate is not None
    assert (f"speedup.{name}", "4", "measured drafts") in [(n.name, n.value, n.reason) for n in estimate.assumptions]


def test_the_factor_of_a_model_wins_over_that_of_its_family() -> None:
    """
    What is said of itself is nearer.
    """
    both = planned(assume={"speedup": {"autoregressive": 4, "emu3-gen": 2}})

    assert seconds("emu3-gen", planned()) / 2 == pytest.approx(seconds("emu3-gen", both))


def test_a_faster_model_needs_a_smaller_fleet() -> None:
    """
    Batches of continuous batching are faster too, not only a request alone.
    """
    traffic = {"average": "0.2 req/s", "peak": "0.5 req/s"}
    before, after = (
        of("emu3-gen", planned(traffic=traffic, assume=given)).capacity
        for given in ({}, {"speedup": {"autoregressive": 8}})
    )

    assert before is not None
    assert after is not None
    assert float(after.replicas) < float(before.replicas)
    assert float(after.p95) < float(before.p95)


def test_guidance_may_be_taken_as_given() -> None:
    """
    Emu3 runs its branches one after the other; in one batch the weights are read once.
    """
    assert seconds("emu3-gen", planned(assume={"guidance": "batched"})) < 0.7 * seconds("emu3-gen", planned())


def test_speed_of_nobody_is_refused() -> None:
    """
    A misspelt family would change nothing and say nothing.
    """
    with pytest.raises(SpecError, match="did you mean autoregressive"):
        planned(assume={"speedup": {"autoregresive": 2}})


def test_one_model_may_be_run_with_other_steps() -> None:
    """
    What would it cost with eight steps is a question about one model, not about all of them.
    """
    before, after = planned(), planned(assume={"steps_of": {"sdxl": 10}})

    assert seconds("sdxl", after) < 0.6 * seconds("sdxl", before)
    assert seconds("emu3-gen", before) == seconds("emu3-gen", after)


def test_names_with_dots_survive_a_comparison() -> None:
    """
    Two specs are compared field by field and mixed again; a model called emu3.5 is one key, not two.
    """
    given = {"speedup": {"emu3.5": 4.0}, "steps_of": {"flux.2-klein-4b": 8}}
    fields = flat(understood(from_mapping({**SPEC, "assume": given}, catalog()).product))

    assert given == nested(fields)["assume"]
