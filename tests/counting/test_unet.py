"""Denoising UNets against parameters and FLOPs that PyTorch counts on the reference implementations."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.counting.records import network
from tokencost.catalog.load import DATA
from tokencost.counting.networks import network_params
from tokencost.counting.operators import flop_by_class
from tokencost.counting.unet import unet
from tokencost.nouns.convnet import UNet
from tokencost.nouns.work import Attention, Forward

LATENT_1024 = Forward(width=128.0, height=128.0, text=77.0)


def load(name: str) -> UNet:
    """The record of one UNet."""
    net = network(name)
    assert isinstance(net, UNet)
    return net


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("sd1.5-unet", 859_520_964),
        ("sd2.1-unet", 865_910_724),
        ("sdxl-unet", 2_567_463_684),
        ("lcm-sdxl-unet", 2_567_545_604),
        ("ssd-1b-unet", 1_331_334_404),
        ("segmind-vega-unet", 745_225_604),
        ("svd-unet", 1_524_623_082),
    ],
)
def test_every_parameter_of_the_reference_is_counted(name: str, params: int) -> None:
    """The classes of diffusers, filled with the published configurations, have exactly these parameters."""
    assert params == network_params(load(name))


@pytest.mark.parametrize(
    ("name", "fwd", "linear", "attention", "convolution"),
    [
        ("sd1.5-unet", Forward(width=64.0, height=64.0, text=77.0), 233_275_064_320, 126_052_270_080, 443_946_106_880),
        ("sd2.1-unet", Forward(width=64.0, height=64.0, text=77.0), 259_844_341_760, 126_052_270_080, 418_360_852_480),
        ("sdxl-unet", LATENT_1024, 4_354_209_218_560, 783_915_417_600, 1_623_111_761_920),
        (
            "ssd-1b-unet",
            Forward(sequences=3.0, width=104.0, height=72.0, text=77.0),
            2_980_402_298_880,
            326_026_321_920,
            2_142_627_102_720,
        ),
        (
            "svd-unet",
            Forward(width=72.0, height=40.0, frames=14.0, text=1.0),
            6_334_582_784_000,
            855_109_785_600,
            4_949_050_982_400,
        ),
    ],
)
def test_flops_are_those_of_the_reference(
    name: str, fwd: Forward, linear: int, attention: int, convolution: int
) -> None:
    """One call under PyTorch's FLOP counter, by class of operator."""
    counted = flop_by_class(unet(load(name), fwd))

    assert {"linear": linear, "attention": attention, "convolution": convolution} == counted


def test_odd_sides_round_up_on_the_way_down() -> None:
    """A stride of 2 with padding keeps the odd row, as 50 × 37 positions and two images show on the reference."""
    counted = flop_by_class(unet(load("sdxl-unet"), Forward(sequences=2.0, width=50.0, height=37.0, text=154.0)))

    assert {"linear": 1_288_239_185_920, "attention": 37_980_928_000, "convolution": 384_213_504_000} == counted


def test_a_batch_of_two_is_twice_the_work() -> None:
    """Guidance in one batch reads the weights once but computes everything twice."""
    once = flop_by_class(unet(load("sdxl-unet"), LATENT_1024))
    twice = flop_by_class(unet(load("sdxl-unet"), replace(LATENT_1024, sequences=2.0)))

    assert {name: 2 * flop for name, flop in once.items()} == twice


def test_sweeps_count_sizes_side_by_side() -> None:
    """Arrays of sides go through the same formulas as single sides."""
    sides = (37.0, 64.0, 128.0)
    together = flop_by_class(unet(load("sdxl-unet"), replace(LATENT_1024, width=np.array(sides))))
    alone = [flop_by_class(unet(load("sdxl-unet"), replace(LATENT_1024, width=side))) for side in sides]

    assert [flops["attention"] for flops in alone] == list(np.atleast_1d(together["attention"]))


def test_sdxl_has_seventy_transformer_layers() -> None:
    """2 × 2 + 2 × 10 down, 10 in the middle, 3 × 10 + 3 × 2 up, each with attention to itself and to the text."""
    layers = [op for op in unet(load("sdxl-unet"), LATENT_1024) if isinstance(op, Attention)]

    assert 70 * 2 == sum(op.count for op in layers)


@pytest.mark.parametrize("name", sorted(p.stem for p in (DATA / "networks").glob("*-unet.yaml")))
def test_every_operator_has_a_name_of_its_own(name: str) -> None:
    """Parameters are summed by name, so two operators of one name would lose some."""
    names = Counter(op.id for op in unet(load(name), LATENT_1024))

    assert [] == [name for name, times in names.items() if times > 1]
