"""The small networks that predictions are checked on: a Llama-style decoder and a PixArt-style diffusion transformer.

They take the shapes of the catalogue records of the same name and random weights, and run as reference code does:
eager, one module after the other, fused attention, a cache of fixed length.
"""

from typing import Any

import torch
import torch.nn.functional as fn

from tokencost.measuring.on_torch.layers import RmsNorm, attend, heads_of, rotated
from tokencost.nouns.diffusion_transformer import CrossDiT
from tokencost.nouns.transformer import DecoderLM

FREQUENCIES = 256
"""Numbers that stand for a timestep, and channels of its embedding."""


def linear(inner: int, outer: int, *, bias: bool = True) -> Any:
    """A linear layer."""
    return torch.nn.Linear(inner, outer, bias=bias)


class DecoderLayer(torch.nn.Module):
    """Attention with a cache, then a gated feed-forward."""

    def __init__(self, net: DecoderLM, length: int) -> None:
        super().__init__()
        q, kv = net.heads * net.head_dim, net.kv_heads * net.head_dim
        self.heads, self.kv_heads = net.heads, net.kv_heads
        self.norm1, self.norm2 = RmsNorm(net.hidden), RmsNorm(net.hidden)
        self.q, self.k, self.v = (linear(net.hidden, width, bias=False) for width in (q, kv, kv))
        self.o = linear(q, net.hidden, bias=False)
        self.gate, self.up = (linear(net.hidden, net.ffn, bias=False) for _ in range(2))
        self.down = linear(net.ffn, net.hidden, bias=False)
        for name in ("keys", "values"):
            self.register_buffer(name, torch.zeros(1, net.kv_heads, length, net.head_dim), persistent=False)

    def forward(self, x: Any, turn: Any, start: int) -> Any:
        """New tokens from position `start` on; keys and values before it are in the cache."""
        end = start + x.shape[1]
        y = self.norm1(x)
        q, k = rotated(heads_of(self.q(y), self.heads), *turn), rotated(heads_of(self.k(y), self.kv_heads), *turn)
        self.keys[:, :, start:end] = k
        self.values[:, :, start:end] = heads_of(self.v(y), self.kv_heads)
        x = x + self.o(attend(q, self.keys[:, :, :end], self.values[:, :, :end], causal=start == 0))
        y = self.norm2(x)
        return x + self.down(fn.silu(self.gate(y)) * self.up(y))


class Decoder(torch.nn.Module):
    """Tokens to logits of the last one."""

    def __init__(self, net: DecoderLM, length: int) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(net.vocab, net.hidden)
        self.layers = torch.nn.ModuleList(DecoderLayer(net, length) for _ in range(net.layers))
        self.norm = RmsNorm(net.hidden)
        self.head = linear(net.hidden, net.vocab, bias=False)
        angles = torch.outer(torch.arange(length), 1e4 ** -torch.linspace(0, 1, net.head_dim // 2))
        self.register_buffer("cosine", torch.cos(angles).repeat(1, 2), persistent=False)
        self.register_buffer("sine", torch.sin(angles).repeat(1, 2), persistent=False)

    def forward(self, tokens: Any, start: int) -> Any:
        """(1, tokens) to (1, vocab)."""
        end = start + tokens.shape[1]
        x, turn = self.embedding(tokens), (self.cosine[start:end], self.sine[start:end])
        for layer in self.layers:
            x = layer(x, turn, start)
        return self.head(self.norm(x)[:, -1])


class DiffusionLayer(torch.nn.Module):
    """Modulated attention of the image to itself, attention to the text, modulated feed-forward."""

    def __init__(self, net: CrossDiT) -> None:
        super().__init__()
        width = net.width
        self.heads = net.heads
        self.table = torch.nn.Parameter(torch.zeros(6, width))
        self.q, self.k, self.v, self.out = (linear(width, width) for _ in range(4))
        self.cross_q, self.cross_k, self.cross_v, self.cross_out = (linear(width, width) for _ in range(4))
        self.up, self.down = linear(width, net.ffn), linear(net.ffn, width)

    def forward(self, x: Any, text: Any, time: Any) -> Any:
        """Tokens of the image, of the text, and six vectors made of the timestep."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (self.table + time).chunk(6, 1)
        y = _normed(x) * (1 + scale1) + shift1
        x = x + gate1 * self.out(attend(*(heads_of(each(y), self.heads) for each in (self.q, self.k, self.v))))
        keys, values = (heads_of(each(text), self.heads) for each in (self.cross_k, self.cross_v))
        x = x + self.cross_out(attend(heads_of(self.cross_q(x), self.heads), keys, values))
        y = _normed(x) * (1 + scale2) + shift2
        return x + gate2 * self.down(fn.gelu(self.up(y), approximate="tanh"))


def _normed(x: Any) -> Any:
    return fn.layer_norm(x, (x.shape[-1],), eps=1e-6)


class Embedding(torch.nn.Module):
    """Two linear layers with an activation between."""

    def __init__(self, inner: int, width: int) -> None:
        super().__init__()
        self.first, self.second = linear(inner, width), linear(width, width)

    def forward(self, x: Any) -> Any:
        """Features to the width of the network."""
        return self.second(fn.silu(self.first(x)))


class DiffusionTransformer(torch.nn.Module):
    """Patches of a noisy latent, features of a text and a timestep to patches of the noise."""

    def __init__(self, net: CrossDiT) -> None:
        super().__init__()
        self.patch = linear(net.patch**2 * net.in_channels, net.width)
        self.time, self.text = Embedding(FREQUENCIES, net.width), Embedding(net.text_width, net.width)
        self.modulation = linear(net.width, 6 * net.width)
        self.layers = torch.nn.ModuleList(DiffusionLayer(net) for _ in range(net.layers))
        self.table = torch.nn.Parameter(torch.zeros(2, net.width))
        self.out = linear(net.width, net.patch**2 * net.out_channels)

    def forward(self, patches: Any, text: Any, timestep: Any) -> Any:
        """(sequences, tokens, channels of a patch), (sequences, text, text_width) and (sequences,) to patches."""
        angles = timestep[:, None] * torch.exp(-9.2 * torch.linspace(0, 1, FREQUENCIES // 2, device=timestep.device))
        time = self.time(torch.cat((torch.cos(angles), torch.sin(angles)), -1).to(patches.dtype))
        vectors = self.modulation(fn.silu(time)).unflatten(1, (6, -1))
        x, text = self.patch(patches), self.text(text)
        for layer in self.layers:
            x = layer(x, text, vectors)
        shift, scale = (self.table + time[:, None]).chunk(2, 1)
        return self.out(_normed(x) * (1 + scale) + shift)
