"""A decoder LM over new tokens and a growing cache, in numbers that add up exactly.

Activations are rounded to multiples of 2^-16 and weights are multiples of 2^-12, so every sum of products fits into a
double without rounding: the order of additions, the library and the processor make no difference, and a cache, a
batch or a recomputation give the same bits. Only exponentials and angles come from a mathematical library, and they
are rounded away from its last digits.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tokencost.nouns.transformer import DecoderLM
from tokencost.sampling.tally import Tally, by_cache, by_weights
from tokencost.sampling.weights import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tokencost.sampling.tally import Array

GRID = 2.0**16
PROBABILITY_GRID = 2.0**24
EPSILON = 2.0**-20
ROTARY_BASE = 10_000.0


@dataclass(slots=True)
class Cache:
    """Keys and values, layers × rows × heads × positions × width, of which `length` positions are filled.

    `pads` says for each row how many positions at its left are padding.
    """

    keys: "Array"
    values: "Array"
    pads: "NDArray[np.int64]"
    length: int = 0


def empty(net: DecoderLM, pads: "NDArray[np.int64]", positions: int) -> Cache:
    """Room for `positions` tokens of as many rows as there are `pads`."""
    import numpy as np

    shape = (net.layers, len(pads), net.kv_heads, positions, net.head_dim)
    return Cache(keys=np.zeros(shape), values=np.zeros(shape), pads=pads)


def forward(net: DecoderLM, weights: Weights, tokens: "NDArray[np.int64]", cache: Cache, tally: Tally) -> "Array":
    """Read `tokens` (rows × new positions) behind what is cached; logits (rows × vocabulary) of the last position."""
    import numpy as np

    state = weights["embedding"][tokens]
    for layer in range(net.layers):
        inner = normed(weights, f"{layer}.attention_norm", state, tally)
        state = state + _attention(net, weights, layer, inner, cache, tally)
        inner = normed(weights, f"{layer}.mlp_norm", state, tally)
        state = state + _feed_forward(net, weights, layer, inner, tally)
        tally.other += 2 * state.size
    cache.length += tokens.shape[1]
    tally.passes += 1
    last = normed(weights, "norm", state, tally)[:, -1]
    matrix = weights["embedding"].T if net.head == "tied" else weights["head"]
    return on_grid(by_weights(tally, last, matrix) + weights.get("head.bias", np.float64(0)))


def on_grid(values: "Array", grid: float = GRID) -> "Array":
    """Rounded to multiples of 1/grid."""
    import numpy as np

    return np.rint(values * grid) / grid


def normed(weights: Weights, name: str, values: "Array", tally: Tally) -> "Array":
    """RMSNorm with one learned vector, LayerNorm with two."""
    import numpy as np

    tally.other += values.size
    scale, shift = weights[f"{name}.0"], weights.get(f"{name}.1")
    centred = values if shift is None else on_grid(values - values.mean(axis=-1, keepdims=True))
    size = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + EPSILON)
    return on_grid(centred / size * scale + (0.0 if shift is None else shift))


def _linear(weights: Weights, name: str, rows: "Array", tally: Tally) -> "Array":
    out = by_weights(tally, rows, weights[name])
    bias = weights.get(f"{name}.bias")
    return on_grid(out if bias is None else out + bias)


def _feed_forward(net: DecoderLM, weights: Weights, layer: int, rows: "Array", tally: Tally) -> "Array":
    import numpy as np

    up = _linear(weights, f"{layer}.up", rows, tally)
    bent = _linear(weights, f"{layer}.gate", rows, tally) if net.gated else up
    bent = on_grid(bent / (1.0 + np.exp(-bent)))
    tally.other += bent.size
    return _linear(weights, f"{layer}.down", on_grid(bent * up) if net.gated else bent, tally)


def _attention(net: DecoderLM, weights: Weights, layer: int, rows: "Array", cache: Cache, tally: Tally) -> "Array":
    """Grouped queries share the keys and values of their group; the whole square is computed and then masked."""
    import numpy as np

    count, new = rows.shape[:2]
    start, end = cache.length, cache.length + rows.shape[1]
    q, k, v = (_heads(net, weights, f"{layer}.{name}", rows, tally) for name in "qkv")
    places = np.arange(start, end) - cache.pads[:, None]
    cache.keys[layer, :, :, start:end] = _rotated(k, places, tally)
    cache.values[layer, :, :, start:end] = v
    keys, values = cache.keys[layer, :, :, :end], cache.values[layer, :, :, :end]
    grouped = _rotated(q, places, tally).reshape(count, net.kv_heads, -1, net.head_dim)
    scores = on_grid(by_cache(tally, grouped, keys.swapaxes(-1, -2)) / np.sqrt(float(net.head_dim)))
    scores = scores.reshape(count, net.kv_heads, -1, new, end)
    shares = _shares(np.where(_visible(start, end, cache.pads)[:, None, None], scores, -np.inf), tally)
    mixed = on_grid(by_cache(tally, shares.reshape(count, net.kv_heads, -1, end), values))
    joined = mixed.reshape(count, net.heads, new, net.head_dim).swapaxes(1, 2).reshape(count, new, -1)
    return _linear(weights, f"{layer}.o", joined, tally)


def _heads(net: DecoderLM, weights: Weights, name: str, rows: "Array", tally: Tally) -> "Array":
    """Rows × heads × new positions × width, normalised head by head where the network does."""
    made = _linear(weights, name, rows, tally)
    split = made.reshape(*rows.shape[:2], -1, net.head_dim).swapaxes(1, 2)
    return normed(weights, f"{name}_norm", split, tally) if f"{name}_norm.0" in weights else split


def _visible(start: int, end: int, pads: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Rows × new positions × keys: nothing later, no padding, and always itself."""
    import numpy as np

    queries, keys = np.arange(start, end)[:, None], np.arange(end)[None, :]
    found: NDArray[np.bool_] = ((keys <= queries) & (keys >= pads[:, None, None])) | (keys == queries)
    return found


def _shares(scores: "Array", tally: Tally) -> "Array":
    """Softmax over keys; weights are rounded before they are added, so that masked keys change nothing."""
    import numpy as np

    tally.other += scores.size
    raised = on_grid(np.exp(scores - scores.max(axis=-1, keepdims=True)), PROBABILITY_GRID)
    return on_grid(raised / raised.sum(axis=-1, keepdims=True), PROBABILITY_GRID)


def _rotated(heads: "Array", places: "NDArray[np.int64]", tally: Tally) -> "Array":
    """Rotary positions: pairs of one half and the other turned by an angle that grows with the place."""
    import numpy as np

    tally.other += heads.size
    half = heads.shape[-1] // 2
    speeds = ROTARY_BASE ** (-np.arange(half) / half)
    angles = places[:, None, :, None] * speeds
    cos, sin = on_grid(np.cos(angles)), on_grid(np.sin(angles))
    first, second = heads[..., :half], heads[..., half:]
    return on_grid(np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1))
