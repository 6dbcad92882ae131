"""The U-ViT of aMUSEd against diffusers' UVit2DModel, counted by torch's FLOP counter on the meta device."""

from dataclasses import replace

import pytest

from tests.counting.records import network
from tokencost.counting.networks import network_params
from tokencost.counting.operators import flop_by_class
from tokencost.counting.uvit import uvit
from tokencost.nouns.work import Forward


@pytest.mark.parametrize(("stride", "params"), [(1, 603537664), (2, 608257792)])
def test_parameters_are_those_of_the_class(stride: int, params: int) -> None:
    """
    The model for 256 pixels works on the token grid itself, the one for 512 narrows it.
    """
    assert params == network_params(replace(network("amused-512-vit"), stride=stride))


@pytest.mark.parametrize(
    ("stride", "shape", "linear", "attention", "convolution"),
    [
        (2, (1.0, 32.0, 32.0, 77.0), 201292513280, 8408530944, 17737973760),
        (2, (2.0, 24.0, 16.0, 64.0), 160591511552, 3221225472, 13303480320),
        (1, (1.0, 32.0, 32.0, 77.0), 773865340928, 104501084160, 15385755648),
        (1, (2.0, 24.0, 16.0, 64.0), 590021132288, 32816234496, 11539316736),
    ],
)
def test_work_is_that_of_the_class(
    stride: int, shape: tuple[float, float, float, float], linear: int, attention: int, convolution: int
) -> None:
    """
    Sequences, grid and text tokens of one call; every class of operator is right by itself.
    """
    sequences, width, height, text = shape
    forward = Forward(sequences=sequences, width=width, height=height, text=text)
    counted = flop_by_class(uvit(replace(network("amused-512-vit"), stride=stride), forward))

    assert {"linear": linear, "attention": attention, "convolution": convolution} == counted
