"""Promises every record keeps: it is compiled, it decodes, it can be run, and what it gives is physically possible."""

import functools
import json
import math
from dataclasses import replace
from typing import TypeGuard, get_args

import pytest

from tests.promises.records import catalog, text
from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import load
from tokencost.counting.footprint import precision_use, unique_components, weight_bytes
from tokencost.counting.networks import PASSES, PROBE, network_params
from tokencost.counting.operators import causal_attention_flop, flop
from tokencost.families.lowering import FAMILIES, lower
from tokencost.money.energy import request_energy
from tokencost.nouns.answer import PhaseTime
from tokencost.nouns.hardware import Platform
from tokencost.nouns.model import Model
from tokencost.nouns.network import Network
from tokencost.nouns.request import Request
from tokencost.nouns.work import Attention, Operator, Phase, Program
from tokencost.planning.options import RunOptions
from tokencost.planning.resolve import generator, platform
from tokencost.timing.phases import time_phase

GPUS = ("a100-80gb-sxm", "h100-80gb-sxm", "l40s-48gb", "t4-16gb")
ENGINES = ("eager", "compile")
PLATFORMS = [(gpu, engine) for gpu in GPUS for engine in ENGINES]
PRECISIONS = {"t4-16gb": "fp16"}
SIDE, FRAMES = 256.0, 17.0
ROUNDING = 1 + 1e-9

kinds = pytest.mark.parametrize("kind", KINDS)
networks = pytest.mark.parametrize("name", catalog().names("networks"))
RUNNABLE = [(model, task) for model in catalog().all("models") if model.components for task in model.tasks]
cases = pytest.mark.parametrize(("model", "task"), [pytest.param(m, t, id=f"{m.id}-{t}") for m, t in RUNNABLE])


def test_what_is_loaded_is_what_the_records_say() -> None:
    """
    A stored index that is older than a record would answer with yesterday's numbers.
    """
    assert json.loads(text()) == load().index


@kinds
def test_every_record_decodes(kind: str) -> None:
    """
    Plain data of the index becomes the noun it was compiled from.
    """
    records = catalog().all(kind)

    assert records
    assert catalog().names(kind) == [record.id for record in records]


def test_every_kind_of_network_is_counted() -> None:
    """
    A network without a counting function fails the first time somebody runs it.
    """
    assert set(get_args(Network)) == set(PASSES)


def test_every_family_has_a_model() -> None:
    """
    A family nobody uses is untested.
    """
    assert set(FAMILIES) - {"perception"} == {model.family for model, _ in RUNNABLE}


@networks
def test_operators_are_told_apart_by_their_ids(name: str) -> None:
    """
    Parameters are summed over ids, so two operators of one id would count as one.
    """
    net = catalog().get("networks", name)
    for run in PASSES[type(net)].values():
        ids = [op.id for op in run(net, PROBE)]
        assert len(set(ids)) == len(ids)


@networks
def test_directions_agree_on_the_weights_they_share(name: str) -> None:
    """
    An operator that stands in two directions is one set of weights.
    """
    net = catalog().get("networks", name)
    seen: dict[str, float] = {}
    for run in PASSES[type(net)].values():
        for op in run(net, PROBE):
            own = float(getattr(op, "params", 0.0))
            assert seen.setdefault(op.id, own) == own


@networks
def test_every_network_has_parameters(name: str) -> None:
    """
    Weights are what has to be loaded.
    """
    assert network_params(catalog().get("networks", name)) > 1e6


def request_of(model: Model, task: str) -> Request:
    """A small request that every model can express."""
    frames = FRAMES if task == "text-to-video" else 1.0
    sizes = {"width": SIDE, "height": SIDE, "frames": frames, "fps": 8.0 if frames > 1 else 0.0}
    return Request(task=task, prompt_tokens=32.0, output_tokens=16.0, **sizes)  # type: ignore[arg-type]


@functools.cache
def ready(model: str, task: str, gpu: str, engine: str) -> tuple[Program, Platform]:
    """A model's program at the small request, and the platform for it."""
    record = catalog().get("models", model)
    options = RunOptions(gpu=gpu, engine=engine, precision=PRECISIONS.get(gpu, "bf16"))
    made = generator(catalog(), record, options)
    program = lowered(model, task, made.guidance.mode)
    return program, platform(catalog(), options, made)


@functools.cache
def lowered(model: str, task: str, guidance: str) -> Program:
    """Programs know no hardware, so one serves all platforms with the same guidance."""
    record = catalog().get("models", model)
    made = generator(catalog(), record, RunOptions())
    return lower(replace(made, guidance=replace(made.guidance, mode=guidance)), request_of(record, task))


@functools.cache
def timed(model: str, task: str) -> list[tuple[Platform, list[tuple[Phase, PhaseTime]]]]:
    """Every phase of a model's program on every platform, with its time."""
    found = [ready(model, task, gpu, engine) for gpu, engine in PLATFORMS]
    return [(on, [(phase, time_phase(phase, on)) for phase in program]) for program, on in found]


@cases
def test_every_phase_takes_time(model: Model, task: str) -> None:
    """
    Every model runs on every platform for a finite, positive time, and moves bytes while it does.
    """
    for _, phases in timed(model.id, task):
        for _, phase in phases:
            for figure in (phase.seconds, phase.memory_traffic, phase.kernels, phase.steps):
                assert type(figure) is float
                assert 0 < figure < math.inf


@cases
def test_no_phase_is_faster_than_its_arithmetic(model: Model, task: str) -> None:
    """
    No GPU computes faster than its datasheet peak, whatever the software does.
    """
    for on, phases in timed(model.id, task):
        for phase, time in phases:
            peak = max(on.gpu.peak[name] for name in peaks(phase, on))
            assert ROUNDING * time.seconds >= computed(phase, on) / peak


def peaks(phase: Phase, on: Platform) -> list[str]:
    precision = on.precisions[phase.precision]
    return [name for name in (*precision.peak, *precision.convolution) if name in on.gpu.peak]


def computed(phase: Phase, on: Platform) -> float:
    """FLOPs that the kernels of a phase run: fused attention skips what causality rules out."""
    fused = on.engine.attention != "naive"
    return float(
        phase.steps * sum(causal_attention_flop(op) if fused and is_causal(op) else flop(op) for op in phase.operators)
    )


def is_causal(op: Operator) -> TypeGuard[Attention]:
    return isinstance(op, Attention) and op.causal


@cases
def test_no_phase_is_faster_than_its_traffic(model: Model, task: str) -> None:
    """
    No GPU moves bytes faster than its datasheet bandwidth.
    """
    for on, phases in timed(model.id, task):
        for _, phase in phases:
            assert ROUNDING * phase.seconds >= phase.memory_traffic / on.gpu.memory_bandwidth


@cases
def test_no_request_draws_more_than_the_power_limit(model: Model, task: str) -> None:
    """
    Energy lies between idling and the power limit for as long as the request takes.
    """
    for on, pairs in timed(model.id, task):
        phases = [time for _, time in pairs]
        seconds = sum(time.seconds for time in phases)
        joules = request_energy([phase for phase, _ in pairs], phases, on)
        assert on.gpu.idle_power * seconds <= joules <= on.gpu.power_limit * seconds * ROUNDING


@pytest.mark.parametrize("model", [pytest.param(m, id=m.id) for m in catalog().all("models") if m.components])
def test_weights_are_parameters_times_bytes(model: Model) -> None:
    """
    Memory for weights is the sum over components, each in the precision the software keeps it in.
    """
    options = RunOptions()
    made = generator(catalog(), model, options)
    on = platform(catalog(), options, made)
    expected = sum(
        network_params(made.networks[role]) * on.precisions[precision_use(role, part)].weight_bytes
        for role, part in model.components.items()
        if role in unique_components(made, on)
    )

    assert expected == pytest.approx(weight_bytes(made, on), rel=1e-12)


@pytest.mark.parametrize("gpu", catalog().names("gpus"))
@pytest.mark.parametrize("precision", catalog().names("precisions"))
def test_a_precision_that_a_gpu_lacks_is_no_crash(gpu: str, precision: str) -> None:
    """
    That it cannot run is a verdict, and a verdict needs numbers to stand beside.
    """
    model = catalog().get("models", "emu3-gen")
    options = RunOptions(gpu=gpu, precision=precision)
    on = platform(catalog(), options, generator(catalog(), model, options))
    phases = [time_phase(phase, on) for phase in lowered(model.id, "text-to-image", "sequential")]

    assert all(0 < phase.seconds < math.inf for phase in phases)
