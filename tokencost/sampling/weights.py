"""Weights of a small decoder LM, drawn from a seed; every one a multiple of 2^-12."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tokencost.errors import UsageError
from tokencost.nouns.transformer import DecoderLM
from tokencost.sampling.stream import bits, even

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Weights = Mapping[str, "NDArray[np.float64]"]
"""Name -> array; matrices are inner × columns, so that rows are multiplied from the left."""

FINE = 2.0**12
UNIFORM_VARIANCE = 3.0
"""An even spread over [-a, a] has the variance a² / 3."""
SHARPNESS = 3.0
"""Gain of the head: without training, logits would hardly differ and every code would be as likely as the next."""
WEIGHT_STREAM = 0


def shapes(net: DecoderLM) -> dict[str, tuple[int, ...]]:
    """Every array of a decoder LM; raises UsageError for what the sampler does not run."""
    _runnable(net)
    found: dict[str, tuple[int, ...]] = {"embedding": (net.vocab, net.hidden)}
    for layer in range(net.layers):
        found |= {f"{layer}.{name}": shape for name, shape in _layer(net).items()}
    found |= {f"norm.{n}": (net.hidden,) for n in range(net.norm_weights)}
    if net.head == "own":
        found["head"] = (net.hidden, net.vocab)
    return found | ({"head.bias": (net.vocab,)} if net.head_bias else {})


def _layer(net: DecoderLM) -> dict[str, tuple[int, ...]]:
    q, kv = net.heads * net.head_dim, net.kv_heads * net.head_dim
    matrices = {"q": (net.hidden, q), "k": (net.hidden, kv), "v": (net.hidden, kv), "o": (q, net.hidden)}
    matrices |= {"gate": (net.hidden, net.ffn)} if net.gated else {}
    matrices |= {"up": (net.hidden, net.ffn), "down": (net.ffn, net.hidden)}
    biased = dict.fromkeys("qkv", net.qkv_bias) | {"o": net.output_bias}
    biased |= dict.fromkeys(("gate", "up", "down"), net.mlp_bias)
    found: dict[str, tuple[int, ...]] = {
        f"{norm}.{n}": (net.hidden,) for norm in NORMS for n in range(net.norm_weights)
    }
    if net.qk_norm == "head":
        found |= {"q_norm.0": (net.head_dim,), "k_norm.0": (net.head_dim,)}
    return found | matrices | {f"{name}.bias": shape[1:] for name, shape in matrices.items() if biased[name]}


NORMS = ("attention_norm", "mlp_norm")


def _runnable(net: DecoderLM) -> None:
    wrong = {
        "two norms per layer": net.norms_per_layer != len(NORMS),
        "one or two weights per norm": net.norm_weights not in (1, 2),
        "qk_norm none or head": net.qk_norm not in ("none", "head"),
        "a head for its vocabulary": net.head == "none",
        "no heads or projectors of its own for images or captions": bool(net.image_vocab or net.caption_inner),
        "heads in equal groups": bool(net.heads % net.kv_heads),
        "heads of even width": bool(net.head_dim % 2),
    }
    if found := [text for text, is_wrong in wrong.items() if is_wrong]:
        raise UsageError(*(f"{net.id}: the sampler runs decoders with {text}" for text in found))


def seeded(net: DecoderLM, seed: int) -> Weights:
    """All arrays, from one stream in the order of `shapes`; matrices keep the variance of what they multiply."""
    import numpy as np

    sizes = {name: int(np.prod(shape)) for name, shape in shapes(net).items()}
    drawn = even(bits(seed, WEIGHT_STREAM, sum(sizes.values())))
    parts = np.split(drawn, np.cumsum(list(sizes.values()))[:-1])
    pairs = zip(shapes(net).items(), parts, strict=True)
    return {name: _scaled(name, part.reshape(shape)) for (name, shape), part in pairs}


def _scaled(name: str, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    if "norm." in name:
        made = (1.0 if name.endswith(".0") else 0.0) + values / 8
    else:
        inner = 1.0 if values.ndim == 1 or name == "embedding" else float(values.shape[0])
        gain = SHARPNESS if name == "head" else (0.125 if values.ndim == 1 else 1.0)
        made = values * gain * np.sqrt(UNIFORM_VARIANCE / inner)
    rounded: NDArray[np.float64] = np.rint(made * FINE) / FINE
    return rounded
