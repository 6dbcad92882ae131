from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.counting.records import network
from tokencost.counting.networks import PASSES, network_params, operators
from tokencost.counting.operators import flop, flop_by_class
from tokencost.nouns.work import Elementwise, Forward

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/diffusion_transformers.yaml").read_text())
NAMES = sorted({case[0] for case in CASES})


def forward(sequences: float, width: float, height: float, frames: float, text: float) -> Forward:
    return Forward(
        sequences=float(sequences), width=float(width), height=float(height), frames=float(frames), text=float(text)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(str(part) for part in case[:6]))
def test_counts_are_those_of_the_reference_implementation(case: list[Any]) -> None:
    """
    A FLOP counter on the reference code and the operators written down here agree to the last multiply.
    """
    name, *size = case[:6]
    linear, attention, convolution = case[7:]

    counted = flop_by_class(operators(network(name), forward(*size)))

    assert {"linear": linear, "attention": attention, "convolution": convolution} == counted


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_reference_implementation(name: str) -> None:
    """
    Weights decide what fits on a GPU, so every one of them is accounted for, once.
    """
    (expected,) = {case[6] for case in CASES if case[0] == name}

    assert expected == network_params(network(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_operator_has_an_id_of_its_own(name: str) -> None:
    """
    Parameters are added up by id, and reports group by it.
    """
    ids = [op.id for op in operators(network(name), forward(1, 64, 64, 2, 32))]

    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize(
    "name", ["sd3.5-medium-mmdit", "mochi-1-dit", "cogvideox1.5-5b-dit", "z-image-turbo-dit", "open-sora-1.2-dit"]
)
def test_a_sweep_over_sizes_counts_what_single_sizes_count(name: str) -> None:
    """
    A sweep puts arrays where a plan puts numbers; patches and padding are rounded in both.
    """
    widths = np.array([64.0, 81.0, 96.0])
    swept = operators(network(name), replace(forward(2, 1, 48, 5, 33), width=widths))
    single = [operators(network(name), forward(2, width, 48, 5, 33)) for width in widths]

    assert [sum(flop(op) for op in ops) for ops in single] == list(sum(flop(op) for op in swept))


@pytest.mark.parametrize("name", ["flux.1-dev-mmdit", "wan2.1-1.3b-dit", "sana-1.6b-dit"])
def test_a_timestep_is_256_sines_and_cosines(name: str) -> None:
    """
    Of every sequence, in 12 kernels: range, scale, exponential, products, sine, cosine, concatenation and casts.
    """
    net = network(name)
    ops = PASSES[type(net)]["forward"](net, Forward(sequences=2.0, width=8.0, height=8.0, text=4.0))
    waves = next(op for op in ops if op.id == "time.sinusoid")
    assert isinstance(waves, Elementwise)

    assert (2 * 256, 12) == (waves.elements, waves.kernels)
