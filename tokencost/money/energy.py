"""Joules of a request: what a GPU draws between its idle power and its limit, by what the program uses of it."""

from collections.abc import Sequence
from itertools import zip_longest

from tokencost.formula import formula
from tokencost.nouns.answer import PhaseTime
from tokencost.nouns.hardware import Gpu, Platform, Power
from tokencost.nouns.work import Phase, Program
from tokencost.numeric import minimum
from tokencost.timing.phases import gpus_of
from tokencost.timing.rates import peak
from tokencost.units import Bytes, Count, Flop, FlopPerSecond, Joules, Watts


@formula("definition")
def power_range(gpu: Gpu) -> Watts:
    """What there is between an idle GPU and its power limit."""
    return gpu.power_limit - gpu.idle_power


@formula("chung-2026")
def held_power(gpu: Gpu, power: Power) -> Watts:
    """A GPU that a program holds while nothing runs on it: clocks are up and memory is powered."""
    return gpu.idle_power + power.static * power_range(gpu)


@formula("chung-2026")
def arithmetic_energy(gpu: Gpu, power: Power, flop: Flop, peak_rate: FlopPerSecond) -> Joules:
    """Arithmetic costs the same per FLOP however fast it runs; `peak_rate` is that of its precision."""
    return power.compute * power_range(gpu) * flop / peak_rate


@formula("chung-2026")
def traffic_energy(gpu: Gpu, power: Power, traffic: Bytes) -> Joules:
    """Memory traffic costs the same per byte however fast it moves."""
    return power.memory * power_range(gpu) * traffic / gpu.memory_bandwidth


@formula("chung-2026")
def phase_energy(phase: PhaseTime, on: Platform, peak_rate: FlopPerSecond, busy: Count) -> Joules:
    """Of the `busy` GPUs that share a phase; the power limit slows nothing here, it only bounds what is drawn."""
    return minimum(
        busy * on.gpu.power_limit * phase.seconds,
        busy * held_power(on.gpu, on.power) * phase.seconds
        + arithmetic_energy(on.gpu, on.power, phase.flop, peak_rate)
        + traffic_energy(on.gpu, on.power, phase.memory_traffic),
    )


@formula("definition")
def waiting_energy(phase: PhaseTime, on: Platform, busy: Count) -> Joules:
    """Of the GPUs of the replica that wait while others run the phase."""
    return (on.gpus - busy) * held_power(on.gpu, on.power) * phase.seconds


@formula("chung-2026", says="energy of all phases on all GPUs of the replica; what has no operators is waited for")
def request_energy(program: Program, times: Sequence[PhaseTime], on: Platform) -> Joules:
    """At the GPUs' terminals; hosts, cooling and idle replicas are left out. `times` are those of the program first."""
    total: Joules = 0.0
    for time, phase in zip_longest(times, program):
        busy = busy_gpus(phase, on)
        precision = on.precisions[phase.precision if phase else "backbone"]
        total = total + phase_energy(time, on, peak(on, precision), busy) + waiting_energy(time, on, busy)
    return total


def busy_gpus(phase: Phase | None, on: Platform) -> Count:
    """GPUs that share a phase; encoders and coders run on one."""
    return gpus_of(on.parallelism) if phase is not None and phase.parallel else 1.0
