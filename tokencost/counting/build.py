"""Operators with their parameters, as networks are written down: one call per layer of the reference code."""

from tokencost.nouns.work import Convolution, Elementwise, Linear, Lookup
from tokencost.units import Count, Fraction


def linear(
    name: str, rows: Count, inner: Count, columns: Count, *, bias: bool = True, count: Count = 1, shared: bool = False
) -> Linear:
    """A linear layer; with `shared` its weights belong to another operator (tied embeddings)."""
    params = 0 if shared else count * (inner * columns + (columns if bias else 0))
    return Linear(id=name, rows=rows, inner=inner, columns=columns, count=count, params=params)


def convolution(
    name: str,
    positions: Count,
    in_channels: Count,
    out_channels: Count,
    kernel: Count,
    *,
    inputs: Count | None = None,
    bias: bool = True,
    groups: Count = 1,
    count: Count = 1,
) -> Convolution:
    """A convolution with `kernel` taps (9 for 3 × 3) over `inputs` positions (as many as it writes if unsaid)."""
    params = count * (in_channels * out_channels * kernel / groups + (out_channels if bias else 0))
    read = positions if inputs is None else inputs
    return Convolution(
        id=name, positions=positions, in_channels=in_channels, out_channels=out_channels, kernel=kernel,
        groups=groups, inputs=read, count=count, params=params,
    )  # fmt: skip


def norm(
    name: str, rows: Count, width: Count, *, weights: Count = 1, kernels: Count = 1, count: Count = 1
) -> Elementwise:
    """A normalisation of `rows` vectors; `weights` learned vectors of that width (1: scale, 2: and shift, 0: none)."""
    return Elementwise(id=name, elements=rows * width, kernels=kernels, count=count, params=count * weights * width)


def elementwise(
    name: str, elements: Count, *, kernels: Count = 1, count: Count = 1, params: Count = 0, strided: Fraction = 0
) -> Elementwise:
    """Activations, residuals, rotations: `kernels` passes over `elements`, run `count` times."""
    return Elementwise(id=name, elements=elements, kernels=kernels, count=count, params=params, strided=strided)


def lookup(name: str, rows: Count, entries: Count, columns: Count, *, count: Count = 1) -> Lookup:
    """`rows` vectors read from a table of `entries`."""
    return Lookup(id=name, rows=rows, columns=columns, count=count, params=count * entries * columns)


def weights(name: str, params: Count) -> Lookup:
    """Weights that are stored and never multiplied with anything (a class token, a scale table)."""
    return Lookup(id=name, rows=0, columns=0, params=params)
