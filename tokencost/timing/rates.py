"""How fast arithmetic runs: datasheet peaks, the shares of them that libraries reach, and what a shape costs.

A product reaches less than the measured share of the peak where its tiles leave multiprocessors idle or its inner
length hardly fills the pipeline; attention where its heads are padded.
"""

from collections.abc import Mapping

from tokencost.counting.operators import FLOP_PER_MAC
from tokencost.formula import formula
from tokencost.nouns.hardware import Gpu, Platform, Precision
from tokencost.nouns.work import Attention, Convolution, Linear
from tokencost.numeric import ceil, interpolate, maximum, minimum, where
from tokencost.units import Constant, Count, FlopPerSecond, Fraction, Num

TILE = Constant(128, "", "rows and columns of the output tile that large matrix kernels give one multiprocessor")
HALF = Constant(0.5, "", "a last wave less than half full is not split for")
SPLIT = Constant(1024, "", "inner length below which splitting a product further does not pay")
FILL = Constant(1.3e-6, "s", "in which a tile's pipeline fills, drains and writes its result: 115 products on the A100")
PADDED_HEAD = Constant(32, "", "fused attention kernels pad heads to multiples of this")
CUBE_TAPS = Constant(27, "", "taps of a 3 x 3 x 3 kernel, which video coders slide along time as well")
TIME_TAPS = Constant(3, "", "taps of a 3 x 1 x 1 kernel, which slides along time alone")


@formula(
    "definition", says="dense peak at a precision: the first of its names that the GPU has, else the GPU's slowest"
)
def peak(on: Platform, precision: Precision) -> FlopPerSecond:
    """Datasheet figure; where the GPU has none of the names, a plan says that it cannot run."""
    return _first_known(on.gpu.peak, _names(precision.peak, on))


@formula("definition", says="dense peak of the GPU for convolutions at a precision")
def convolution_peak(on: Platform, precision: Precision) -> FlopPerSecond:
    """As `peak`, by the precision's own names for convolutions if it has any."""
    return _first_known(on.gpu.peak, _names(precision.convolution or precision.peak, on))


@formula("definition", says="dense peak of the GPU for the products inside attention at a precision")
def attention_peak(on: Platform, precision: Precision) -> FlopPerSecond:
    """As `peak`, by the precision's own names for attention if it has any."""
    return _first_known(on.gpu.peak, precision.attention or precision.peak)


@formula("definition", says="what the GPU does outside its matrix units: its fp32 peak")
def scalar_peak(gpu: Gpu) -> FlopPerSecond:
    """Softmax, dequantisation and the like run there."""
    return _first_known(gpu.peak, ("fp32",))


@formula("nvidia-matmul-guide")
def filled(inner: Count, rate: FlopPerSecond, multiprocessors: Count) -> Fraction:
    """Share of a tile's time in which its pipeline multiplies; the faster it does, the longer products must be."""
    return inner / (inner + FILL * rate / multiprocessors / (FLOP_PER_MAC * TILE * TILE))


@formula("definition", says="share of the peak that large matrix products reach at a precision, measured")
def matmul_share(on: Platform, precision: Precision) -> Fraction:
    """The precision's own figure, else the lowest of the GPU."""
    return _first_known(on.achieved.matmul, precision.peak) * on.achieved.sustained * on.engine.matmul_efficiency


def _names(names: tuple[str, ...], on: Platform) -> tuple[str, ...]:
    """Names of a precision's peaks, that of fp16 sums first where the engine sums in fp16 and the GPU gains by it."""
    return ("fp16-sums", *names) if on.engine.short_accumulation and names[0] == "fp16" else names


def _first_known(known: Mapping[str, Num], names: tuple[str, ...]) -> Num:
    """The entry of the first name that has one; the smallest of all if none has."""
    found = [known[name] for name in names if name in known]
    return found[0] if found else min(known.values())


@formula("nvidia-matmul-guide")
def tiles(rows: Count, columns: Count) -> Count:
    """Output tiles of a matrix product; one row still needs a tile."""
    return maximum(ceil(rows / TILE), 1.0) * ceil(columns / TILE)


@formula("nvidia-matmul-guide")
def splits(tiles: Count, inner: Count, multiprocessors: Count) -> Count:
    """Parts a product is split into along its inner length: while multiprocessors would idle and the length allows."""
    return maximum(1.0, minimum(ceil(multiprocessors / tiles - HALF), ceil(inner / SPLIT)))


@formula("nvidia-matmul-guide")
def busy_share(slices: Count, multiprocessors: Count) -> Fraction:
    """Share of the multiprocessors that work, over all waves of slices."""
    return slices / (ceil(slices / multiprocessors) * multiprocessors)


@formula(
    "nvidia-matmul-guide",
    says="busy_share of the output tiles, split along the inner length; small products leave many idle",
)
def occupancy(rows: Count, columns: Count, inner: Count, multiprocessors: Count) -> Fraction:
    """Share of the GPU that a matrix product of this shape keeps busy."""
    whole = tiles(rows, columns)
    return busy_share(whole * splits(whole, inner, multiprocessors), multiprocessors)


@formula("definition", says="share of what tiles promise that a product of so many rows reaches, where it was measured")
def rows_share(rows: Count, on: Platform) -> Fraction:
    """Between measured numbers of rows, and level beyond them; 1 where no curve was measured."""
    curve = on.achieved.matmul_by_rows
    return interpolate([(point.rows, point.share) for point in curve], rows) if curve else 1.0


@formula("nvidia-matmul-guide")
def linear_rate(op: Linear, on: Platform, precision: Precision) -> FlopPerSecond:
    """Arithmetic that a matrix product of this shape reaches."""
    return (
        peak(on, precision)
        * matmul_share(on, precision)
        * filled(op.inner, peak(on, precision), on.gpu.multiprocessors)
        * occupancy(op.rows, op.columns, op.inner, on.gpu.multiprocessors)
        * rows_share(op.rows, on)
    )


@formula(
    "definition", says="share of the peak that convolutions reach; those that span time as well as space are far slower"
)
def convolution_share(op: Convolution, on: Platform) -> Fraction:
    """Three-dimensional kernels are known by their taps: 27, or 3 along time alone."""
    through_time = (op.kernel == CUBE_TAPS) | (op.kernel == TIME_TAPS)
    return where(through_time, on.achieved.convolution_3d, on.achieved.convolution)


@formula("definition", says="products behind each number that a convolution writes")
def convolution_inner(op: Convolution) -> Count:
    """Input channels of a group times taps."""
    return op.in_channels * op.kernel / op.groups


@formula("nvidia-matmul-guide")
def convolution_rate(op: Convolution, on: Platform, precision: Precision) -> FlopPerSecond:
    """Arithmetic that a convolution reaches: a matrix product of positions by output channels."""
    return (
        convolution_peak(on, precision)
        * convolution_share(op, on)
        * on.engine.matmul_efficiency
        * filled(convolution_inner(op), convolution_peak(on, precision), on.gpu.multiprocessors)
        * occupancy(op.positions, op.out_channels, convolution_inner(op), on.gpu.multiprocessors)
    )


@formula("dao-2022")
def padding(head_dim: Count) -> Fraction:
    """Useful share of the padded head."""
    return head_dim / (ceil(head_dim / PADDED_HEAD) * PADDED_HEAD)


@formula("dao-2022")
def attention_rate(op: Attention, on: Platform, precision: Precision) -> FlopPerSecond:
    """Arithmetic that the two products inside a fused attention kernel reach."""
    return attention_peak(on, precision) * on.achieved.attention * on.engine.attention_efficiency * padding(op.head_dim)
