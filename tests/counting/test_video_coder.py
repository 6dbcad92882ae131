"""Coders of clips against parameters and FLOPs that PyTorch counts on the reference implementations."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.counting.records import network
from tokencost.counting.networks import PASSES, network_params, operators
from tokencost.counting.operators import activation_elements, flop, flop_by_class
from tokencost.counting.video_coder_hunyuan import cut
from tokencost.nouns.video_coder import StackedCoder
from tokencost.nouns.work import Convolution, Elementwise, Forward, Operator

CODERS = (
    "wan-vae", "qwen-image-vae", "wan2.2-vae", "cogvideox-vae", "ltx-vae", "ltx-0.9.7-vae", "mochi-vae",
    "hunyuanvideo-vae", "dc-ae-f32c32", "open-sora-1.2-vae",
)  # fmt: skip


def clip(width: float, height: float, frames: float) -> Forward:
    return Forward(width=float(width), height=float(height), frames=float(frames))


def named(found: tuple[Operator, ...], name: str) -> Operator:
    return next(op for op in found if op.id == name)


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("wan-vae", 126_892_531),
        ("qwen-image-vae", 126_892_531),
        ("wan2.2-vae", 704_688_668),
        ("cogvideox-vae", 215_583_907),
        ("ltx-vae", 419_193_649),
        ("ltx-0.9.7-vae", 1_246_913_522),
        ("mochi-vae", 459_748_611),
        ("hunyuanvideo-vae", 246_478_803),
        ("dc-ae-f32c32", 312_250_275),
    ],
)
def test_every_parameter_of_the_reference_is_counted(name: str, total: int) -> None:
    """Both directions together, as PyTorch counts them on the reference class."""
    assert total == network_params(network(name))


@pytest.mark.parametrize(
    ("name", "direction", "fwd", "linear", "attention", "convolution"),
    [
        ("qwen-image-vae", "decode", clip(1024, 1024, 1), 0, 412_316_860_416, 11_270_271_008_768),
        ("qwen-image-vae", "encode", clip(1024, 1024, 1), 0, 412_316_860_416, 6_980_227_825_664),
        ("wan-vae", "decode", clip(832, 480, 81), 0, 1_255_971_225_600, 274_096_234_414_080),
        ("wan-vae", "decode", clip(1280, 720, 81), 0, 6_688_604_160_000, 632_529_771_724_800),
        ("cogvideox-vae", "decode", clip(720, 480, 49), 0, 0, 315_027_947_520_000),
        ("ltx-vae", "decode", clip(704, 512, 161), 0, 0, 50_524_867_002_368),
        ("mochi-vae", "decode", clip(848, 480, 163), 10_696_151_531_520, 0, 1_070_108_602_859_520),
        (
            "hunyuanvideo-vae", "decode", clip(1280, 720, 129),
            1_600_546_406_400, 109_990_379_520_000, 2_888_381_258_956_800,
        ),
    ],
)  # fmt: skip
def test_released_sizes_cost_what_the_reference_executes(
    name: str, direction: str, fwd: Forward, linear: int, attention: int, convolution: int
) -> None:
    """One call at the size a model was released for, by class of operator."""
    counted = flop_by_class(operators(network(name), fwd, direction))

    assert pytest.approx({"linear": linear, "attention": attention, "convolution": convolution}, rel=1e-12) == counted


@pytest.mark.parametrize(
    ("name", "direction", "fwd", "products", "convolution"),
    [
        ("wan-vae", "encode", clip(832, 480, 81), 1_255_971_225_600, 162_493_730_979_840),
        ("wan-vae", "encode", clip(256, 192, 1), 905_969_664, 327_198_179_328),
        ("wan-vae", "decode", clip(256, 192, 1), 905_969_664, 528_293_953_536),
        ("wan-vae", "decode", clip(256, 192, 13), 3_623_878_656, 5_509_288_034_304),
        ("wan2.2-vae", "encode", clip(1280, 704, 121), 983_302_144_000, 381_657_762_365_440),
        ("wan2.2-vae", "decode", clip(1280, 704, 121), 1_573_283_430_400, 2_009_564_540_600_320),
        ("wan2.2-vae", "decode", clip(256, 192, 9), 452_984_832, 8_352_382_353_408),
        ("cogvideox-vae", "encode", clip(720, 480, 49), 0, 148_964_681_318_400),
        ("cogvideox-vae", "decode", clip(256, 192, 1), 0, 1_066_326_294_528),
        ("cogvideox-vae", "encode", clip(256, 192, 13), 0, 5_806_120_501_248),
        ("cogvideox-vae", "decode", clip(256, 192, 13), 0, 14_579_216_154_624),
        ("ltx-vae", "encode", clip(704, 512, 161), 0, 47_360_972_324_864),
        ("ltx-vae", "decode", clip(256, 192, 1), 0, 85_544_927_232),
        ("ltx-0.9.7-vae", "encode", clip(1216, 704, 121), 0, 304_182_577_594_368),
        ("ltx-0.9.7-vae", "decode", clip(1216, 704, 121), 48_758_784, 131_093_668_823_040),
        ("ltx-0.9.7-vae", "encode", clip(256, 192, 1), 0, 291_161_309_184),
        ("mochi-vae", "encode", clip(848, 480, 163), 17_840_778_117_120, 263_284_882_145_280),
        ("mochi-vae", "encode", clip(256, 192, 1), 9_822_535_680, 331_735_891_968),
        ("mochi-vae", "decode", clip(256, 192, 19), 184_515_821_568, 18_460_094_496_768),
        ("hunyuanvideo-vae", "encode", clip(1280, 720, 129), 111_590_925_926_400, 1_527_070_290_739_200),
        ("hunyuanvideo-vae", "decode", clip(256, 192, 1), 2_818_572_288, 1_377_627_930_624),
        ("hunyuanvideo-vae", "encode", clip(256, 192, 61), 181_596_585_984, 37_459_167_019_008),
        ("hunyuanvideo-vae", "decode", clip(256, 192, 65), 199_313_326_080, 77_712_314_204_160),
        ("dc-ae-f32c32", "encode", clip(1024, 1024, 1), 300_706_430_976, 4_878_892_007_424),
        ("dc-ae-f32c32", "decode", clip(1024, 1024, 1), 300_706_430_976, 8_067_905_224_704),
        ("dc-ae-f32c32", "decode", clip(64, 128, 1), 2_343_567_360, 63_030_509_568),
    ],
)  # fmt: skip
def test_other_sizes_and_directions_cost_what_the_reference_executes(
    name: str, direction: str, fwd: Forward, products: int, convolution: int
) -> None:
    """One call under PyTorch's FLOP counter, which splits attention into its two products."""
    counted = flop_by_class(operators(network(name), fwd, direction))
    found = (counted["linear"] + counted["attention"], counted["convolution"])

    assert pytest.approx((products, convolution), rel=1e-12) == found


@pytest.mark.parametrize(
    ("name", "fwd", "products", "convolution"),
    [
        ("hunyuanvideo-vae", clip(256, 192, 6), 8_053_063_680, 2_721_762_508_800),
        ("hunyuanvideo-vae", clip(256, 192, 8), 8_053_063_680, 3_563_332_829_184),
        ("hunyuanvideo-vae", clip(256, 192, 67), 199_313_326_080, 41_864_070_168_576),
        ("hunyuanvideo-vae", clip(250, 186, 9), 15_703_474_176, 3_970_434_696_192),
        ("hunyuanvideo-vae", clip(255, 187, 1), 2_818_572_288, 589_200_479_488),
        ("cogvideox-vae", clip(256, 192, 6), 0, 2_650_288_422_912),
        ("cogvideox-vae", clip(256, 192, 10), 0, 4_359_173_701_632),
        ("cogvideox-vae", clip(250, 186, 9), 0, 3_866_954_499_072),
        ("cogvideox-vae", clip(255, 187, 1), 0, 650_766_177_536),
        ("mochi-vae", clip(256, 192, 10), 100_054_597_632, 1_979_342_389_248),
        ("mochi-vae", clip(250, 186, 9), 88_792_824_832, 1_736_590_819_328),
        ("mochi-vae", clip(255, 187, 1), 9_250_508_160, 314_195_460_096),
        ("wan-vae", clip(256, 192, 3), 905_969_664, 327_198_179_328),
        ("wan-vae", clip(256, 192, 8), 1_811_939_328, 1_310_799_691_776),
        ("wan-vae", clip(250, 186, 9), 2_342_564_352, 2_159_764_218_624),
        ("wan-vae", clip(255, 187, 1), 780_854_784, 312_093_581_248),
        ("wan2.2-vae", clip(256, 192, 7), 188_743_680, 914_564_579_328),
        ("sd-vae", clip(255, 187, 1), 2_536_409_088, 191_974_099_840),
        ("janus-vq", clip(255, 187, 1), 210_524_160, 98_717_538_048),
    ],
)  # fmt: skip
def test_sizes_off_every_stride_are_encoded_as_by_the_reference(
    name: str, fwd: Forward, products: int, convolution: int
) -> None:
    """What is left over at an edge or an end is dropped or padded, as each coder does it, on PyTorch's counter."""
    counted = flop_by_class(operators(network(name), fwd, "encode"))

    assert (products, convolution) == (counted["linear"] + counted["attention"], counted["convolution"])


def test_open_sora_is_as_large_as_published() -> None:
    """Its report says 83 M for single images and 300 M along time; both are rounded down."""
    assert pytest.approx(384e6, rel=0.03) == network_params(network("open-sora-1.2-vae"))


def test_open_sora_takes_seventeen_frames_at_a_time() -> None:
    """40 frames are pieces of 17, 17 and 6, filled up to 20, 20 and 8 frames for the coder along time."""
    ops = operators(network("open-sora-1.2-vae"), clip(256, 192, 40), "decode")
    out = named(ops, "decode.time.out.conv")
    assert isinstance(out, Convolution)

    assert (3, 48 * 32 * 24) == (out.count, out.count * out.positions)


@pytest.mark.parametrize(
    ("direction", "operator", "count", "places"),
    [
        ("encode", "encode.time.in.conv", 3, 48 * 32 * 24),
        ("encode", "encode.time.down.1.sample.conv", 3, 24 * 32 * 24),
        ("encode", "encode.time.out.conv", 3, 12 * 32 * 24),
        ("encode", "encode.in.conv", 10, 40 * 256 * 192),
        ("decode", "decode.time.in.conv", 3, 12 * 32 * 24),
        ("decode", "decode.time.up.0.sample.conv", 3, 12 * 32 * 24),
        ("decode", "decode.time.up.1.sample.conv", 3, 24 * 32 * 24),
        ("decode", "decode.time.out.conv", 3, 48 * 32 * 24),
        ("decode", "decode.out.conv", 10, 40 * 256 * 192),
    ],
)
def test_open_sora_walks_through_time_in_pieces(direction: str, operator: str, count: int, places: int) -> None:
    """40 frames: 10 calls of the image coder with 4 each; along time 3 pieces of 48 frames together, halved twice."""
    found = named(operators(network("open-sora-1.2-vae"), clip(256, 192, 40), direction), operator)
    assert isinstance(found, Convolution)

    assert (count, places) == (found.count, pytest.approx(found.count * found.positions))


def test_open_sora_has_the_widths_of_its_code() -> None:
    """VAE_Temporal: 4 latents to 128 and 512 channels, and back; halving frames keeps the width."""
    ops = {
        op.id: op
        for way in ("encode", "decode")
        for op in PASSES[StackedCoder][way](network("open-sora-1.2-vae"), clip(64, 64, 17))
        if isinstance(op, Convolution)
    }
    widths = {name: (op.in_channels, op.out_channels) for name, op in ops.items()}

    assert [(4, 128), (512, 8), (8, 8)] == [
        widths[f"encode.time.{name}"] for name in ("in.conv", "out.conv", "moments")
    ]
    assert [(4, 4), (4, 512), (128, 4)] == [widths[f"decode.time.{name}"] for name in ("latent", "in.conv", "out.conv")]
    assert [(256, 256), (256, 256)] == [widths[f"encode.time.down.{level}.sample.conv"] for level in (1, 2)]
    assert {2} == {
        outer / inner
        for name, (inner, outer) in widths.items()
        if name.startswith("decode.time.up") and "sample" in name
    }


def test_residual_blocks_of_open_sora_have_no_bias() -> None:
    """Its code leaves it out there and where it begins; samplers and ends have one, norms a scale and a shift."""
    ops = {op.id: op for op in PASSES[StackedCoder]["encode"](network("open-sora-1.2-vae"), clip(64, 64, 17))}
    owned = {
        "in.conv": 27 * 4 * 128, "down.0.0.conv1": 27 * 128 * 128, "down.1.0.conv1": 27 * 128 * 256,
        "down.1.0.shortcut": 128 * 256, "down.1.sample.conv": 27 * 256 * 256 + 256, "out.conv": 512 * 8 + 8,
        "down.1.0.norm1": 2 * 128, "out.norm": 2 * 512,
    }  # fmt: skip

    assert owned == {name: getattr(ops[f"encode.time.{name}"], "params", None) for name in owned}


def test_patches_join_squares_of_pixels() -> None:
    """A Wan coder of 4 × 4 pixels to a patch would read and write 48 numbers where one of 2 × 2 does 12."""
    ways = (("encode", "encode.in.conv", "in_channels"), ("decode", "decode.out.conv", "out_channels"))
    for patch in (2, 4):
        net = replace(network("wan2.2-vae"), patch=patch)
        for way, name, end in ways:
            ops = PASSES[type(net)][way](net, clip(256, 256, 5))
            joined = named(ops, f"{way}.patches")
            assert isinstance(joined, Elementwise)

            assert 3 * patch**2 == getattr(named(ops, name), end)
            assert 3 * 256 * 256 * 5 == joined.elements


@pytest.mark.parametrize(("frames", "alike"), [(83, 81), (84, 81), (85, 85), (2, 1)])
def test_frames_that_fill_no_latent_are_not_encoded(frames: int, alike: int) -> None:
    """Wan's encoder takes one frame and whole fours; the rest of a clip is left out."""
    long, short = (operators(network("wan-vae"), clip(256, 192, n), "encode") for n in (frames, alike))

    assert short == long


def test_wan_runs_once_per_latent_frame() -> None:
    """81 frames are one and twenty times four; each run reads all weights and starts all kernels again."""
    ops = operators(network("wan-vae"), clip(832, 480, 81), "decode")

    assert 21 == named(ops, "decode.in.conv").count


def test_the_first_frame_skips_convolutions_between_frames() -> None:
    """One run of a still and one of the 21 runs of 81 frames have nothing before them to convolve with."""
    counts = [
        named(operators(network("wan-vae"), clip(832, 480, frames), "decode"), "decode.up.0.sample.time.conv").count
        for frames in (1, 81)
    ]

    assert pytest.approx([0, 20]) == counts


@pytest.mark.parametrize(
    ("frames", "tiles"),
    [
        (1.0, [(1, 1)]),
        (4.0, [(1, 4)]),
        (5.0, [(1, 5), (1, 2)]),
        (33.0, [(9, 5), (1, 5), (1, 3)]),
    ],
)
def test_hunyuan_cuts_five_latent_frames_every_third(frames: float, tiles: list[tuple[int, int]]) -> None:
    """Tiles overlap by two frames; only the last two can be shorter."""
    assert tiles == [(number, length) for number, length in cut(frames, 5.0, 3.0) if number]


def test_mochi_compares_no_single_frame_with_itself() -> None:
    """A still passes through value and output projections alone."""
    net = network("mochi-vae")
    query_key = named(PASSES[type(net)]["encode"](net, clip(256, 192, 1)), "encode.down.0.0.attention.query_key")

    assert 0 == flop(query_key)


def test_linear_attention_grows_with_the_area() -> None:
    """SANA's coder multiplies keys with values first, so four times the pixels are four times the work."""
    small, large = (
        flop_by_class(operators(network("dc-ae-f32c32"), clip(side, side, 1), "decode")) for side in (512, 1024)
    )

    assert {kind: 4 * count for kind, count in small.items()} == large


@pytest.mark.parametrize("name", CODERS)
@pytest.mark.parametrize("direction", ["encode", "decode"])
def test_axes_give_what_single_clips_give(name: str, direction: str) -> None:
    """A sweep over frames and widths puts arrays into the same operators."""
    frames, widths = np.array([1.0, 25.0, 129.0]), np.array([[512.0], [1280.0]])
    net = network(name)
    swept = PASSES[type(net)][direction](net, Forward(width=widths, height=768.0, frames=frames))
    single = PASSES[type(net)][direction](net, clip(1280, 768, 129))
    found = [np.broadcast_to(count(op), (2, 3))[1, 2] for op in swept for count in (flop, activation_elements)]

    assert pytest.approx([count(op) for op in single for count in (flop, activation_elements)], rel=1e-12) == found


@pytest.mark.parametrize("name", CODERS)
def test_every_operator_has_a_name_of_its_own(name: str) -> None:
    """Parameters are summed by name, over both directions."""
    net = network(name)
    names = Counter(op.id for direction in PASSES[type(net)] for op in operators(net, clip(64, 64, 1), direction))

    assert {1} == set(names.values())


@pytest.mark.parametrize("name", CODERS)
@pytest.mark.parametrize("direction", ["encode", "decode"])
def test_stills_run_no_empty_kernels(name: str, direction: str) -> None:
    """Every kernel that a still starts has something to do, so its launch is worth its price."""
    kernels = [
        op
        for op in operators(network(name), clip(64, 64, 1), direction)
        if isinstance(op, Convolution | Elementwise) and op.count
    ]

    assert all(activation_elements(op) > 0 for op in kernels)
