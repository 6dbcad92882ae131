"""The transformer between residual blocks of a UNet: self-attention, attention to the text, a gated feed-forward.

Layers of one transformer are alike and share their operators. A temporal UNet follows each layer by one in
which every position attends to itself in all frames.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear, norm
from tokencost.counting.planes import (
    ADD_AND_SCALE,
    LONE,
    POINT,
    QUERY_KEY_VALUE,
    SCALE_AND_SHIFT,
    area,
    group_norm,
    images,
    positions,
)
from tokencost.counting.temporal_blocks import blend
from tokencost.nouns.convnet import UNet
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.record import dataclass
from tokencost.units import Constant, Count

GATED = Constant(8, "", "columns of the gated feed-forward per channel: 4 values and 4 gates")
FED = Constant(4, "", "values of the gated feed-forward per channel")
GATE_KERNELS = Constant(2, "", "the gates' activation and their product with the values")
LAYOUT_KERNELS = Constant(2, "", "copies between planes and token sequences, on entry and on exit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """Equal transformer layers: `sequences` of `tokens` each, `count` layers; nothing of where they stand."""

    name: str
    sequences: Count
    tokens: Count
    text: Count
    text_width: int
    width: int
    heads: int
    count: int


def rows(of: Layers) -> Count:
    """Tokens in all sequences."""
    return of.sequences * of.tokens


def transformer(name: str, net: UNet, plane: Forward, *, level: int, depth: int) -> Iterator[Operator]:
    """`depth` layers between a projection in and one out, added to what came in."""
    width = net.channels[level]
    yield group_norm(f"{name}.norm", plane, width, kernels=LONE)
    yield elementwise(f"{name}.layout", positions(plane) * width, kernels=LAYOUT_KERNELS)
    yield _projection(f"{name}.project_in", net, positions(plane), width)
    yield from layer(_spatial(name, net, plane, level=level, depth=depth))
    if net.temporal:
        yield from _temporal(name, net, plane, level=level, depth=depth)
    yield _projection(f"{name}.project_out", net, positions(plane), width)
    yield elementwise(f"{name}.add", positions(plane) * width)


def _projection(name: str, net: UNet, here: Count, width: int) -> Operator:
    if net.linear_projections:
        return linear(name, here, width, width)
    return convolution(name, here, width, width, POINT)


def _spatial(name: str, net: UNet, plane: Forward, *, level: int, depth: int) -> Layers:
    return Layers(
        name=name, sequences=images(plane), tokens=area(plane), text=plane.text, text_width=net.text_width,
        width=net.channels[level], heads=net.heads[level], count=depth,
    )  # fmt: skip


def _along_time(name: str, net: UNet, plane: Forward, *, level: int, depth: int) -> Layers:
    return Layers(
        name=name, sequences=plane.sequences * area(plane), tokens=plane.frames, text=plane.text,
        text_width=net.text_width, width=net.channels[level], heads=net.heads[level], count=depth,
    )  # fmt: skip


def _temporal(name: str, net: UNet, plane: Forward, *, level: int, depth: int) -> Iterator[Operator]:
    width, frames = net.channels[level], images(plane)
    along = _along_time(f"{name}.temporal", net, plane, level=level, depth=depth)
    yield linear(f"{along.name}.frame_embed1", frames, width, FED * width)
    yield linear(f"{along.name}.frame_embed2", frames, FED * width, width)
    yield elementwise(f"{along.name}.frame_add", rows(along) * width, count=depth)
    yield elementwise(f"{along.name}.layout", rows(along) * width, kernels=LAYOUT_KERNELS, count=depth)
    yield norm(f"{along.name}.norm_in", rows(along), width, weights=SCALE_AND_SHIFT, count=depth)
    yield from feed_forward(f"{along.name}.feed_in", along)
    yield from layer(along)
    yield blend(f"{along.name}.blend", rows(along) * width, count=depth)


def layer(of: Layers) -> Iterator[Operator]:
    """Attention to itself, attention to the text, a gated feed-forward; each normalised before and added after."""
    yield norm(f"{of.name}.norms", rows(of), of.width, weights=SCALE_AND_SHIFT, count=2 * of.count)
    yield linear(
        f"{of.name}.self.query_key_value", rows(of), of.width, of.width, bias=False, count=QUERY_KEY_VALUE * of.count
    )
    yield attention(f"{of.name}.self", of, of.tokens)
    yield linear(f"{of.name}.self.output", rows(of), of.width, of.width, count=of.count)
    yield linear(f"{of.name}.text.query", rows(of), of.width, of.width, bias=False, count=of.count)
    yield linear(
        f"{of.name}.text.key_value", of.sequences * of.text, of.text_width, of.width, bias=False, count=2 * of.count
    )
    yield attention(f"{of.name}.text", of, of.text)
    yield linear(f"{of.name}.text.output", rows(of), of.width, of.width, count=of.count)
    yield elementwise(f"{of.name}.adds", rows(of) * of.width, kernels=ADD_AND_SCALE, count=2 * of.count)
    yield norm(f"{of.name}.feed.norm", rows(of), of.width, weights=SCALE_AND_SHIFT, count=of.count)
    yield from feed_forward(f"{of.name}.feed", of)


def attention(name: str, of: Layers, context: Count) -> Attention:
    """Every token of every sequence attends to `context` keys."""
    return Attention(
        id=name, sequences=of.sequences, heads=of.heads, kv_heads=of.heads, queries=of.tokens, context=context,
        head_dim=of.width / of.heads, count=of.count,
    )  # fmt: skip


def feed_forward(name: str, of: Layers) -> Iterator[Operator]:
    """Values and gates from one matrix, their product through another, added to what came in."""
    yield linear(f"{name}.expand", rows(of), of.width, GATED * of.width, count=of.count)
    yield elementwise(f"{name}.gate", rows(of) * FED * of.width, kernels=GATE_KERNELS, count=of.count)
    yield linear(f"{name}.contract", rows(of), FED * of.width, of.width, count=of.count)
    yield elementwise(f"{name}.add", rows(of) * of.width, count=of.count)
