"""Names to nouns: the model made ready to run, and the platform it runs on."""

import math
import re

from tokencost.catalog.load import Catalog
from tokencost.errors import UsageError
from tokencost.nouns.generator import Generator
from tokencost.nouns.hardware import Achieved, Gpu, Parallelism, Platform, Precision
from tokencost.nouns.model import Guidance, Model
from tokencost.planning.options import GuidanceMode, RunOptions
from tokencost.record import replace

PART = re.compile(r"(tp|ulysses|ring|usp|cfg|sp|pipefusion)([0-9]{1,4})")
NARROW, WIDE = "fp16", "fp32"
"""The precision whose range some components overflow, and the one they run in instead."""
AXES = {
    "tp": "tensor",
    "ulysses": "sequence",
    "ring": "sequence",
    "usp": "sequence",
    "sp": "sequence",
    "cfg": "guidance",
    "pipefusion": "pipeline",
}


def generator(catalog: Catalog, model: Model, options: RunOptions) -> Generator:
    """The model's networks and sampling settings, with what the options override."""
    found = {role: catalog.get("networks", part.network) for role, part in model.components.items()}
    generation, reader = model.generation, model.perception
    grid = generation.tokenizer if generation else (reader.tokenizer if reader else "")
    guidance = generation.guidance if generation else Guidance()
    steps = options.steps if options.steps is not None else float(generation.steps if generation else 0)
    return Generator(
        id=model.id,
        model=model,
        networks=found,
        tokenizer=catalog.get("tokenizers", grid) if grid else None,
        steps=1.0 * steps,
        guidance=_guided(guidance, options, catalog),
    )


def _guided(guidance: Guidance, options: RunOptions, catalog: Catalog) -> Guidance:
    """Guidance as asked for; else as the engine serves it; else as released."""
    if options.guidance:
        return replace(guidance, mode=options.guidance, branches=branches_of(guidance, options.guidance))
    engine = catalog.get("engines", options.engine)
    if engine.guidance == "batched" and guidance.mode == "sequential":
        return replace(guidance, mode="batched")
    return guidance


def branches_of(guidance: Guidance, mode: GuidanceMode | None) -> int:
    """Branches that are run when a user asks for a mode; None: as released."""
    mode, branches = (mode, 2) if mode else (guidance.mode, 1)
    return max(guidance.branches, branches) if mode in ("batched", "sequential") else 1


def platform(catalog: Catalog, options: RunOptions, made_ready: Generator) -> Platform:
    """A replica as the options describe it; several GPUs share a decoder's tensors or a denoiser's sequence."""
    parts = made_ready.model.components.values()
    insisted = {name for part in parts for name in (part.precision, part.stored) if name}
    kind = "diffusion" if "denoiser" in made_ready.networks else "decode"
    gpu: Gpu = catalog.get("gpus", options.gpu)
    _linked(gpu, options)
    precision: Precision = catalog.get("precisions", options.precision)
    others: Precision = catalog.get("precisions", precision.others) if precision.others else precision
    return Platform(
        gpu=gpu,
        achieved=achieved(catalog, gpu),
        power=catalog.get("power", "gpus"),
        engine=catalog.get("engines", options.engine),
        precisions={
            "backbone": precision,
            "other": others,
            "wide": catalog.get("precisions", WIDE) if others.id == NARROW else others,
            **{name: catalog.get("precisions", name) for name in insisted},
        },
        parallelism=parallelism(options.parallelism, options.gpus, kind),
        gpus=float(options.gpus),
    )


def _linked(gpu: Gpu, options: RunOptions) -> None:
    """Refuse to share one request among GPUs that nothing is known to link."""
    if options.gpus > 1 and options.parallelism != "replicas" and not gpu.link_bandwidth:
        raise UsageError(f"--gpus {options.gpus}: the record of {gpu.id} names no link_bandwidth to a second one")


def achieved(catalog: Catalog, gpu: Gpu) -> Achieved:
    """Measured shares of the GPU itself, else of its generation, else the default."""
    if catalog.find("achieved", gpu.id):
        own: Achieved = catalog.get("achieved", gpu.id)
        return own
    by_generation = [a for a in catalog.all("achieved") if gpu.generation in a.generations]
    fallback: Achieved = catalog.get("achieved", "default")
    return by_generation[0] if by_generation else fallback


def parallelism(text: str, gpus: int, kind: str) -> Parallelism:
    """`cfg2xulysses4` as shares per axis; empty means tensor parallel for decoders, sequence parallel for denoisers."""
    if not text or text == "replicas":
        if gpus == 1 or text == "replicas":
            return Parallelism()
        return Parallelism(tensor=float(gpus)) if kind == "decode" else Parallelism(sequence=float(gpus))
    shares = {"tensor": 1.0, "sequence": 1.0, "guidance": 1.0, "pipeline": 1.0}
    for part in text.split("x"):
        match = PART.fullmatch(part)
        if not match or not int(match[2]):
            raise UsageError(
                f"parallelism {text[:40]!r}: write parts like tp4, ulysses2, ring2, usp8, cfg2 or pipefusion4, "
                "joined by x"
            )
        shares[AXES[match[1]]] *= float(match[2])
    used = math.prod(shares.values())
    if shares["pipeline"] > 1 and kind == "decode":
        raise UsageError(f"parallelism {text!r}: pipefusion shares the steps of a denoiser; decoders take tp")
    if used != gpus:
        raise UsageError(f"parallelism {text!r} uses {used:g} GPUs, but there are {gpus}")
    return Parallelism(**shares)
