"""Coders against parameters and FLOPs that PyTorch counts on the reference implementations."""

from collections import Counter

import pytest

from tests.counting.records import network
from tokencost.counting.networks import PASSES, network_params, operators
from tokencost.counting.operators import flop, flop_by_class, params
from tokencost.nouns.work import Attention, Elementwise, Forward, Lookup

CODERS = (
    "sd-vae", "sd3-flux-vae", "flux2-vae", "svd-vae", "chameleon-vq", "janus-vq", "llamagen-vq16", "emu3.5-vq",
    "magvit-v2", "amused-vq", "var-vq", "infinity-vq", "transfusion-vae", "emu3-vq", "movqgan-270m",
)  # fmt: skip
PIXELS_512 = Forward(width=512.0, height=512.0)


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("sd-vae", 83_653_863),
        ("sd3-flux-vae", 83_819_683),
        ("flux2-vae", 84_046_115),
        ("svd-vae", 97_742_847),
        ("chameleon-vq", 68_718_467),
        ("janus-vq", 71_883_403),
        ("llamagen-vq16", 71_883_403),
        ("emu3.5-vq", 455_336_963),
        ("magvit-v2", 95_387_004),
        ("amused-vq", 146_244_675),
        ("emu3-vq", 270_740_287),
    ],
)
def test_every_parameter_of_the_reference_is_counted(name: str, total: int) -> None:
    """Both directions together, the codebook once."""
    assert total == network_params(network(name))


@pytest.mark.parametrize(
    ("name", "direction", "fwd", "linear", "attention", "convolution"),
    [
        ("sd-vae", "decode", PIXELS_512, 8_589_934_592, 34_359_738_368, 2_471_569_260_544),
        ("sd-vae", "encode", PIXELS_512, 8_589_934_592, 34_359_738_368, 1_073_708_793_856),
        ("sd3-flux-vae", "decode", PIXELS_512, 8_589_934_592, 34_359_738_368, 2_472_022_114_304),
        ("sd3-flux-vae", "encode", PIXELS_512, 8_589_934_592, 34_359_738_368, 1_074_614_239_232),
        ("chameleon-vq", "encode", PIXELS_512, 4_294_967_296, 2_147_483_648, 547_809_656_832),
        ("chameleon-vq", "decode", PIXELS_512, 0, 2_147_483_648, 1_002_405_101_568),
        ("llamagen-vq16", "decode", PIXELS_512, 0, 8_589_934_592, 1_008_717_529_088),
        ("llamagen-vq16", "encode", Forward(width=640.0, height=512.0), 335_544_320, 10_066_329_600, 689_968_250_880),
        ("magvit-v2", "encode", PIXELS_512, 0, 2_147_483_648, 1_420_347_918_336),
        ("magvit-v2", "decode", PIXELS_512, 0, 2_147_483_648, 1_202_915_198_976),
        ("emu3-vq", "encode", PIXELS_512, 413_390_602_240, 824_633_720_832, 13_630_778_507_264),
        ("emu3-vq", "decode", PIXELS_512, 549_755_813_888, 1_099_511_627_776, 29_173_233_876_992),
    ],
)
def test_flops_are_those_of_the_reference(
    name: str, direction: str, fwd: Forward, linear: int, attention: int, convolution: int
) -> None:
    """One call under PyTorch's FLOP counter, by class of operator; distances to a codebook are a matrix product."""
    counted = flop_by_class(operators(network(name), fwd, direction))

    assert {"linear": linear, "attention": attention, "convolution": convolution} == counted


def test_sizes_off_the_stride_drop_what_is_left() -> None:
    """1000 × 536 pixels are 125 × 67 latents, with every stride of 2 rounding down on the way."""
    counted = flop_by_class(operators(network("sd-vae"), Forward(width=1000.0, height=536.0), "encode"))

    assert {"linear": 17_563_648_000, "attention": 143_648_000_000, "convolution": 2_195_388_464_000} == counted


def test_a_still_is_decoded_as_the_frames_of_one_latent() -> None:
    """Emu3 repeats a still four times before it encodes, and keeps the first of four frames it decodes."""
    still = operators(network("emu3-vq"), PIXELS_512, "decode")
    clip = operators(network("emu3-vq"), Forward(width=512.0, height=512.0, frames=4.0), "decode")

    assert clip == still


def test_a_clip_costs_its_frames() -> None:
    """120 frames of 512 pixels under PyTorch's FLOP counter; frames meet only where the grid is coarsest."""
    clip = operators(network("emu3-vq"), Forward(width=512.0, height=512.0, frames=120.0), "decode")

    assert 924_675_039_559_680 == sum(flop(op) for op in clip)


def test_stable_video_diffusion_decodes_along_the_frames() -> None:
    """14 frames of 1024 × 576 pixels in one call of the reference."""
    counted = flop_by_class(operators(network("svd-vae"), Forward(width=1024.0, height=576.0, frames=14.0), "decode"))

    assert {"linear": 270_582_939_648, "attention": 2_435_246_456_832, "convolution": 94_495_724_273_664} == counted


def test_a_coder_without_attention_has_none() -> None:
    """The coders of aMUSEd and Infinity were built without it, so their work grows with the area alone."""
    ops = [op for name in ("amused-vq", "infinity-vq") for op in operators(network(name), PIXELS_512, "decode")]

    assert not any(isinstance(op, Attention) for op in ops)


@pytest.mark.parametrize(
    ("name", "directions", "millions"),
    [
        ("var-vq", ("encode",), 44.1),
        ("var-vq", ("decode",), 64.7),
        ("movqgan-270m", ("encode", "decode"), 270),
        ("transfusion-vae", ("encode", "decode"), 86),
    ],
)
def test_published_sizes_are_met(name: str, directions: tuple[str, ...], millions: float) -> None:
    """Within 3 % of sizes that authors round, whatever they count as part of a coder."""
    net, probe = network(name), Forward(width=64.0, height=64.0)
    found = sum(params(operators(net, probe, direction)) for direction in directions)

    assert pytest.approx(millions * 1e6, rel=0.03) == found


@pytest.mark.parametrize("name", CODERS)
def test_every_operator_has_a_name_of_its_own(name: str) -> None:
    """Parameters are summed by name; only the codebook belongs to both directions."""
    net = network(name)
    names = Counter(op.id for direction in PASSES[type(net)] for op in operators(net, PIXELS_512, direction))

    assert {"codebook"} >= {name for name, times in names.items() if times > 1}


@pytest.mark.parametrize(
    ("name", "elements"),
    [("janus-vq", 3_072), ("amused-vq", 24_576), ("emu3-vq", 6_144), ("sd-vae", 0), ("magvit-v2", 0)],
)
def test_decoding_looks_every_token_up(name: str, elements: int) -> None:
    """Two images of 256 × 192 pixels; PyTorch's embedding writes as many elements, and coders without a table none."""
    ops = operators(network(name), Forward(sequences=2.0, width=256.0, height=192.0), "decode")

    assert elements == sum(op.rows * op.columns * op.count for op in ops if isinstance(op, Lookup))


@pytest.mark.parametrize(("name", "entries"), [("janus-vq", 16_384), ("emu3.5-vq", 131_072), ("emu3-vq", 32_768)])
def test_encoding_compares_every_token_with_the_whole_table(name: str, entries: int) -> None:
    """4 kernels over all distances: scaled, subtracted, added, the least picked; the table is stored once."""
    net = network(name)
    ops = {op.id: op for op in operators(net, Forward(width=256.0, height=192.0), "encode")}
    tokens = 32 * 24 if name == "emu3-vq" else 16 * 12
    least = ops["encode.quantise.least"]
    assert isinstance(least, Elementwise)

    assert (tokens * entries, 4) == (least.elements, least.kernels)
    assert entries * net.code_channels == ops["codebook"].params
