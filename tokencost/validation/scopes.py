"""Which phases of a program a figure is about, and which share of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tokencost.counting.footprint import BACKBONES
from tokencost.errors import UsageError
from tokencost.families.phases import coder_phase, passes
from tokencost.nouns.work import Phase, Program
from tokencost.planning.estimate import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The phases that a scope is about, and the share of them that one unit of the scope is."""

    phases: Program
    share: float


def _everything(ready: Prepared) -> Program:
    return ready.program


def _denoising(ready: Prepared) -> Program:
    """The passes that draw; for next-token models all of sampling, reading the prompt included."""
    drawn = tuple(p for p in ready.program if p.id in ("denoise", "unmask") or p.id.startswith("scale-"))
    return drawn or tuple(p for p in ready.program if p.component in BACKBONES)


def _named(*beginnings: str) -> Callable[[Prepared], Program]:
    return lambda ready: tuple(p for p in ready.program if p.id.startswith(beginnings))


def _seeing(ready: Prepared) -> Program:
    """The phase that reads the image; of a model that draws, its coder the other way round."""
    seen = tuple(p for p in ready.program if p.id == "see")
    roles = [role for role in ("image_encoder", "image_decoder") if role in ready.generator.networks]
    return seen or tuple(coder_phase(ready.generator, ready.request, role, "encode", "see") for role in roles[:1])


SCOPES: Mapping[str, Callable[[Prepared], Program]] = {
    "request": _everything,
    "offline": _everything,
    "denoise": _denoising,
    "denoise-step": _denoising,
    "denoise-forward": _denoising,
    "decode": lambda ready: tuple(p for p in ready.program if p.id == "decode"),
    "decode-token": lambda ready: tuple(p for p in ready.program if p.id == "decode"),
    "prefill": _named("prefill"),
    "latent-decode": _named("decode-latent"),
    "text-encode": _named("text-encoder"),
    "image-encode": _seeing,
}
PER_STEP = ("denoise-step", "decode-token")
"""Scopes of one step with all its guidance branches."""


def part_of(scope: str, ready: Prepared) -> Part:
    """Phases and share of a scope; raises UsageError where the program has none of its phases."""
    if scope == "wall":
        raise UsageError("scope wall: hosts, fans and power supplies of a node are not predicted, only its GPUs")
    if scope not in SCOPES:
        raise UsageError(f"scope {scope[:40]!r}: choose from {', '.join(SCOPES)}")
    phases = SCOPES[scope](ready)
    if not phases or not any(float(phase.steps) > 0 for phase in phases):
        raise UsageError(f"{ready.generator.id} has no phase for scope {scope}")
    return Part(phases=phases, share=_share(scope, phases, float(passes(ready.generator))))


def _share(scope: str, phases: tuple[Phase, ...], branches: float) -> float:
    steps = sum(float(phase.steps) for phase in phases)
    if scope in PER_STEP:
        return branches / steps
    return 1 / steps if scope == "denoise-forward" else 1.0
