from dataclasses import replace

import pytest

from tests.counting.records import network
from tokencost.counting.cross_dit import cross_dit
from tokencost.counting.networks import network_params
from tokencost.counting.operators import flop, flop_by_class
from tokencost.nouns.work import Attention, Forward

CLIP = Forward(width=80.0, height=44.0, frames=31.0, text=512.0)


def test_wan_2_2_5b_takes_517_tflop_per_call() -> None:
    """
    A clip of 1280 × 704 and 121 frames is 27,280 tokens; the reference code counts 517.008 TFLOP.
    """
    total = sum(flop_by_class(cross_dit(network("wan2.2-ti2v-5b-dit"), CLIP)).values())

    assert total == pytest.approx(517.007759376384e12, rel=1e-12)


def test_factorised_attention_never_sees_the_whole_clip() -> None:
    """
    Open-Sora 1.2 attends within a frame and along time: 56 layers of 1,024 and 30 tokens, not of 30,720.
    """
    operators = cross_dit(network("open-sora-1.2-dit"), Forward(width=64.0, height=64.0, frames=30.0, text=300.0))
    contexts = {op.id: (op.count, op.sequences, op.context) for op in operators if isinstance(op, Attention)}

    assert contexts == {
        "layers.space": (28, 30.0, 1024.0),
        "layers.time": (28, 1024.0, 30.0),
        "layers.cross": (56, 1.0, 300.0),
    }


def test_open_sora_1_2_has_the_parameters_its_log_prints() -> None:
    """
    Its training log prints 1.12 B, where it takes a billion as 1024³.
    """
    assert network_params(network("open-sora-1.2-dit")) / 1024**3 == pytest.approx(1.12, abs=0.005)


def test_image_conditioning_adds_to_cross_attention_only() -> None:
    """
    Wan's image-to-video network has keys and values for 257 image tokens; self-attention stays as it is.
    """
    text, image = (
        {op.id: flop(op) for op in cross_dit(network(f"wan2.1-{name}-dit"), CLIP)} for name in ("14b", "i2v-14b")
    )

    assert text["layers.attention"] == image["layers.attention"]
    assert image["layers.cross_image"] * 512 == image["layers.cross"] * 257


def test_twice_the_frames_cost_four_times_the_attention() -> None:
    """
    Full attention over space and time grows with the square of the clip's length.
    """
    short, long = (
        {op.id: flop(op) for op in cross_dit(network("ltx-video-2b-dit"), replace(CLIP, frames=frames))}
        for frames in (10.0, 20.0)
    )

    assert 4 * short["layers.attention"] == long["layers.attention"]
