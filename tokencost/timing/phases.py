"""Steps and phases: the device and the host work side by side, links come on top."""

from tokencost.counting.operators import flop
from tokencost.formula import formula
from tokencost.nouns.answer import Bound, PhaseTime
from tokencost.nouns.hardware import Parallelism, Platform, Precision
from tokencost.nouns.work import Attention, Operator, Phase, Program
from tokencost.numeric import maximum
from tokencost.record import dataclass
from tokencost.timing.parallel import all_reduce_time, all_to_all_time, collectives, link_traffic, pipelined, share
from tokencost.timing.pricing import priced
from tokencost.units import Bytes, Count, Flop, Fraction, Seconds

ALONE = Parallelism()


def gpus_of(parallelism: Parallelism) -> Count:
    """GPUs that share one request."""
    return parallelism.tensor * parallelism.sequence * parallelism.guidance * parallelism.pipeline


def precision_of(phase: Phase, on: Platform) -> Precision:
    """The precision in which a phase runs."""
    return on.precisions[phase.precision]


def shared_operators(phase: Phase, on: Platform) -> tuple[Operator, ...]:
    """What one GPU runs of a pass."""
    parallelism = on.parallelism if phase.parallel else ALONE
    if parallelism == ALONE:
        return phase.operators
    return tuple(share(op, parallelism) for op in phase.operators)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDemand:
    """What one step asks of one GPU: summed over its operators, which depend on each other and so run in turn.

    `busy` is the time of all operators, each with its own overlap of arithmetic and traffic.
    """

    id: str
    compute: Seconds
    memory: Seconds
    busy: Seconds
    traffic: Bytes
    kernels: Count
    collectives: Count
    stretch: Fraction = 1.0


@formula("definition", says="sums over the operators of one step, as one GPU of the replica runs them")
def step_demand(phase: Phase, on: Platform) -> StepDemand:
    """Arithmetic, traffic, time and kernels."""
    compute, memory, busy, traffic, kernels = priced(shared_operators(phase, on), on, precision_of(phase, on))
    return StepDemand(
        id=phase.id, compute=compute, memory=memory, busy=busy, traffic=traffic, kernels=kernels,
        collectives=_collectives(phase, on), stretch=phase.stretch,
    )  # fmt: skip


def _collectives(phase: Phase, on: Platform) -> Count:
    layers = [op for op in phase.operators if phase.parallel and isinstance(op, Attention)]
    return sum((collectives(op, on.parallelism) for op in layers), 0.0)


@formula("definition")
def device_time(step: StepDemand, on: Platform) -> Seconds:
    """Device time of one step: its operators, and a fixed time per kernel."""
    return step.busy + step.kernels * on.achieved.kernel_time


@formula("definition")
def host_time(step: StepDemand, on: Platform) -> Seconds:
    """What the host needs to launch one step."""
    return (
        step.kernels * on.engine.host_time
        + step.collectives * on.engine.host_time_per_collective
        + on.engine.host_time_per_step
    ) * on.achieved.host


@formula("patarasuk-2009", says="time of the collectives of one step: the sum over attention layers")
def link_time(phase: Phase, on: Platform) -> Seconds:
    """Zero on one GPU."""
    if not phase.parallel or on.parallelism == ALONE:
        return 0.0
    size = precision_of(phase, on).activation_bytes
    layers = [op for op in phase.operators if isinstance(op, Attention)]
    return sum((all_reduce_time(op, on, size) + all_to_all_time(op, on, size) for op in layers), 0.0)


@formula("williams-2009")
def step_time(step: StepDemand, links: Seconds, on: Platform) -> Seconds:
    """The host runs ahead of the device until it falls behind; collectives wait for both, drafts for all of it."""
    return step.stretch * (maximum(device_time(step, on), host_time(step, on)) + links)


def passes_of(phase: Phase, on: Platform) -> Count:
    """How many times a step's time passes."""
    return pipelined(phase.steps, on) if phase.parallel else phase.steps


@formula("definition")
def phase_time(phase: Phase, on: Platform) -> Seconds:
    """Steps run one after the other."""
    return passes_of(phase, on) * step_time(step_demand(phase, on), link_time(phase, on), on)


@formula("definition", says="time of a request: the sum over its phases")
def request_time(program: Program, on: Platform) -> Seconds:
    """Phases run one after the other, without waiting for other requests."""
    return sum((phase_time(phase, on) for phase in program), 0.0)


@formula("definition", says="FLOPs of all steps of a phase: the sum over its operators, full attention square")
def phase_flop(phase: Phase) -> Flop:
    """As FLOP counters count them."""
    return phase.steps * sum((flop(op) for op in phase.operators), 0.0)


@formula("definition")
def phase_traffic(step: StepDemand, steps: Count, gpus: Count) -> Bytes:
    """Bytes that all GPUs of a replica move through memory in a phase."""
    return steps * gpus * step.traffic


def phase_bound(step: StepDemand, links: Seconds, on: Platform) -> Bound:
    """What a step waits for most."""
    limits: dict[Bound, float] = {
        "compute": float(step.compute),
        "memory": float(step.memory),
        "link": float(links),
        "overhead": max(float(host_time(step, on)), float(step.kernels * on.achieved.kernel_time)),
    }
    return max(limits, key=lambda name: limits[name])


def time_phase(phase: Phase, on: Platform) -> PhaseTime:
    """A phase with its demand and its time."""
    step, links = step_demand(phase, on), link_time(phase, on)
    gpus = gpus_of(on.parallelism) if phase.parallel else 1.0
    size = precision_of(phase, on).activation_bytes
    return PhaseTime(
        id=phase.id,
        component=phase.component,
        steps=phase.steps,
        flop=phase_flop(phase),
        memory_traffic=phase_traffic(step, phase.steps, gpus),
        link_traffic=phase.steps * link_traffic(phase, on.parallelism, size),
        kernels=phase.steps * step.kernels,
        seconds=passes_of(phase, on) * step_time(step, links, on),
        bound=phase_bound(step, links, on),
    )
