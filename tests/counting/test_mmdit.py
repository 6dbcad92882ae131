from dataclasses import replace

import pytest

from tests.counting.records import network
from tokencost.counting.mmdit import mmdit
from tokencost.counting.networks import network_params
from tokencost.counting.operators import flop
from tokencost.nouns.work import Elementwise, Forward, Operator

SQUARE = Forward(width=128.0, height=128.0, text=333.0)


def by_id(name: str, fwd: Forward = SQUARE) -> dict[str, Operator]:
    return {op.id: op for op in mmdit(network(name), fwd)}


def test_guidance_rows_double_the_work() -> None:
    """
    Two guidance branches in one batch are two sequences; nothing is shared between them.
    """
    net = network("sd3-medium-mmdit")
    once, twice = (sum(flop(op) for op in mmdit(net, replace(SQUARE, sequences=n))) for n in (1.0, 2.0))

    assert 2 * once == twice


def test_the_last_text_projection_is_missing_where_the_text_ends() -> None:
    """
    SD3's last layer only reads the text, so its output projection and feed-forward exist in 23 of 24 layers.
    """
    image, text = (by_id("sd3-medium-mmdit")[f"double.{stream}.attention.out"] for stream in ("image", "text"))

    assert (24, 23) == (image.count, text.count)


def test_shared_modulation_runs_once_per_call() -> None:
    """
    FLUX.2 makes one modulation for all two-stream layers, FLUX.1 one in each of 19.
    """
    counts = [by_id(f"flux.{name}-mmdit")["double.image.modulation"].count for name in ("2-dev", "1-dev")]

    assert [1, 19] == counts


def test_modulation_rows_are_sequences() -> None:
    """
    Shift, scale and gate are made from the timestep: one row per sequence, however large the image.
    """
    op = by_id("flux.1-dev-mmdit", replace(SQUARE, sequences=4.0))["single.modulation"]

    assert 4.0 == op.rows  # type: ignore[union-attr]


def test_open_sora_2_adds_a_conditioning_clip_to_flux() -> None:
    """
    Open-Sora 2.0 is FLUX's network with one more input layer of 68 × 3,072 weights and a bias.
    """
    extra = network_params(network("open-sora-2.0-mmdit")) - network_params(network("flux.1-schnell-mmdit"))

    assert 68 * 3072 + 3072 == extra


def test_internvl_u_head_has_the_published_size() -> None:
    """
    The report gives 1.7 B parameters to the image head.
    """
    assert network_params(network("internvl-u-mmdit")) == pytest.approx(1.7e9, rel=0.03)


@pytest.mark.parametrize(
    ("name", "text", "launches"), [("sd3-medium-mmdit", 333, 1148), ("qwen-image-mmdit", 333, 5493)]
)
def test_kernels_are_those_of_the_eager_reference(name: str, text: int, launches: int) -> None:
    """
    At 512 × 512 small images wait for launches, so their number has to be right: as dispatched by torch 2.13.
    """
    operators = mmdit(network(name), Forward(width=64.0, height=64.0, text=float(text)))
    counted = sum(op.count * (op.kernels if isinstance(op, Elementwise) else 1) for op in operators)

    assert counted == pytest.approx(launches, rel=0.02)
