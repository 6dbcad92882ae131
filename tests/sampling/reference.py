"""A decoder written down a second time: position by position, head by head, without cache and without rounding."""

import math
from typing import Any

import numpy as np

from tokencost.nouns.transformer import DecoderLM


def logits(net: DecoderLM, weights: Any, tokens: list[int]) -> Any:
    """Logits behind the last of `tokens`."""
    state = [weights["embedding"][token] for token in tokens]
    for layer in range(net.layers):
        w = {name.removeprefix(f"{layer}."): array for name, array in weights.items() if name.startswith(f"{layer}.")}
        inner = [norm(w, "attention_norm", row) for row in state]
        state = [row + out for row, out in zip(state, attention(net, w, inner), strict=True)]
        state = [row + mlp(net, w, norm(w, "mlp_norm", row)) for row in state]
    last = norm(weights, "norm", state[-1])
    return last @ (weights["embedding"].T if net.head == "tied" else weights["head"]) + weights.get("head.bias", 0.0)


def norm(w: Any, name: str, row: Any) -> Any:
    shifted = row - row.mean() if f"{name}.1" in w else row
    return shifted / math.sqrt(np.mean(shifted**2) + 2.0**-20) * w[f"{name}.0"] + w.get(f"{name}.1", 0.0)


def linear(w: Any, name: str, row: Any) -> Any:
    return row @ w[name] + w.get(f"{name}.bias", 0.0)


def mlp(net: DecoderLM, w: Any, row: Any) -> Any:
    bent = linear(w, "gate" if net.gated else "up", row)
    bent = bent / (1.0 + np.exp(-bent))
    return linear(w, "down", bent * linear(w, "up", row) if net.gated else bent)


def attention(net: DecoderLM, w: Any, rows: list[Any]) -> list[Any]:
    def head(name: str, place: int, n: int) -> Any:
        part = linear(w, name, rows[place])[n * net.head_dim : (n + 1) * net.head_dim]
        return turned(norm(w, f"{name}_norm", part) if f"{name}_norm.0" in w else part, place)

    found = []
    for place in range(len(rows)):
        parts = []
        for n in range(net.heads):
            group = n // (net.heads // net.kv_heads)
            query = head("q", place, n)
            scores = [query @ head("k", at, group) / math.sqrt(net.head_dim) for at in range(place + 1)]
            raised = np.exp(np.array(scores) - max(scores))
            own = slice(group * net.head_dim, (group + 1) * net.head_dim)
            values = [linear(w, "v", rows[at])[own] for at in range(place + 1)]
            parts.append(sum(s * v for s, v in zip(raised / raised.sum(), values, strict=True)))
        found.append(linear(w, "o", np.concatenate(parts)))
    return found


def turned(part: Any, place: int) -> Any:
    half = len(part) // 2
    angles = [place * 10_000 ** (-n / half) for n in range(half)]
    pairs = [complex(part[n], part[n + half]) * complex(math.cos(a), math.sin(a)) for n, a in enumerate(angles)]
    return np.array([pair.real for pair in pairs] + [pair.imag for pair in pairs])
