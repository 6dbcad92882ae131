"""Energy: worked by hand, bounded by physics, and held against what others measured."""

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.platforms import image, on, program
from tests.promises.records import catalog
from tokencost.money.energy import arithmetic_energy, held_power, phase_energy, request_energy, traffic_energy
from tokencost.nouns.answer import PhaseTime
from tokencost.nouns.hardware import Power
from tokencost.timing.phases import time_phase
from tokencost.validation.rows import Outcome
from tokencost.validation.validate import SHIPPED, validate

SHARES = Power(id="p", static=0.2, compute=2.0, memory=0.5, spread=1.0)


def spent(seconds: float = 10.0, flop: float = 0.0, traffic: float = 0.0) -> PhaseTime:
    return PhaseTime(
        id="p", component="denoiser", steps=1.0, flop=flop, memory_traffic=traffic, link_traffic=0.0, kernels=1.0,
        seconds=seconds, bound="compute",
    )  # fmt: skip


def test_a_second_of_an_a100_by_hand() -> None:
    """
    50 W idle and 400 W at most: 0.2 of the 350 between are 70 W; a tenth of 312 TFLOP at twice that range is 70 J;
    half of what 2039 GB/s move in a second, at half the range, is 87.5 J.
    """
    gpu = replace(on("sdxl").gpu, idle_power=50.0, power_limit=400.0)

    assert 120.0 == pytest.approx(held_power(gpu, SHARES))
    assert 70.0 == pytest.approx(arithmetic_energy(gpu, SHARES, 31.2e12, 312e12))
    assert 87.5 == pytest.approx(traffic_energy(gpu, SHARES, gpu.memory_bandwidth / 2))


def test_arithmetic_in_half_the_time_costs_half_the_energy() -> None:
    """
    A precision at twice the peak does twice the work within the same power.
    """
    gpu = on("sdxl").gpu

    assert arithmetic_energy(gpu, SHARES, 1e15, 312e12) == 2 * arithmetic_energy(gpu, SHARES, 1e15, 624e12)


@settings(deadline=None)
@given(
    seconds=st.floats(1e-6, 1e6), flop=st.floats(0, 1e21), traffic=st.floats(0, 1e18), busy=st.integers(1, 8)
)  # fmt: skip
def test_no_phase_draws_more_than_the_limit_or_less_than_idling(
    seconds: float, flop: float, traffic: float, busy: int
) -> None:
    """
    Energy is at most power limit times time times GPUs, whatever the work.
    """
    platform = on("sdxl")
    joules = phase_energy(spent(seconds, flop, traffic), platform, 312e12, float(busy))

    assert busy * platform.gpu.idle_power * seconds <= joules <= busy * platform.gpu.power_limit * seconds


@settings(deadline=None)
@given(gpus=st.sampled_from([1, 2, 4, 8]), side=st.sampled_from([512.0, 1024.0]))
def test_several_gpus_stay_below_their_limit_together(gpus: int, side: float) -> None:
    """
    Encoders run on one GPU while the others wait; all of them draw.
    """
    platform = on("flux.1-dev", gpus=gpus)
    asked = program("flux.1-dev", image(side), gpus=gpus)
    times = [time_phase(phase, platform) for phase in asked]
    joules = request_energy(asked, times, platform)
    seconds = sum(time.seconds for time in times)

    assert gpus * platform.gpu.idle_power * seconds < joules <= gpus * platform.gpu.power_limit * seconds * (1 + 1e-9)


def test_work_draws_more_than_waiting() -> None:
    """
    Chips that compute get hot.
    """
    platform = on("sdxl")
    joules = [request_energy((), [time], platform) for time in (spent(), spent(traffic=1e12), spent(flop=1e15))]

    assert joules[0] < joules[1]
    assert joules[0] < joules[2]


MEASURED = validate(catalog(), [SHIPPED / "energy.csv"])


def off(outcomes: list[Outcome]) -> float:
    return statistics.median(abs(math.log(one.ratio)) for one in outcomes if one.ratio)


@pytest.mark.parametrize("gpu", ["a100-40gb-sxm", "h100-80gb-sxm", "b200-180gb"])
def test_measured_energies_come_out(gpu: str) -> None:
    """
    Half of the published energies are met within a fifth, on each GPU that somebody measured.
    """
    assert off([one for one in MEASURED.outcomes if one.row.gpu == gpu]) < math.log(1.2)


def test_every_measured_energy_is_predicted_or_says_why_not() -> None:
    """
    Models that the catalogue does not have, and nodes at the wall, are listed and not dropped.
    """
    missing = [one for one in MEASURED.outcomes if one.status != "ok"]

    assert (52, 14) == (len(MEASURED.outcomes), len(missing))
    assert all("no model is called" in one.reason or "scope wall" in one.reason for one in missing)
