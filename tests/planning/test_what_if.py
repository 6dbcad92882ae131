"""Accelerations one by one and together: physics first, what was reported beside it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.platforms import made
from tests.promises.records import catalog
from tokencost.errors import UsageError
from tokencost.nouns.acceleration import Acceleration
from tokencost.nouns.answer import Estimate
from tokencost.nouns.what_if import Option, WhatIf
from tokencost.planning.accelerating import concerns, equipped, evidence_of, joint_spread
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.single import single
from tokencost.planning.what_if import GRADES, IN_BASE, what_if

SIZE = OutputOptions()


def asked(model: str, **options: Any) -> WhatIf:
    return what_if(catalog(), model, "", SIZE, RunOptions(**options))


def estimated(model: str, *accelerations: str, **options: Any) -> Estimate:
    return single(catalog(), model, "", SIZE, RunOptions(accelerations=accelerations, **options))


def option(found: WhatIf, name: str) -> Option:
    return next(o for o in found.options if o.id == name)


def change(name: str) -> Acceleration:
    found: Acceleration = catalog().get("accelerations", name)
    return found


@pytest.mark.parametrize("model", ["emu3-gen", "sdxl", "hunyuanvideo", "llava-1.6-7b"])
def test_every_option_is_the_estimate_with_it(model: str) -> None:
    """
    A row of the list and `estimate --accelerate` are one computation, and the factor is the base's time over its own.
    """
    found = asked(model)
    base = estimated(model).latency.value

    assert base == found.base.latency.value
    for o in (*found.options, *found.stacks):
        if o.estimate:
            assert estimated(model, *o.parts).latency == o.estimate.latency
            assert o.factor == base / o.estimate.latency.value


COUNTED = [("emu3-gen", "sjd"), ("emu3-gen", "sjd2"), ("emu3-gen", "sjd-pac"), ("lumina-mgpt-7b", "sjd"),
           ("lumina-mgpt-7b", "sjd2"), ("lumina-mgpt-7b", "sjd-pac"), ("lumina-mgpt-7b", "eagle"),
           ("lumina-mgpt-2.0-7b", "sjd"), ("hunyuanvideo", "teacache"), ("sdxl", "deepcache"),
           ("sd-1.5", "deepcache"), ("flux.1-dev", "cache-dit")]  # fmt: skip


@pytest.mark.parametrize("engine", ["eager", "compile"])
@pytest.mark.parametrize(("model", "name"), COUNTED)
def test_what_passes_predict_and_what_was_timed_agree(model: str, name: str, engine: str) -> None:
    """
    Times were taken on unknown GPUs with unknown software; the interval has to hold them all the same.
    """
    found = option(asked(model, engine=engine), name)
    timed = next(float(report.factor) for report in found.reports if report.of == "time")
    spread = change(name).spread

    assert found.factor is not None
    assert 1 / spread < timed / float(found.factor) < spread


@pytest.mark.parametrize(("model", "name"), [pair for pair in COUNTED if pair[1].startswith("sjd")])
def test_windows_take_the_time_that_was_reported_with_their_passes(model: str, name: str) -> None:
    """
    Drawing and testing drafts takes time that no network shows; on the engine they were timed on it is all there.
    """
    found = option(asked(model, engine="eager"), name)
    timed = next(float(report.factor) for report in found.reports if report.of == "time")
    counted = {report.of for report in found.reports} >= {"passes", "time"}

    assert found.factor is not None
    assert timed / float(found.factor) == pytest.approx(1.0, abs=0.02 if counted else 0.1)


def test_a_draft_that_runs_by_itself_is_not_paid_for_twice() -> None:
    """
    Its passes are phases of their own, and part of the time that was reported; windows have none.
    """
    jacobi, eagle = (equipped(made("lumina-mgpt-7b"), [change(name)]).drafting for name in ("sjd2", "eagle"))

    assert jacobi is not None
    assert eagle is not None
    assert (4.02 / 2.81, 1.0) == (jacobi.stretch, eagle.stretch)


def test_a_claim_that_physics_does_not_bear_out_stands_beside_what_it_does() -> None:
    """
    Twenty times as fast per image is claimed; 25 passes over an image of 34 billion parameters take far longer.
    """
    found = option(asked("emu3.5"), "dida")

    assert [20.0] == [report.factor for report in found.reports]
    assert found.factor is not None
    assert 2 < float(found.factor) < 10


def test_guidance_in_one_batch_halves_decoding_and_leaves_denoising_as_it_is() -> None:
    """
    A decoder reads its weights once instead of twice; a large denoiser computes as much as before.
    """
    decoder, denoiser = (option(asked(model), "guidance-batched").factor for model in ("emu3-gen", "wan2.1-14b"))

    assert decoder == pytest.approx(2, abs=0.1)
    assert denoiser == pytest.approx(1, abs=0.02)


def test_only_guidance_one_branch_after_the_other_can_be_batched() -> None:
    """
    SDXL runs both branches in one batch, FLUX.1 [dev] runs one.
    """
    assert not {"guidance-batched"} & {o.id for model in ("sdxl", "flux.1-dev") for o in asked(model).options}


def test_light_weights_help_where_weights_are_read_and_not_where_the_host_is_slow() -> None:
    """
    Compiled decoding waits for memory, eager decoding for the host.
    """
    compiled, eager = (option(asked("emu3-gen", engine=e), "int8-weight-only").factor for e in ("compile", "eager"))

    assert float(compiled or 0) > 1.3
    assert float(eager or 0) == pytest.approx(1, abs=0.01)


def test_what_the_base_has_and_what_the_gpu_lacks_is_said() -> None:
    """
    No figure is better than one for what cannot be had.
    """
    found = asked("flux.1-dev")

    assert (None, (IN_BASE,)) == (option(found, "compile").factor, option(found, "compile").problems)
    assert (None, ("a100-80gb-sxm has no fp8",)) == (option(found, "fp8").factor, option(found, "fp8").problems)
    assert float(option(asked("flux.1-dev", gpu="h100-80gb-sxm"), "fp8").factor or 0) > 1.1


def test_a_student_is_held_to_its_own_sizes_and_scores() -> None:
    """
    SDXL-Turbo makes 512 × 512; four steps of SDXL-LCM cost two hundredths of GenEval.
    """
    found = asked("sdxl")

    assert option(found, "sdxl-turbo").estimate is None
    assert ("geneval 0.55 to 0.53",) == option(found, "sdxl-lcm").quality
    assert option(found, "sdxl-lcm").estimate.model == "sdxl-lcm"  # type: ignore[union-attr]


@pytest.mark.parametrize("model", ["emu3-gen", "emu3.5", "lumina-mgpt-7b", "sdxl", "flux.1-dev", "janus-pro-7b"])
def test_a_stack_is_faster_than_any_part_of_it(model: str) -> None:
    """
    Each part takes a place of its own; the evidence is that of the weakest.
    """
    found = asked(model)

    assert found.stacks
    for stack in found.stacks:
        parts = [option(found, name) for name in stack.parts]
        slots = [change(name).slot for name in stack.parts]
        assert len(slots) == len(set(slots))
        assert float(stack.factor or 0) > max(float(part.factor or 0) for part in parts)
        assert GRADES.index(stack.evidence) == max(GRADES.index(part.evidence) for part in parts)


def test_the_first_stack_keeps_what_is_sampled() -> None:
    """
    Emu3 is five times as fast without another image coming out.
    """
    harmless, fastest = asked("emu3-gen").stacks

    assert all(change(name).lossless for name in harmless.parts)
    assert ("sjd-pac", "guidance-batched") == harmless.parts
    assert float(fastest.factor or 0) > float(harmless.factor or 0)


def test_evidence_is_what_there_is_for_this_very_model() -> None:
    """
    Timed, claimed, from the timing model, or carried over from another model.
    """
    models = {name: catalog().get("models", name) for name in ("emu3-gen", "janus-pro-7b", "lumina-mgpt-2.0-7b")}

    assert "published" == evidence_of(change("sjd"), models["emu3-gen"])
    assert "assumed" == evidence_of(change("sjd"), models["janus-pro-7b"])
    assert "measured" == evidence_of(change("sjd"), models["lumina-mgpt-2.0-7b"])
    assert "derived" == evidence_of(change("int8"), models["janus-pro-7b"])


def test_what_is_not_known_of_an_acceleration_widens_the_interval() -> None:
    """
    Two spreads that have nothing to do with each other add in quadrature.
    """
    plain, drafted = estimated("emu3-gen").latency, estimated("emu3-gen", "sjd").latency
    engine = float(plain.high / plain.value)

    assert float(drafted.high / drafted.value) == pytest.approx(joint_spread(engine, change("sjd").spread))
    assert engine < float(drafted.high / drafted.value) < engine * float(change("sjd").spread)


def test_a_draft_takes_memory_of_its_own() -> None:
    """
    One layer of 32, without the embedding and the head that it shares.
    """
    plain, drafted = (estimated("llava-1.6-7b", *names).footprint for names in ((), ("speculative",)))
    assert plain is not None
    assert drafted is not None
    layer = 4 * 4096**2 + 3 * 4096 * 11008

    assert 2 * layer == pytest.approx(drafted.weights - plain.weights, rel=1e-3)


def test_an_answer_names_its_accelerations() -> None:
    """
    Whoever reads a number sees what it takes to get it.
    """
    found = estimated("emu3-gen", "sjd")

    assert ("sjd",) == found.accelerations
    assert "published" in next(note.reason for note in found.assumptions if note.value == "sjd")


@pytest.mark.parametrize(
    ("model", "names"), [("emu3-gen", ("sjd", "sjd-pac")), ("sdxl", ("sjd",)), ("sdxl", ("deepcache", "sdxl-lcm"))]
)
def test_what_does_not_go_together_is_refused(model: str, names: tuple[str, ...]) -> None:
    """
    Two ways to draft, a draft for a denoiser, a cache for a student of four steps.
    """
    with pytest.raises(UsageError):
        estimated(model, *names)


def test_nobody_else_can_make_an_api_faster() -> None:
    """
    Its provider runs it.
    """
    with pytest.raises(UsageError, match="provider"):
        asked("dall-e-3")


def test_a_base_with_an_acceleration_exchanges_it() -> None:
    """
    SJD-PAC instead of SJD, not on top of it.
    """
    found = option(asked("emu3-gen", accelerations=("sjd",)), "sjd-pac")

    assert found.estimate is not None
    assert estimated("emu3-gen", "sjd-pac").latency == found.estimate.latency


def test_batched_guidance_concerns_models_that_run_their_branches_in_turn() -> None:
    """
    The record of the model says how; a model made to batch no longer needs it.
    """
    model = catalog().get("models", "emu3-gen")
    guidance = replace(model.generation.guidance, mode="batched")
    batched = replace(model, generation=replace(model.generation, guidance=guidance))

    assert concerns(change("guidance-batched"), model, "text-to-image")
    assert not concerns(change("guidance-batched"), batched, "text-to-image")
