"""A training run in GPU time, money, and shares of the assets it is for."""

from tokencost.formula import formula
from tokencost.money.energy import arithmetic_energy, held_power
from tokencost.nouns.hardware import Gpu, Power
from tokencost.nouns.training import Figure, Pace
from tokencost.numeric import minimum
from tokencost.units import Constant, Count, Flop, Fraction, Joules, Seconds, Usd, UsdPerSecond

SECONDS_PER_YEAR = Constant(8760 * 3600, "s", "365 days")


@formula("chowdhery-2022")
def gpu_time(work: Flop, pace: Pace) -> Seconds:
    """Time of one GPU, or GPU time of many: model FLOP/s utilisation is the achieved share of the peak."""
    return work / (pace.peak * pace.mfu)


@formula("chowdhery-2022")
def implied_mfu(work: Flop, pace: Pace, figure: Figure) -> Fraction:
    """The share of the peak that a published GPU time means."""
    return work / (pace.peak * figure.gpu_time)


@formula("definition")
def gpu_years(spent: Seconds) -> Count:
    """GPUs that work for a year."""
    return spent / SECONDS_PER_YEAR


@formula("definition")
def training_cost(spent: Seconds, price: UsdPerSecond) -> Usd:
    """GPU time at a price; failed runs, experiments and data are left out."""
    return spent * price


@formula("definition")
def amortised(cost: Usd, assets: Count) -> Usd:
    """The share of the run that each of the planned assets bears."""
    return cost / assets


@formula("chung-2026")
def run_energy(spent: Seconds, work: Flop, gpu: Gpu, power: Power, pace: Pace) -> Joules:
    """As a request's energy, without memory traffic: dense training sits at the power limit all the same."""
    return minimum(
        gpu.power_limit * spent, held_power(gpu, power) * spent + arithmetic_energy(gpu, power, work, pace.peak)
    )
