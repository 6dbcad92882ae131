"""What a model asks of any hardware: operators, phases, programs.

A forward pass is a tuple of operators. Each knows its shape, so that a platform can price it by
its shape; none knows a platform. `count` says how many like it run in one pass.
"""

from typing import Literal

from tokencost.record import dataclass
from tokencost.units import Count, Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A weight matrix (inner × columns) applied to `rows` vectors, `count` times per pass."""

    id: str
    rows: Count
    inner: Count
    columns: Count
    count: Count = 1.0
    params: Count = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Scores of `queries` against `context` keys and the weighted sum of values, per head and sequence.

    `causal` says that a query only needs the keys before it: reference implementations compute, and
    FLOP counters count, the full square; the triangle is what a kernel may skip.
    """

    id: str
    sequences: Count
    heads: Count
    kv_heads: Count
    queries: Count
    context: Count
    head_dim: Count
    count: Count = 1.0
    causal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """A convolution with `kernel` taps that writes `positions` outputs of `out_channels` each."""

    id: str
    positions: Count
    in_channels: Count
    out_channels: Count
    kernel: Count
    groups: Count = 1.0
    inputs: Count
    count: Count = 1.0
    params: Count = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Elementwise:
    """Norms, activations, residuals: `kernels` passes that each read and write `elements` when run one by one.

    `strided` is the share of their traffic in kernels that repeat a vector along rows or step over memory.
    """

    id: str
    elements: Count
    kernels: Count = 1.0
    count: Count = 1.0
    params: Count = 0.0
    strided: Fraction = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """`rows` vectors of `columns` read from a table (embeddings, codebooks), or a table nobody reads (rows 0)."""

    id: str
    rows: Count
    columns: Count
    count: Count = 1.0
    params: Count = 0.0


Operator = Linear | Attention | Convolution | Elementwise | Lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Shape of one call of a network.

    `sequences` rows (images, clips, prompts) share the call. Language models read `queries` new
    tokens against `context` keys (themselves included) and give logits for `logits` of them per row.
    Denoisers see a latent of `width` × `height` × `frames` and `text` condition tokens. Image and
    video coders see pixels of `width` × `height` × `frames`, whichever way they run.
    """

    sequences: Count = 1.0
    queries: Count = 0.0
    context: Count = 0.0
    logits: Count = 1.0
    width: Count = 0.0
    height: Count = 0.0
    frames: Count = 1.0
    text: Count = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """`steps` sequential executions of the same operators by one component.

    `kind` says which sort of engine runs it, `precision` which of the platform's precisions it uses, `tokens` how
    many tokens it writes in all, `cached` how long each sequence's cache is at its end, `caches` how many such caches
    a request keeps. Only the backbone is `parallel`: encoders and coders run on one GPU. A step takes `stretch` times
    as long as its network: what samples and tests drafts around it is known by what it costs alone.
    """

    id: str
    component: str
    steps: Count
    operators: tuple[Operator, ...]
    precision: str = "backbone"
    kind: Literal["decode", "diffusion", "other"] = "other"
    tokens: Count = 0.0
    cached: Count = 0.0
    caches: Count = 1.0
    parallel: bool = True
    stretch: Fraction = 1.0


Program = tuple[Phase, ...]
