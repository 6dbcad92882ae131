"""One model, one request, one platform: the pipeline from names to numbers."""

from tokencost.catalog.load import Catalog
from tokencost.counting.footprint import footprint
from tokencost.counting.networks import network_params
from tokencost.counting.tokens import count_tokens
from tokencost.families.lowering import lower
from tokencost.money.bill import bill_of_api, bill_of_request
from tokencost.money.electricity import of_request
from tokencost.money.energy import request_energy
from tokencost.nouns.answer import Bill, Estimate, Interval, Note, PhaseTime, PlatformName, Tokens
from tokencost.nouns.electricity import Siting
from tokencost.nouns.generator import Generator
from tokencost.nouns.hardware import Platform
from tokencost.nouns.model import ApiPrice, Model
from tokencost.nouns.request import Request
from tokencost.nouns.work import Attention, Phase, Program
from tokencost.planning.accelerating import changes_for, equipped, noted, switched, widened
from tokencost.planning.electricity import siting_of
from tokencost.planning.memory import remembered
from tokencost.planning.options import RunOptions
from tokencost.planning.prices import api_offer, dated, gpu_quote
from tokencost.planning.resolve import generator, platform
from tokencost.record import dataclass
from tokencost.timing.phases import time_phase
from tokencost.units import Count, Fraction, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything an estimate is made of, before time and money; `notes` and `spreads` are of its accelerations."""

    generator: Generator
    platform: Platform
    program: Program
    request: Request
    accelerations: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    spreads: tuple[Fraction, ...] = ()


def prepare(catalog: Catalog, model: Model, request: Request, options: RunOptions) -> Prepared:
    """Resolve names, put accelerations to use, and lower the request."""
    changes = changes_for(catalog, model, request.task, options.accelerations)
    run, options = switched(catalog, model, options, changes)
    ready = equipped(generator(catalog, run, options), changes)
    on = platform(catalog, options, ready)
    asks = ("program", model.id, run.id, options.accelerations, ready.steps, ready.guidance, request)
    return Prepared(
        generator=ready, platform=on, program=remembered(catalog, asks, lambda: lower(ready, request)), request=request,
        accelerations=tuple(change.id for change in changes), notes=noted(changes, model),
        spreads=tuple(change.spread for change in changes),
    )  # fmt: skip


def estimate(
    catalog: Catalog, model: Model, request: Request, options: RunOptions, notes: tuple[Note, ...] = ()
) -> Estimate:
    """Tokens, params, FLOPs, traffic, memory, time, energy and cost of one request (or batch)."""
    if model.family == "api":
        return _api_estimate(catalog, model, request, notes)
    return measured(catalog, prepare(catalog, model, request, options), options, notes)


def measured(catalog: Catalog, ready: Prepared, options: RunOptions, notes: tuple[Note, ...] = ()) -> Estimate:
    """The numbers of a prepared request."""
    made, on, request = ready.generator, ready.platform, ready.request
    phases = (*(_timed(catalog, phase, on) for phase in ready.program), *around(on))
    seconds = sum((phase.seconds for phase in phases), 0.0)
    joules = request_energy(ready.program, phases, on)
    written = sum((phase.tokens for phase in ready.program), 0.0)
    quote = gpu_quote(catalog, on.gpu.id, options.price, options.terms)
    factor = widened(on.engine.spread, ready.spreads)
    return Estimate(
        model=made.id,
        name=made.model.name,
        family=made.model.family,
        request=request,
        platform=named(on, options),
        tokens=tokens_of(made, ready.program, request),
        params=params_of(made),
        phases=phases,
        footprint=footprint(made, ready.program, on, request.batch),
        latency=spread(seconds, factor),
        requests_per_second=request.batch / seconds,
        tokens_per_second=written / seconds,
        energy=spread(joules, widened(on.power.spread, ready.spreads)) if on.gpu.power_limit else None,
        bill=bill_of_request(seconds, on.gpus, request.batch, quote),
        assumptions=(*notes, *ready.notes),
        sources=_remembered_sources(catalog, made, on),
        electricity=of_request(joules / request.batch, _siting(catalog, options)),
        accelerations=ready.accelerations,
    )


def _siting(catalog: Catalog, options: RunOptions) -> Siting:
    key = ("siting", options.region, options.site, options.pue)
    return remembered(catalog, key, lambda: siting_of(catalog, options))


def _remembered_sources(catalog: Catalog, made: Generator, on: Platform) -> tuple[str, ...]:
    networks = tuple(part.network for part in made.model.components.values())
    key = ("sources", made.id, networks, on.gpu.id, on.engine.id, on.achieved.id)
    return remembered(catalog, key, lambda: sources_of(catalog, made, on))


def _timed(catalog: Catalog, phase: Phase, on: Platform) -> PhaseTime:
    """Timed once where models share a phase: their text encoders, or all of their networks.

    Calls of one shape share their operators, so these are known by identity: to hash them takes as long as to price
    them. What is kept holds them, so that no others can take their place in memory.
    """
    what = (phase.id, phase.component, phase.steps, id(phase.operators), phase.precision, phase.parallel, phase.stretch)
    how = (on.gpu.id, on.achieved.id, on.engine.id, on.precisions[phase.precision].id, on.parallelism, on.gpus)
    return remembered(catalog, ("phase", what, how), lambda: (time_phase(phase, on), phase.operators))[0]


def _api_estimate(catalog: Catalog, model: Model, request: Request, notes: tuple[Note, ...]) -> Estimate:
    bill, latency = api_bill(catalog, model, request, None)
    return Estimate(
        model=model.id, name=model.name, family=model.family, request=request, platform=None, tokens=None, params={},
        phases=(), footprint=None, latency=Interval(value=latency, low=latency, high=latency), requests_per_second=0.0,
        tokens_per_second=0.0, energy=None, bill=bill, assumptions=notes, sources=(bill.price_source,),
    )  # fmt: skip


def api_bill(catalog: Catalog, model: Model, request: Request, average: float | None) -> tuple[Bill, Seconds]:
    """The provider's price for the asset, and its typical latency (0 if nobody says)."""
    width, height = int(request.width), int(request.height)
    found = remembered(catalog, ("offer", model.id, width, height), lambda: api_offer(catalog, model.id, width, height))
    if found is None:
        return bill_of_api(None, 1.0, "image", average, "no price known for this size"), 0.0
    offer, line = found
    ended = f", ended {offer.ended}" if offer.ended else ""
    source = f"{offer.provider} {offer.variant}, since {dated(line)}{ended} [{line.source}]"
    return bill_of_api(
        line.price, asset_of(offer, request), offer.per, average, source, dated(line)
    ), offer.typical_latency


def asset_of(offer: ApiPrice, request: Request) -> Count:
    """How many of its unit an offer asks to be paid for one asset: seconds of a clip, tokens of an image, or one."""
    if offer.per == "second" and request.fps:
        return float(request.frames) / float(request.fps)
    return float(offer.tokens) if offer.per == "token" else 1.0


def around(on: Platform) -> tuple[PhaseTime, ...]:
    """What the host does once per request outside all passes, as a phase of its own."""
    seconds = on.engine.host_time_per_request * on.achieved.host
    if isinstance(seconds, float | int) and not seconds:
        return ()
    return (
        PhaseTime(
            id="host", component="host", steps=1.0, flop=0.0, memory_traffic=0.0, link_traffic=0.0, kernels=0.0,
            seconds=seconds, bound="overhead",
        ),
    )  # fmt: skip


def spread(value: Count, factor: Count) -> Interval:
    """The central 90 % around a prediction: symmetric in ratio."""
    return Interval(value=value, low=value / factor, high=value * factor)


def named(on: Platform, options: RunOptions) -> PlatformName:
    """The platform as people name it."""
    split = on.parallelism
    shares = {"tp": split.tensor, "sp": split.sequence, "cfg": split.guidance, "pipefusion": split.pipeline}
    return PlatformName(
        gpu=on.gpu.id,
        gpus=on.gpus,
        engine=on.engine.id,
        precision=on.precisions["backbone"].id,
        parallelism=options.parallelism or "x".join(f"{name}{n:g}" for name, n in shares.items() if float(n) > 1),
    )


def tokens_of(made: Generator, program: Program, request: Request) -> Tokens | None:
    """Token figures: the tokenizer's for what is generated, the program's for what is read."""
    grid = made.tokenizer
    longest = _longest_context(program)
    text = _read_tokens(program)
    if request.task == "image-to-text":
        written = request.output_tokens
        seen = text - request.prompt_tokens
        return Tokens(
            grid=(1.0, 0.0, 0.0), visual=seen, structural=0.0, text=text, sequence=text + written, generated=written
        )
    if grid is None or made.model.generation is None:
        return None
    found = count_tokens(grid, request, float(made.model.generation.prompt_overhead))
    autoregressive = made.model.family == "autoregressive"
    return Tokens(
        grid=(found.frames, found.height, found.width),
        visual=found.visual,
        structural=found.structural if autoregressive else 0.0,
        text=text,
        sequence=text + found.generated if autoregressive else max(longest, float(found.visual)),
        generated=found.generated if autoregressive else 0.0,
    )


def _read_tokens(program: Program) -> Count:
    """Prompt tokens of the backbone: the queries of its prefill, or the text a denoiser sees."""
    for phase in program:
        if phase.id == "prefill":
            return next(op.queries for op in phase.operators if isinstance(op, Attention))
    return 0.0


def _longest_context(program: Program) -> Count:
    backbone = [p for p in program if p.component in ("denoiser", "transformer")]
    contexts = [op.context for p in backbone for op in p.operators if isinstance(op, Attention)]
    return max((float(c) for c in contexts), default=0.0)


def params_of(made: Generator) -> dict[str, Count]:
    """Parameters by role, and in all; a coder that both reads and writes images counts once."""
    seen: dict[str, str] = {}
    found: dict[str, Count] = {}
    for role, net in made.networks.items():
        network = made.model.components[role].network
        if network not in seen:
            found[role] = network_params(net)
            seen[network] = role
    return {"total": sum(found.values()), **found}


def sources_of(catalog: Catalog, made: Generator, on: Platform) -> tuple[str, ...]:
    """Who says the numbers that went in, sorted."""
    names = [("models", made.id), ("gpus", on.gpu.id), ("engines", on.engine.id), ("achieved", on.achieved.id)]
    names += [("networks", part.network) for part in made.model.components.values()]
    said = {text.partition(",")[0] for kind, name in names for text in catalog.index[kind][name]["sources"].values()}
    return tuple(sorted(said))
