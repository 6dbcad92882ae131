"""Memory of one GPU: weights, caches, activations, and the batch that fits."""

from dataclasses import replace

import pytest

from tests.platforms import image, made, on, program
from tokencost.counting.build import convolution, elementwise, linear, lookup
from tokencost.counting.footprint import (
    activation_bytes,
    batch_limit,
    cached_element,
    footprint,
    largest_cache,
    precision_use,
    unique_components,
    weight_bytes,
)
from tokencost.counting.networks import network_params
from tokencost.nouns.answer import Footprint
from tokencost.nouns.hardware import Parallelism
from tokencost.nouns.work import Operator

GIB = 2**30


def footprint_of(model: str, side: float, batch: float = 1.0, **options: object) -> Footprint:
    request = image(side, batch=batch)
    return footprint(made(model, **options), program(model, request, **options), on(model, **options), batch)


def test_emu3_weights_are_16_gib_and_its_coder() -> None:
    """
    8,492,011,520 parameters of 2 bytes, and the image coder in 4.
    """
    coder = network_params(made("emu3-gen").networks["image_decoder"])

    assert 2 * 8492011520 + 4 * coder == weight_bytes(made("emu3-gen"), on("emu3-gen"))


def test_the_cache_of_emu3_is_131072_bytes_per_token() -> None:
    """
    Two branches grow to the mean of their prompts, 72 and 52 tokens, and the 8,193 tokens of the image.
    """
    found = largest_cache(program("emu3-gen", image(720.0, prompt_tokens=64.0)), on("emu3-gen"))

    assert 131072 * 2 * ((64 + 8 + 52) / 2 + 8193) == found


def test_the_cache_grows_with_the_batch() -> None:
    """
    Every request keeps its own keys and values.
    """
    assert 4 * footprint_of("emu3-gen", 512.0).kv_cache == footprint_of("emu3-gen", 512.0, batch=4.0).kv_cache


def test_denoisers_cache_nothing() -> None:
    """
    Every step sees the whole latent anew.
    """
    assert 0.0 == footprint_of("sdxl", 1024.0).kv_cache


def test_a_coder_that_reads_and_writes_is_stored_once() -> None:
    """
    Transfusion encodes and decodes with one VAE.
    """
    assert ["image_decoder", "transformer"] == sorted(unique_components(made("transfusion-7b"), on("transfusion-7b")))


def test_released_code_moves_one_of_two_experts_out_of_the_way() -> None:
    """
    Wan 2.2 runs one expert at a time; engines that rebuild the model hold both.
    """
    wan = made("wan2.2-t2v-a14b")

    assert "denoiser_2" not in unique_components(wan, on("wan2.2-t2v-a14b", engine="eager"))
    assert {"denoiser", "denoiser_2"} <= set(unique_components(wan, on("wan2.2-t2v-a14b", engine="xdit")))


def test_released_code_keeps_weights_as_they_were_stored() -> None:
    """
    Wan 2.1's denoiser lies on the GPU in fp32, its text encoder in host memory; what rebuilds it stores 16 bits.
    """
    wan = made("wan2.1-14b")
    denoiser, coder, encoder = (
        network_params(wan.networks[role]) for role in ("denoiser", "image_decoder", "text_encoder")
    )

    assert 4 * denoiser + 4 * coder == weight_bytes(wan, on("wan2.1-14b", engine="eager"))
    assert 2 * denoiser + 4 * coder + 2 * encoder == weight_bytes(wan, on("wan2.1-14b", engine="xdit"))


@pytest.mark.parametrize(("precision", "size"), [("fp16", 4), ("bf16", 2), ("fp32", 4)])
def test_a_coder_that_overflows_fp16_is_widened_there_alone(precision: str, size: int) -> None:
    """
    SDXL's pipeline decodes in fp32 where the rest runs in fp16; bf16 has the range.
    """
    sdxl = made("sdxl", precision=precision)
    platform = on("sdxl", precision=precision)

    assert (
        size == platform.precisions[precision_use("image_decoder", sdxl.model.components["image_decoder"])].weight_bytes
    )


def test_tensor_parallelism_splits_the_backbone_alone() -> None:
    """
    Coders and encoders run whole on one GPU.
    """
    one, two = weight_bytes(made("emu3-gen"), on("emu3-gen")), weight_bytes(made("emu3-gen"), on("emu3-gen", gpus=2))

    assert 8492011520 == one - two


@pytest.mark.parametrize(("gpu", "fits"), [("a100-80gb-sxm", True), ("t4-16gb", False)])
def test_emu3_fits_on_80_gb_and_not_on_16(gpu: str, fits: bool) -> None:
    """
    Its weights alone are 16 GiB.
    """
    assert fits == footprint_of("emu3-gen", 512.0, gpu=gpu).fits


def test_memory_is_the_sum_of_its_parts() -> None:
    """
    Nothing is counted twice, and engines that claim memory at start claim at least that.
    """
    foot = footprint_of("sdxl", 1024.0)
    claimed = footprint_of("emu3-gen", 512.0, engine="vllm")

    assert foot.weights + foot.kv_cache + foot.activations + foot.reserve == foot.peak
    assert claimed.peak >= claimed.weights + claimed.kv_cache + claimed.activations + claimed.reserve


def test_the_batch_limit_is_where_memory_ends() -> None:
    """
    One request more would not fit.
    """
    limit = float(footprint_of("emu3-gen", 720.0).batch_limit)

    assert footprint_of("emu3-gen", 720.0, batch=limit).fits
    assert not footprint_of("emu3-gen", 720.0, batch=limit + 1).fits


def test_the_batch_that_fits_does_not_depend_on_the_batch_that_is_looked_at() -> None:
    """
    Each request brings the same cache, or where nothing is cached the same activations.
    """
    for model, side in (("emu3-gen", 720.0), ("sdxl", 1024.0)):
        one, four = (float(footprint_of(model, side, batch=batch).batch_limit) for batch in (1.0, 4.0))

        assert one == pytest.approx(four, abs=1)


def test_no_room_is_no_batch() -> None:
    """
    A request that needs no memory of its own must not divide by zero.
    """
    assert 3 == batch_limit(10.0 * GIB, 3.0 * GIB)
    assert 10 * GIB == batch_limit(10.0 * GIB, 0.0)


def test_activations_grow_with_the_image() -> None:
    """
    Four times the pixels are four times the largest tensor of the image coder.
    """
    small, large = (activation_bytes(program("sdxl", image(side)), on("sdxl")) for side in (512.0, 1024.0))

    assert 4 * small == large


def test_smaller_weights_need_less_memory() -> None:
    """
    Weight-only quantisation stores the backbone in a byte or half of one.
    """
    sizes = [
        footprint_of("flux.1-dev", 1024.0, precision=name).weights
        for name in ("bf16", "int8-weight-only", "int4-weight-only")
    ]

    assert sorted(sizes, reverse=True) == sizes


@pytest.mark.parametrize(
    ("tensor", "sequence", "guidance", "pipeline", "cache", "activations"),
    [(1.0, 1.0, 1.0, 1.0, 1, 1), (2.0, 1.0, 1.0, 1.0, 2, 1), (1.0, 4.0, 1.0, 1.0, 4, 4), (2.0, 4.0, 1.0, 1.0, 8, 4),
     (1.0, 1.0, 2.0, 1.0, 1, 2), (1.0, 1.0, 1.0, 2.0, 1, 2), (1.0, 2.0, 2.0, 3.0, 2, 12)],
)  # fmt: skip
def test_what_gpus_share_is_a_part_on_each(
    tensor: float, sequence: float, guidance: float, pipeline: float, cache: int, activations: int
) -> None:
    """
    Tensor and sequence parallelism split caches; activations are split by all but tensor parallelism.
    """
    whole = on("emu3-gen")
    split = replace(
        whole, parallelism=Parallelism(tensor=tensor, sequence=sequence, guidance=guidance, pipeline=pipeline)
    )
    decode = tuple(replace(p, parallel=True) for p in program("emu3-gen", image(720.0)) if p.id == "decode")

    assert largest_cache(decode, whole) == pytest.approx(cache * largest_cache(decode, split))
    assert activation_bytes(decode, whole) == pytest.approx(activations * activation_bytes(decode, split))
    assert activation_bytes(decode, whole) == activation_bytes(tuple(replace(p, parallel=False) for p in decode), split)


def test_activations_are_twice_the_largest_operator() -> None:
    """
    By hand, 2 bytes each: 10 rows of 30 in and 50 out, 7 inputs of 3 and 9 outputs of 100, 500 read and written;
    skip connections hold as much again, and what never runs holds nothing.
    """
    platform = on("sdxl")
    phase = program("sdxl", image())[0]
    wide, square, plain = linear("l", 10.0, 30.0, 50.0), convolution("c", 9.0, 3.0, 100.0, 9.0, inputs=7.0), 500.0
    never = linear("n", 1e6, 1e6, 1e6, count=0.0)

    def alive(*ops: Operator) -> float:
        return float(activation_bytes((replace(phase, operators=ops, precision="backbone", parallel=False),), platform))

    assert 2 * 2 * 10 * (30 + 50) == alive(wide, never)
    assert 2 * 2 * (7 * 3 + 9 * 100) == alive(wide, square)
    assert 2 * 2 * 2 * 500 == alive(square, elementwise("e", plain, kernels=5.0, count=3.0))
    assert 2 * 2 * 10 * (30 + 50) == alive(linear("l", 10.0, 30.0, 50.0, count=7.0))
    assert 0 == alive(lookup("t", 9.0, 9.0, 9.0))


def test_a_quantised_cache_has_elements_of_its_own() -> None:
    """
    Where nothing is said they are as wide as activations.
    """
    plain = on("emu3-gen").precisions["backbone"]

    assert (2, 1) == (cached_element(plain), cached_element(replace(plain, cache_bytes=1.0)))


def test_memory_that_is_just_enough_is_enough() -> None:
    """
    What an engine claims at the start is a share of the GPU, unless more is needed; a sweep's arrays are judged later.
    """
    request = image(720.0)
    parts = made("emu3-gen"), program("emu3-gen", request)
    need = float(footprint(*parts, on("emu3-gen"), 1.0).peak)

    def given(memory: float, preallocates: float = 0.0) -> Footprint:
        platform = on("emu3-gen")
        engine = replace(platform.engine, preallocates=preallocates)
        return footprint(*parts, replace(platform, gpu=replace(platform.gpu, memory=memory), engine=engine), 1.0)

    assert (True, False) == (given(need).fits, given(need - 1).fits)
    assert (need, 0.9 * 4 * need) == (given(4 * need, 0.1).peak, given(4 * need, 0.9).peak)
