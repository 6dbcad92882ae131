"""Single kernels as networks call them: matrix products by rows, copies, elementwise chains, attention, convolutions.

Weights of products are views of one buffer far larger than any cache, taken in turn, so that they come from memory
as they do in a model.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as fn

from tokencost.measuring.on_torch.device import captured, host_watch, issue_watch, stopwatch
from tokencost.measuring.on_torch.layers import RMS_NORM_KERNELS, RmsNorm
from tokencost.measuring.readings import Probe
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear

TYPES = {"fp32": "float32", "tf32": "float32", "bf16": "bfloat16", "fp16": "float16"}
"""Peaks of the catalogue and the types that reach them."""
CHAIN = 5
"""Kernels of the elementwise chain."""
STEPS = 3
"""Kernels of the strided chain."""
TINY = 64
"""Width of tensors that cost nothing but the call."""
DRAWN, SPREAD = 2**20, 0.02
"""Numbers drawn at random, and how far they are from 0, as weights of networks are."""
LAUNCHES = 40
"""Tiny layers issued in a row, so that the queue of the device does not fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Shapes that fill a device: (inner, columns), rows, elements, (heads, tokens, head_dim), (channels, side)."""

    products: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]
    precisions: tuple[str, ...]
    elements: tuple[int, ...]
    attentions: tuple[tuple[int, int, int], ...]
    convolutions: tuple[tuple[int, int], ...]
    clip: tuple[int, int, int]
    weights: int


UP_TO_1024 = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
SIZES = {
    "cpu": Sizes(
        products=((1024, 1024), (1024, 4096), (4096, 1024), (2048, 2048)), rows=UP_TO_1024, precisions=("fp32",),
        elements=(2**14, 2**16, 2**18, 2**20, 2**22, 2**24), attentions=((16, 1024, 64), (8, 512, 64), (8, 768, 128)),
        convolutions=((128, 64), (256, 32), (512, 16)), clip=(64, 4, 32), weights=2**30,
    ),
    "cuda": Sizes(
        products=((4096, 4096), (4096, 16384), (16384, 4096), (8192, 8192)), rows=(*UP_TO_1024, 2048, 4096, 8192),
        precisions=("bf16", "fp16", "tf32", "fp32"), elements=(2**16, 2**18, 2**20, 2**22, 2**24, 2**26),
        attentions=((32, 4096, 128), (48, 1024, 64), (24, 4608, 128)),
        convolutions=((320, 128), (640, 64), (1280, 32), (512, 128)), clip=(256, 8, 64), weights=2**31,
    ),
}  # fmt: skip
"""By device: what is still far from idle there, and takes milliseconds."""


def probes(device: str) -> Iterator[Probe]:
    """Every kernel, warmed up; the first precision is the one that curves are measured in."""
    sizes = SIZES[device]
    main = sizes.precisions[0]
    flat = numbers(sizes.weights // _bytes(main), _dtype(main), device)
    yield from products(device, sizes, flat)
    yield from copies(device, flat)
    yield from elementwise(device, sizes)
    yield from strided(device, sizes)
    yield from attentions(device, sizes)
    yield from convolutions(device, sizes)
    yield from calls(device, main)


def numbers(count: int, dtype: Any, device: str) -> Any:
    """So many small numbers in memory of their own: drawn once, then repeated, since drawing is slow."""
    block = torch.empty(min(count, DRAWN), dtype=dtype, device=device).normal_(std=SPREAD)
    return block.repeat(-(-count // block.numel()))[:count]


def _dtype(precision: str) -> Any:
    return getattr(torch, TYPES[precision])


def _bytes(precision: str) -> int:
    return int(torch.empty(0, dtype=_dtype(precision)).element_size())


def products(device: str, sizes: Sizes, flat: Any) -> Iterator[Probe]:
    """Every number of rows in the main precision; the largest alone in the others."""
    main, *others = sizes.precisions
    for inner, columns in sizes.products:
        for rows in sizes.rows:
            yield _product(device, main, flat, Linear(id="product", rows=rows, inner=inner, columns=columns))
    for precision in others:
        inner, columns = sizes.products[0]
        matrix = torch.empty(inner * columns, dtype=_dtype(precision), device=device).normal_()
        largest = Linear(id="product", rows=sizes.rows[-1], inner=inner, columns=columns)
        yield _product(device, precision, matrix, largest)


def _product(device: str, precision: str, flat: Any, op: Linear) -> Probe:
    rows, inner, columns = int(op.rows), int(op.inner), int(op.columns)
    matrices = flat[: flat.numel() // (inner * columns) * inner * columns].view(-1, columns, inner)
    following = itertools.cycle(range(matrices.shape[0]))
    x = torch.empty(rows, inner, dtype=flat.dtype, device=device).normal_()
    if device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    sample = stopwatch(device, lambda: fn.linear(x, matrices[next(following)]))
    return Probe(kind="product", op=op, precision=precision, sample=sample)


def copies(device: str, flat: Any) -> Iterator[Probe]:
    """One tensor to another: inside caches, about their size, and far beyond."""
    for share in (1024, 32, 2):
        length = flat.numel() // share // 2
        source, target = flat[:length], flat[length : 2 * length]
        if share > 2:
            source, target = source.clone(), target.clone()
        op = Elementwise(id="copy", elements=length)
        sample = stopwatch(device, partial(target.copy_, source))
        yield Probe(kind="copy", op=op, precision=_name(flat.dtype), sample=sample)


def _name(dtype: Any) -> str:
    return next(name for name, kind in TYPES.items() if getattr(torch, kind) == dtype)


def elementwise(device: str, sizes: Sizes) -> Iterator[Probe]:
    """A sum, a product, two activations and a norm, each written to a new tensor as networks do."""
    dtype = _dtype(sizes.precisions[0])
    for elements in sizes.elements:
        x, y = (torch.empty(elements // TINY // 16, TINY * 16, dtype=dtype, device=device).normal_() for _ in range(2))
        op = Elementwise(id="elementwise", elements=elements, kernels=CHAIN)
        sample = stopwatch(device, partial(_chain, x, y))
        yield Probe(kind="elementwise", op=op, precision=sizes.precisions[0], sample=sample)


def _chain(a: Any, b: Any) -> Any:
    made = fn.silu(a) * b
    made = fn.gelu(made + a, approximate="tanh")
    return fn.layer_norm(made, (made.shape[-1],))


def strided(device: str, sizes: Sizes) -> Iterator[Probe]:
    """A scale and a shift repeated along rows, and heads turned back into rows."""
    dtype = _dtype(sizes.precisions[0])
    for elements in sizes.elements[2:-1]:
        x = torch.empty(elements // TINY // 16, TINY * 16, dtype=dtype, device=device).normal_()
        vector = torch.empty(TINY * 16, dtype=dtype, device=device).normal_()
        op = Elementwise(id="strided", elements=elements, kernels=STEPS, strided=1)
        sample = stopwatch(device, partial(_steps, x, vector))
        yield Probe(kind="strided", op=op, precision=sizes.precisions[0], sample=sample)


def _steps(x: Any, vector: Any) -> Any:
    made = x * vector + vector
    return made.unflatten(-1, (16, TINY)).transpose(0, 1).contiguous()


def attentions(device: str, sizes: Sizes) -> Iterator[Probe]:
    """Fused attention of one sequence to itself, whole and causal."""
    precision = sizes.precisions[0]
    for heads, tokens, width in sizes.attentions:
        q, k, v = (torch.empty(1, heads, tokens, width, dtype=_dtype(precision), device=device) for _ in range(3))
        for tensor in (q, k, v):
            tensor.normal_()
        op = Attention(
            id="attention", sequences=1, heads=heads, kv_heads=heads, queries=tokens, context=tokens, head_dim=width
        )
        sample = stopwatch(device, partial(fn.scaled_dot_product_attention, q, k, v))
        yield Probe(kind="attention", op=op, precision=precision, sample=sample)


def convolutions(device: str, sizes: Sizes) -> Iterator[Probe]:
    """3 x 3 on planes, 3 x 3 x 3 on one clip."""
    precision = sizes.precisions[0]
    for channels, side in sizes.convolutions:
        yield _convolution(device, precision, channels, (side, side))
    channels, frames, side = sizes.clip
    yield _convolution(device, precision, channels, (frames, side, side))


def _convolution(device: str, precision: str, channels: int, extent: tuple[int, ...]) -> Probe:
    dtype, taps = _dtype(precision), (3,) * len(extent)
    x = torch.empty(1, channels, *extent, dtype=dtype, device=device).normal_()
    weights = torch.empty(channels, channels, *taps, dtype=dtype, device=device).normal_()
    slide = fn.conv3d if len(extent) == 3 else fn.conv2d
    positions = x[0, 0].numel()
    op = Convolution(
        id="convolution", positions=positions, in_channels=channels, out_channels=channels, kernel=3 ** len(extent),
        inputs=positions,
    )  # fmt: skip
    sample = stopwatch(device, lambda: slide(x, weights, padding=1))
    return Probe(kind="convolution", op=op, precision=precision, sample=sample)


def calls(device: str, precision: str) -> Iterator[Probe]:
    """What a kernel costs besides its work: layers so small that nothing else is left."""
    layer, kernels = _tiny_layer(device, _dtype(precision))
    x = torch.empty(1, 1, TINY, dtype=_dtype(precision), device=device).normal_()

    def layers() -> None:
        for _ in range(LAUNCHES):
            layer(x)

    op = Elementwise(id="kernel", elements=TINY, kernels=kernels * LAUNCHES)
    if device == "cpu":
        yield Probe(kind="kernel", op=op, precision=precision, sample=host_watch(device, layers))
        return
    one = Elementwise(id="kernel", elements=TINY, kernels=kernels)
    yield Probe(kind="kernel", op=one, precision=precision, sample=stopwatch(device, lambda: layer(x)))
    yield Probe(kind="launch", op=op, precision=precision, sample=issue_watch(device, layers))
    graph, _ = captured(lambda: layer(x), 1)
    whole = Elementwise(id="graph", elements=TINY)
    yield Probe(kind="graph", op=whole, precision=precision, sample=issue_watch(device, graph.replay))


def _tiny_layer(device: str, dtype: Any) -> tuple[Any, int]:
    """A norm, three linear layers, a gate and a residual sum as modules, and how many kernels they are."""
    norm = RmsNorm(TINY).to(device, dtype)
    gate, up, down = (torch.nn.Linear(TINY, TINY, bias=False, device=device, dtype=dtype) for _ in range(3))

    def layer(x: Any) -> Any:
        y = norm(x)
        return x + down(fn.silu(gate(y)) * up(y))

    return layer, RMS_NORM_KERNELS + 6
