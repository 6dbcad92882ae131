"""Elementwise kernels against those that PyTorch starts on the reference implementations, element by element."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.counting.records import network
from tokencost.counting.networks import PASSES
from tokencost.nouns.convnet import ImageCoder
from tokencost.nouns.work import Convolution, Elementwise, Forward, Linear, Operator

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "kernels.yaml").read_text(encoding="utf-8"))
NORMS = ("norm", "norm1", "norm2")
Rule = tuple[tuple[str, ...], Mapping[str, float]]

FUSED = (NORMS, {"native_group_norm": 1, "silu": 1})
"""A normalisation and its activation are a kernel each."""
SCALED_SUM = (("add",), {"div": 2})
"""A residual is a sum and a division of as many elements."""
REPEAT = (("repeat",), {"upsample_nearest2d": 1})
RULES: Mapping[str, tuple[Rule, ...]] = {
    "diffusers": (FUSED, SCALED_SUM, REPEAT),
    "temporal": (FUSED, (("blend",), {"mul": 1.5}), (("add",), {"div": 2, "mul": 0.5}), REPEAT),
    "taming": ((NORMS, {"native_group_norm": 1, "sigmoid": 2}), (("scores",), {"_softmax": 2}), REPEAT),
    "clip-coder encode": (
        ((*NORMS, "norms", "swish"), {"native_group_norm": 1, "native_batch_norm": 1, "sigmoid": 2}),
    ),
    "clip-coder decode": (
        (NORMS, {"native_group_norm": 1}),
        (("scale_shift",), {"native_group_norm": 2}),
        (("swish", "swish1", "swish2", "norms"), {"sigmoid": 2, "native_batch_norm": 1}),
        (("repeat",), {"upsample_nearest2d": 1, "upsample_nearest1d": 1}),
    ),
    "wan-coder": (
        (NORMS, {"div": 5, "silu": 1}),
        (("add",), {"add": 1, "div": -1}),
        (("repeat",), {"_upsample_nearest_exact2d": 2}),
        (("split",), {"stack": 2}),
    ),
    "cogvideox-coder encode": (FUSED, (("add",), {"add": 1})),
    "cogvideox-coder decode": (
        (NORMS, {"native_group_norm": 1, "mul": 1, "silu": 2}),
        (("add",), {"add": 1, "mul": -1}),
    ),
    "ltx-coder": (
        (NORMS, {"pow": 5}),
        (("norm3",), {"native_layer_norm": 2}),
        (("add",), {"add": 1, "mean": -1}),
        (("patches", "unfold"), {"clone": 1}),
    ),
    "ltx-0.9.7-vae encode": ((NORMS, {"pow": 5}), (("add",), {"add": 1, "mean": -1})),
    "ltx-0.9.7-vae decode": ((NORMS, {"pow": 5}),),
    "mochi-coder encode": ((NORMS, {"native_group_norm": 3, "silu": 1}), (("unit",), {"div": 2})),
    "mochi-coder decode": (
        (NORMS, {"native_group_norm": 4}),
        (("activation",), {"silu": 2, "native_group_norm": -2}),
        (("pad",), {"cat": 1}),
    ),
    "hunyuan-coder": (
        (NORMS, {"native_group_norm": 2}),
        (("mask",), {"le": 2, "where": 2}),
        (("repeat",), {"upsample_nearest3d": 2, "upsample_nearest2d": 2}),
    ),
    "deep-coder": (
        (("norm",), {"pow": 6}),
        (("divide",), {"div": 3}),
        (("nearest",), {"upsample_nearest2d": 1}),
        (("join",), {"cat": 1}),
    ),
    "unet": (
        (
            (*NORMS, "norms", "norm_in", "activation"),
            {"native_group_norm": 1, "silu": 1, "native_layer_norm": 1},
        ),
        (("gate",), {"gelu": 2}),
        REPEAT,
    ),
    "uvit": ((NORMS, {"pow": 6, "native_layer_norm": 6}),),
}
"""By network, lineage or kind of network: the last words of operators, and how often each kernel writes as much."""


def rules(name: str, direction: str) -> tuple[Rule, ...]:
    net: Any = network(name)
    if isinstance(net, ImageCoder):
        return RULES[net.encoder_lineage if direction == "encode" else net.decoder_lineage]
    known = (f"{name} {direction}", f"{net.kind} {direction}", net.kind)
    return next((RULES[key] for key in known if key in RULES), ())


def called(case: list[Any]) -> tuple[Operator, ...]:
    """The operators of a call."""
    net, size = network(case[0]), {key: float(value) for key, value in case[2].items()}
    return PASSES[type(net)][case[1]](net, Forward(**size))


cases = pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, (*case[:2], *case[2].values()))))


@cases
def test_products_are_started_as_often_as_those_of_the_class(case: list[Any]) -> None:
    """
    Every start has its price, whatever it computes. Products of activations with each other are not among them.
    """
    found = {
        kind: sum(float(op.count) for op in called(case) if isinstance(op, cls) and op.params)
        for kind, cls in (("convolution", Convolution), ("linear", Linear))
        if kind in case[3]
    }

    assert pytest.approx(case[3], rel=1e-9) == found


@cases
def test_kernels_write_what_those_of_the_class_write(case: list[Any]) -> None:
    """
    Elements times kernels; one activation of the frames of a clip is left out by the planner.
    """
    name, direction, _, _, counted = case
    written: dict[str, float] = defaultdict(float)
    for op in called(case):
        if isinstance(op, Elementwise):
            written[op.id.rpartition(".")[2]] += float(op.elements * op.kernels * op.count)
    rel = 5e-4 if name == "svd-unet" else 1e-9

    for words, kernels in rules(name, direction):
        expected = sum(times * counted.get(kernel, 0) for kernel, times in kernels.items())
        assert expected == pytest.approx(sum(written[word] for word in words), rel=rel), words
