"""From a candidate's phases to what its replica makes of a request: slots, steps, and the three times of a step.

A decode step of b requests with K cached tokens takes t0 + t1 b + g K. The three numbers come from the timing model, at
one request and at a full batch, with the cache half full and full. Between those batches the line is an approximation;
where arithmetic takes over from traffic inside the range it lies above the model.
"""

from tokencost.nouns.hardware import Platform
from tokencost.nouns.work import Attention, Phase, Program
from tokencost.planning.estimate import Prepared
from tokencost.record import dataclass, replace
from tokencost.serving.decoding import Replica
from tokencost.serving.service import Service, shared
from tokencost.timing.phases import link_time, phase_time, step_demand, step_time
from tokencost.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    """A request by itself: one step of its decoding, and all besides its steps, for which a batch stands still."""

    step: Seconds
    besides: Seconds


def lone_of(single: Prepared) -> Lone:
    """The times of one request that shares its steps with nobody."""
    steps = (_decode(single.program), *_drafts(single.program))
    besides = tuple(phase for phase in single.program if phase not in steps)
    return Lone(step=_step(single.program, single.platform), besides=_seconds(besides, single.platform))


def service_of(lone: Lone, full: Prepared) -> Service:
    """What a replica does with requests that come one by one and share their steps; `full` is a full batch of them."""
    return shared(_replica(lone, full))


def shares_steps(ready: Prepared) -> bool:
    """Decoders share a pass among requests at little cost; a denoiser at full size gains nothing from a batch."""
    return any(phase.kind == "decode" for phase in _writing(ready.program)) and (
        "denoiser" not in ready.generator.networks
    )


def _replica(one: Lone, full: Prepared) -> Replica:
    """Steps that write several tokens count the cache in as many tokens as a step adds."""
    many, on, slots = _decode(full.program), full.platform, int(full.request.batch)
    passes, grown = float(many.caches), float(many.tokens) / float(full.request.batch)
    kept = (grown - 1) * passes / float(many.steps) if many.steps else 1.0
    prompt, mean = float(many.cached) - grown, float(many.cached) - grown / 2
    lone, crowded = float(one.step), _step(full.program, on)
    later = _with_context(many, mean, float(many.cached), ahead=_looked_ahead(full))
    longer = max(0.0, _pass_time(later, on) - _pass_time(many, on))
    token_time = longer / (slots * grown / 2) / passes
    row_time = max(0.0, (crowded - lone) / (slots - 1) - token_time * passes * mean)
    return Replica(
        slots=slots, steps=round(float(many.steps)), prompt_tokens=round(prompt * passes / kept),
        step_time=max(0.0, lone - row_time - token_time * passes * mean), row_time=row_time,
        token_time=token_time * kept, prefill_time=float(one.besides),
    )  # fmt: skip


def _looked_ahead(ready: Prepared) -> float:
    """Tokens that a pass sees beyond the one it is sure to write."""
    drafting = ready.generator.drafting
    return float(drafting.window or drafting.draft_length + 1) - 1 if drafting else 0.0


def _seconds(program: Program, on: Platform) -> float:
    return sum((float(phase_time(phase, on)) for phase in program), 0.0)


def _step(program: Program, on: Platform) -> float:
    """A decode step with the drafts that it verifies."""
    decode = _decode(program)
    shares = [(phase, float(phase.steps) / float(decode.steps)) for phase in _drafts(program)]
    return _pass_time(decode, on) + sum(share * _pass_time(phase, on) for phase, share in shares)


def _drafts(program: Program) -> list[Phase]:
    return [phase for phase in program if phase.component == "draft"]


def _pass_time(phase: Phase, on: Platform) -> float:
    return float(step_time(step_demand(phase, on), link_time(phase, on), on))


def _writing(program: Program) -> list[Phase]:
    return [phase for phase in program if phase.kind == "decode" and float(phase.tokens) and float(phase.cached)]


def _decode(program: Program) -> Phase:
    return max(_writing(program), key=lambda phase: float(phase.steps))


def _with_context(phase: Phase, mean: float, cached: float, *, ahead: float) -> Phase:
    """The same step later: attention over the cache sees `cached` tokens instead of `mean`, and those `ahead`."""
    grown = tuple(
        replace(op, context=cached + ahead) if isinstance(op, Attention) and op.context == mean + ahead else op
        for op in phase.operators
    )
    return replace(phase, operators=grown)
