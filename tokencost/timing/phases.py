"""Steps and phases: the device and the host work side by side, links come on top."""

from tokencost.counting.operators import flop
from tokencost.formula import formula
from tokencost.nouns.answer import Bound, PhaseTime
from tokencost.nouns.hardware import Parallelism, Platform, Precision
from tokencost.nouns.work import Attention, Operator, Phase, Program
from tokencost.numeric import maximum
from tokencost.timing.parallel import all_reduce_time, all_to_all_time, link_traffic, share
from tokencost.timing.roofline import (
    memory_time,
    operator_compute_time,
    operator_kernels,
    operator_time,
    operator_traffic,
)
from tokencost.units import Bytes, Count, Flop, Seconds

ALONE = Parallelism()


def precision_of(phase: Phase, on: Platform) -> Precision:
    """The precision in which a phase runs."""
    return on.precisions[phase.precision]


def shared_operators(phase: Phase, on: Platform) -> tuple[Operator, ...]:
    """What one GPU runs of a pass."""
    parallelism = on.parallelism if phase.parallel else ALONE
    if parallelism == ALONE:
        return phase.operators
    return tuple(share(op, parallelism) for op in phase.operators)


@formula("definition", says="kernels one GPU launches per step: the sum over its operators")
def step_kernels(phase: Phase, on: Platform) -> Count:
    """After the engine's fusion."""
    return sum((operator_kernels(op, on) for op in phase.operators), 0.0)


@formula("definition", says="device time of one step: the sum over its operators, and a fixed time per kernel")
def device_time(phase: Phase, on: Platform) -> Seconds:
    """Operators of a step depend on each other, so they run one after the other."""
    precision = precision_of(phase, on)
    busy = sum((operator_time(op, on, precision) for op in shared_operators(phase, on)), 0.0)
    return busy + step_kernels(phase, on) * on.achieved.kernel_time


@formula("definition")
def host_time(phase: Phase, on: Platform) -> Seconds:
    """What the host needs to launch one step."""
    return (step_kernels(phase, on) * on.engine.host_time + on.engine.host_time_per_step) * on.achieved.host


@formula("patarasuk-2009", says="time of the collectives of one step: the sum over attention layers")
def link_time(phase: Phase, on: Platform) -> Seconds:
    """Zero on one GPU."""
    if not phase.parallel:
        return 0.0
    size = precision_of(phase, on).activation_bytes
    layers = [op for op in phase.operators if isinstance(op, Attention)]
    return sum((all_reduce_time(op, on, size) + all_to_all_time(op, on, size) for op in layers), 0.0)


@formula("williams-2009")
def step_time(phase: Phase, on: Platform) -> Seconds:
    """The host runs ahead of the device until it falls behind; collectives wait for both."""
    return maximum(device_time(phase, on), host_time(phase, on)) + link_time(phase, on)


@formula("definition")
def phase_time(phase: Phase, on: Platform) -> Seconds:
    """Steps run one after the other."""
    return phase.steps * step_time(phase, on)


@formula("definition", says="time of a request: the sum over its phases")
def request_time(program: Program, on: Platform) -> Seconds:
    """Phases run one after the other, without waiting for other requests."""
    return sum((phase_time(phase, on) for phase in program), 0.0)


@formula("definition", says="FLOPs of all steps of a phase: the sum over its operators, full attention square")
def phase_flop(phase: Phase) -> Flop:
    """As FLOP counters count them."""
    return phase.steps * sum((flop(op) for op in phase.operators), 0.0)


@formula("definition", says="bytes that all GPUs of a replica move through memory in a phase")
def phase_traffic(phase: Phase, on: Platform) -> Bytes:
    """Weights, activations and cache on this platform, all steps."""
    precision = precision_of(phase, on)
    gpus = on.parallelism.tensor * on.parallelism.sequence * on.parallelism.guidance if phase.parallel else 1.0
    return phase.steps * gpus * sum((operator_traffic(op, on, precision) for op in shared_operators(phase, on)), 0.0)


def phase_bound(phase: Phase, on: Platform) -> Bound:
    """What a step of this phase waits for most."""
    precision = precision_of(phase, on)
    shared = shared_operators(phase, on)
    limits: dict[Bound, float] = {
        "compute": float(sum(operator_compute_time(op, on, precision) for op in shared)),
        "memory": float(sum(memory_time(operator_traffic(op, on, precision), on) for op in shared)),
        "link": float(link_time(phase, on)),
        "overhead": max(float(host_time(phase, on)), float(step_kernels(phase, on) * on.achieved.kernel_time)),
    }
    return max(limits, key=lambda name: limits[name])


def time_phase(phase: Phase, on: Platform) -> PhaseTime:
    """A phase with its demand and its time."""
    size = precision_of(phase, on).activation_bytes
    return PhaseTime(
        id=phase.id,
        component=phase.component,
        steps=phase.steps,
        flop=phase_flop(phase),
        memory_traffic=phase_traffic(phase, on),
        link_traffic=phase.steps * link_traffic(phase, on.parallelism, size),
        kernels=phase.steps * step_kernels(phase, on),
        seconds=phase_time(phase, on),
        bound=phase_bound(phase, on),
    )
