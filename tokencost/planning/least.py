"""The least time a request can take, from work alone: what lets a search leave out models without timing them.

The arithmetic of a program is the same on every platform, so its FLOPs over the fastest rate there bound its time from
below. With the pixels of an image it grows at least linearly, and shrinks at most with their square.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

from tokencost.catalog.load import Catalog
from tokencost.nouns.answer import Candidate, Estimate
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.planning.asked import Asked
from tokencost.planning.assumed import factor_of, said_of
from tokencost.planning.estimate import prepare
from tokencost.planning.fitting import fitted
from tokencost.planning.memory import remembered
from tokencost.planning.options import GuidanceMode, RunOptions
from tokencost.planning.resolve import branches_of, generator, platform
from tokencost.record import dataclass
from tokencost.timing.phases import phase_flop
from tokencost.timing.rates import attention_peak, convolution_peak, matmul_share, peak
from tokencost.units import Constant, Count

COMPUTED = Constant(0.99, "", "of the counted FLOPs; the last digits of a bound are no reason to leave a model out")
CAUSAL = Constant(0.49, "", "the same of a decoder, where fused kernels skip half of the attention that is counted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """FLOPs of the backbone for one request by model, and the request, guidance and steps they were counted for."""

    request: Request | None = None
    guidance: GuidanceMode | None = None
    steps: Count | None = None
    flop: Mapping[str, float] = field(default_factory=dict)


NOTHING = Known()


def known_of(asked: Asked, options: RunOptions, candidates: Sequence[Candidate]) -> Known:
    """What a plan's own estimates say about work."""
    flop = {c.model: _backbone(c.estimate) for c in candidates if c.estimate and c.estimate.platform}
    return Known(request=asked.request, guidance=options.guidance, steps=options.steps, flop=flop)


def counted(catalog: Catalog, models: Sequence[Model], asked: Asked, options: RunOptions) -> Known:
    """What the programs of models say about their work at this size, before any of them is timed."""
    able = [m for m in models if m.family != "api" and m.components and not fitted(catalog, m, asked.request)[2]]
    flop = {m.id: _work(catalog, m, fitted(catalog, m, asked.request)[0], options) for m in able}
    return Known(request=asked.request, guidance=options.guidance, steps=options.steps, flop=flop)


def _work(catalog: Catalog, model: Model, request: Request, options: RunOptions) -> float:
    program = prepare(catalog, model, request, options).program
    return sum((float(phase_flop(phase)) for phase in program if not _reads(phase.component)), 0.0)


def _reads(component: str) -> bool:
    """Whether a component reads the prompt: its work does not grow with the size of the output."""
    return component.startswith("text_encoder")


def _backbone(found: Estimate) -> float:
    """What grows with the size of the output: everything but reading the prompt."""
    work = sum((float(phase.flop) for phase in found.phases if not _reads(phase.component)), 0.0)
    return work / float(found.request.batch)


def least_seconds(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, known: Known) -> float:
    """A bound below the GPU time of a request, in a batch or alone; 0 where nothing is known."""
    work, before = known.flop.get(model.id), known.request
    changed = options.steps != known.steps or said_of(model, dict(asked.given.steps)) is not None
    if work is None or before is None or changed:
        return 0.0
    ratio = _size(asked.request) / _size(before)
    scaled = work * min(ratio, ratio * ratio) * _unguided(model, options, known)
    key = ("fastest", model.id, options.gpu, options.engine, options.precision, options.parallelism, options.gpus)
    rate = remembered(catalog, key, lambda: _fastest(catalog, model, options))
    share = COMPUTED if model.family == "diffusion" else CAUSAL
    return float(share) * scaled / rate / factor_of(model, dict(asked.given.speedups))


def _unguided(model: Model, options: RunOptions, known: Known) -> float:
    """The share of the known work that is left at least where guidance runs fewer branches."""
    if options.guidance == known.guidance or model.generation is None:
        return 1.0
    released = model.generation.guidance
    return min(1.0, branches_of(released, options.guidance) / branches_of(released, known.guidance))


def _size(request: Request) -> float:
    return float(request.width * request.height * request.frames)


def _fastest(catalog: Catalog, model: Model, options: RunOptions) -> float:
    """The rate that no matrix product, convolution or attention of a replica exceeds, in any precision it uses."""
    on = platform(catalog, options, generator(catalog, model, options))
    found = [
        max(
            float(peak(on, p) * matmul_share(on, p)),
            float(convolution_peak(on, p) * on.engine.matmul_efficiency)
            * max(float(on.achieved.convolution), float(on.achieved.convolution_3d)),
            float(attention_peak(on, p) * on.achieved.attention * on.engine.attention_efficiency),
        )
        for p in on.precisions.values()
    ]
    return max(found) * options.gpus
