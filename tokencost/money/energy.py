"""Joules of a request: power by what the GPU is doing, times time."""

from collections.abc import Mapping, Sequence

from tokencost.formula import formula
from tokencost.nouns.answer import PhaseTime
from tokencost.nouns.hardware import Gpu
from tokencost.units import Constant, Count, Fraction, Joules, Watts

POWER_SHARE: Mapping[str, Constant] = {
    "compute": Constant(0.9, "", "dense kernels draw close to the power limit"),
    "memory": Constant(0.65, "", "streaming weights keeps memory busy and most of the chip waiting"),
    "link": Constant(0.4, "", "waiting for collectives"),
    "overhead": Constant(0.3, "", "short kernels with gaps between them"),
}


@formula("definition")
def phase_power(gpu: Gpu, share: Fraction) -> Watts:
    """Between idle and the power limit."""
    return gpu.idle_power + share * (gpu.power_limit - gpu.idle_power)


@formula(
    "definition",
    says="energy of all phases on all GPUs of the replica: power by what each phase waits for, times its time",
)
def request_energy(phases: Sequence[PhaseTime], gpu: Gpu, gpus: Count) -> Joules:
    """At the GPU's terminals; hosts, cooling and idle replicas are left out."""
    return sum((phase_power(gpu, POWER_SHARE[p.bound]) * p.seconds * gpus for p in phases), 0.0)
