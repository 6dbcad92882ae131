"""Layers of the small networks, written as the reference implementations write them."""

from typing import Any

import torch
import torch.nn.functional as fn

RMS_NORM_KERNELS = 6
"""Square, mean, add, root, two products."""


class RmsNorm(torch.nn.Module):
    """A norm that only scales, in single operations."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(width))

    def forward(self, x: Any) -> Any:
        """Every row by the root of its mean square."""
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))


def heads_of(x: Any, heads: int) -> Any:
    """(sequences, tokens, width) as (sequences, heads, tokens, head_dim)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(q: Any, k: Any, v: Any, *, causal: bool = False) -> Any:
    """Fused attention, heads merged again."""
    return fn.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)


def rotated(x: Any, cosine: Any, sine: Any) -> Any:
    """Queries or keys turned by their positions."""
    low, high = x.chunk(2, -1)
    return x * cosine + torch.cat((-high, low), -1) * sine
