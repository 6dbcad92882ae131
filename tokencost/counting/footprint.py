"""Memory of one GPU of a replica: weights, cache, activations, and what the software keeps for itself."""

from tokencost.counting.networks import network_params
from tokencost.counting.operators import READ_AND_WRITE, attention_cache
from tokencost.formula import formula
from tokencost.nouns.answer import Footprint
from tokencost.nouns.generator import Generator
from tokencost.nouns.hardware import Parallelism, Platform, Precision
from tokencost.nouns.model import Component
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Operator, Phase, Program
from tokencost.numeric import floor, maximum, minimum, where
from tokencost.units import Bytes, Constant, Count

LIVE_TENSORS = Constant(
    2, "", "input and output of the largest operator, and as much again for the skip connections around it"
)
ONE_BYTE = Constant(1, "B", "keeps the number of requests finite where one needs no memory of its own")
BACKBONES = ("transformer", "denoiser", "denoiser_2", "draft")


def precision_use(role: str, component: Component) -> str:
    """Which of the platform's precisions a component is stored and runs in: its own, else that of its kind."""
    if component.overflows:
        return "wide"
    return component.precision or ("backbone" if role in BACKBONES else "other")


def unique_components(generator: Generator, on: Platform) -> list[str]:
    """Roles on the GPU: a coder that both reads and writes images once; without those that released code offloads."""
    parts = generator.model.components
    seen: dict[str, str] = {}
    for role in generator.networks:
        if not (parts[role].waits and on.engine.as_released):
            seen.setdefault(role if role in BACKBONES else parts[role].network, role)
    return list(seen.values())


def stored_precision(role: str, component: Component, on: Platform) -> Precision:
    """What the weights of a component lie in: the precision it runs in, or the wider one that was released."""
    released = component.stored if on.engine.as_released else ""
    return on.precisions[released or precision_use(role, component)]


@formula(
    "definition",
    says="bytes of the weights on one GPU: every component once, the backbone split by tensor and pipeline parallelism",
)
def weight_bytes(generator: Generator, on: Platform) -> Bytes:
    """Each component in its own precision."""
    total: Bytes = 0.0
    for role in unique_components(generator, on):
        precision = stored_precision(role, generator.model.components[role], on)
        share = on.parallelism.tensor * on.parallelism.pipeline if role in BACKBONES else 1.0
        total = total + network_params(generator.networks[role]) * precision.weight_bytes / share
    return total


@formula("pope-2022")
def cache_bytes(op: Attention, cached: Count, caches: Count, element: Bytes) -> Bytes:
    """Keys and values of one attention stack when its sequences have grown to `cached` tokens."""
    return attention_cache(op) / op.context * cached * caches * element


@formula("definition", says="bytes of a cached key or value element: the precision's own, else those of an activation")
def cached_element(precision: Precision) -> Bytes:
    """Serving engines store the cache of quantised models quantised too."""
    return where(precision.cache_bytes > 0, precision.cache_bytes, precision.activation_bytes)


@formula("pope-2022", says="the largest cache of any phase, split by tensor parallelism")
def largest_cache(program: Program, on: Platform) -> Bytes:
    """Phases that cache nothing need none."""
    sizes = [_phase_cache(phase, on) for phase in program if not _is_zero(phase.cached)]
    largest: Bytes = 0.0
    for size in sizes:
        largest = maximum(largest, size)
    return largest


def _is_zero(count: Count) -> bool:
    return isinstance(count, float | int) and count == 0


def _phase_cache(phase: Phase, on: Platform) -> Bytes:
    element = cached_element(on.precisions[phase.precision])
    stacks = [op for op in phase.operators if isinstance(op, Attention)]
    whole = sum((cache_bytes(op, phase.cached, phase.caches, element) for op in stacks), 0.0)
    return whole / (on.parallelism.tensor * on.parallelism.sequence)


@formula("definition", says="bytes alive around the largest operator of any phase")
def activation_bytes(program: Program, on: Platform) -> Bytes:
    """Input and output of one execution, times the tensors that live beside them."""
    largest: Bytes = 0.0
    for phase in program:
        element = on.precisions[phase.precision].activation_bytes
        share = _parts(on.parallelism) if phase.parallel else 1.0
        largest = maximum(largest, _most_alive(phase) * element / share)
    return LIVE_TENSORS * largest


def _most_alive(phase: Phase) -> Count:
    """Elements around the largest operator of a pass."""
    most: Count = 0.0
    for op in phase.operators:
        most = maximum(most, _live_elements(op))
    return most


def _parts(parallelism: Parallelism) -> Count:
    """Into how many parts activations are split."""
    return parallelism.sequence * parallelism.guidance * parallelism.pipeline


def _live_elements(op: Operator) -> Count:
    """Elements around one execution; an operator that never runs (count 0) holds none."""
    match op:
        case Linear():
            return minimum(op.count, 1.0) * op.rows * (op.inner + op.columns)
        case Convolution():
            return minimum(op.count, 1.0) * (op.inputs * op.in_channels + op.positions * op.out_channels)
        case Elementwise():
            return minimum(op.count, 1.0) * READ_AND_WRITE * op.elements
    return 0.0


@formula("definition")
def batch_limit(free: Bytes, per_request: Bytes) -> Count:
    """Requests that fit beside what they share, each with its own cache (or, where nothing is cached, activations)."""
    return floor(free / maximum(per_request, ONE_BYTE))


def footprint(generator: Generator, program: Program, on: Platform, batch: Count) -> Footprint:
    """What one GPU of the replica holds at the peak of a batch."""
    weights, cache = weight_bytes(generator, on), largest_cache(program, on)
    activations, reserve = activation_bytes(program, on), on.engine.reserve
    need = weights + cache + activations + reserve
    own, shared = (cache, activations) if any(not _is_zero(phase.cached) for phase in program) else (activations, 0.0)
    return Footprint(
        weights=weights,
        kv_cache=cache,
        activations=activations,
        reserve=reserve,
        peak=maximum(need, on.engine.preallocates * on.gpu.memory),
        available=on.gpu.memory,
        fits=bool(need <= on.gpu.memory) if isinstance(need, float | int) else False,
        batch_limit=batch_limit(on.gpu.memory - weights - reserve - shared, own / batch),
    )
