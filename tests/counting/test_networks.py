"""Networks as the planner asks for them: operators of one shape together, counts the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.counting.records import network
from tokencost.counting.networks import PASSES, network_params, operators
from tokencost.counting.operators import activation_elements, flop, flop_by_class, params, weight_elements
from tokencost.formula import deriving
from tokencost.nouns.work import Forward, Operator

FORWARD = Forward(sequences=2.0, queries=64.0, context=64.0, width=64.0, height=64.0, text=77.0)
NAMES = ["emu3-8b", "sdxl-unet", "clip-l", "flux.1-dev-mmdit", "amused-512-vit"]


REFERENCES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "references.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REFERENCES, ids=lambda case: "-".join(map(str, (*case[:2], *case[2].values()))))
def test_work_is_that_of_the_reference(case: list[Any]) -> None:
    """
    Parameters and convolutions exactly; products of both kinds together, which PyTorch tells apart otherwise where
    activations meet. Mochi's are within a ten thousandth: positions are turned to angles in another way.
    """
    name, direction, size, owned, linear, attention, convolution = case
    net = network(name)
    forward = Forward(**{key: float(value) for key, value in size.items()})
    counted = flop_by_class(PASSES[type(net)][direction](net, forward))
    rel = 1e-4 if name == "mochi-1-dit" else 1e-12

    assert (owned, convolution) == (network_params(net), counted["convolution"])
    assert linear + attention == pytest.approx(counted["linear"] + counted["attention"], rel=rel)


def one_by_one(name: str) -> tuple[Operator, ...]:
    net = network(name)
    return PASSES[type(net)]["forward"](net, FORWARD)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [flop, weight_elements, activation_elements])
def test_operators_of_one_shape_together_are_the_same_work(name: str, count: object) -> None:
    """
    They are priced once instead of many times.
    """
    assert callable(count)
    together = operators(network(name), FORWARD)

    assert sum(map(count, one_by_one(name))) == pytest.approx(sum(map(count, together)), rel=1e-12)
    assert params(one_by_one(name)) == params(together)
    assert len(together) <= len(one_by_one(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_derivation_shows_every_block(name: str) -> None:
    """
    Together they could not be read.
    """
    with deriving():
        shown = operators(network(name), FORWARD)

    assert one_by_one(name) == shown


def test_axes_are_written_out() -> None:
    """
    Arrays cannot be told apart by value, and a sweep computes them once.
    """
    found = operators(network("emu3-8b"), Forward(queries=1.0, context=np.array([64.0, 4096.0])))
    single = operators(network("emu3-8b"), Forward(queries=1.0, context=4096.0))

    assert sum(flop(op) for op in single) == pytest.approx(sum(np.broadcast_to(flop(op), (2,))[1] for op in found))
