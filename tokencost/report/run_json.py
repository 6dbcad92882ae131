"""What is known of one request on its platform, as the fields of a JSON object."""

from collections.abc import Sequence

from tokencost.nouns.answer import Estimate, Footprint, Interval, Note, PhaseTime, PlatformName, Tokens
from tokencost.nouns.electricity import Electricity
from tokencost.report.numbers import Json, stable

Fields = dict[str, Json]


def run_fields(run: Estimate) -> Fields:
    """What is known of one request on its platform."""
    flop: Fields = {"total": stable(sum(float(phase.flop) for phase in run.phases))}
    busy = run.platform is not None
    return {
        "platform": platform_fields(run.platform) if run.platform else None,
        "tokens": token_fields(run.tokens) if run.tokens else None,
        "params": {name: stable(value) for name, value in run.params.items()},
        "phases": [_phase(phase) for phase in run.phases],
        "flops": flop | _flop_by_phase(run.phases) if run.phases else None,
        "memory": memory_fields(run.footprint) if run.footprint else None,
        "latency": _spread(run.latency, "seconds") if busy or float(run.latency.value) else None,
        "throughput": _throughput(run) if busy else None,
        "energy": _spread(run.energy, "joules") if run.energy else None,
        "electricity": electricity_fields(run.electricity) if run.electricity else None,
        "accelerations": list(run.accelerations),
        "assumptions": [_note(note) for note in run.assumptions],
        "sources": list(run.sources),
    }


UNKNOWN_RUN: Fields = {
    "platform": None, "tokens": None, "params": {}, "phases": [], "flops": None, "memory": None, "latency": None,
    "throughput": None, "energy": None, "electricity": None, "accelerations": [], "assumptions": [], "sources": [],
}  # fmt: skip
"""The fields of a run nobody could estimate."""


def platform_fields(on: PlatformName) -> Fields:
    """A platform as people name it."""
    return {
        "gpu": on.gpu,
        "gpus": stable(on.gpus),
        "engine": on.engine,
        "precision": on.precision,
        "parallelism": on.parallelism,
    }


def token_fields(tokens: Tokens) -> Fields:
    """Tokens of one request."""
    return {
        "grid": [stable(side) for side in tokens.grid],
        "visual": stable(tokens.visual),
        "structural": stable(tokens.structural),
        "text": stable(tokens.text),
        "sequence": stable(tokens.sequence),
        "generated": stable(tokens.generated),
    }


def _phase(phase: PhaseTime) -> Fields:
    return {
        "id": phase.id,
        "component": phase.component,
        "steps": stable(phase.steps),
        "flop": stable(phase.flop),
        "memory_traffic_bytes": stable(phase.memory_traffic),
        "link_traffic_bytes": stable(phase.link_traffic),
        "seconds": stable(phase.seconds),
        "bound": phase.bound,
    }


def _flop_by_phase(phases: Sequence[PhaseTime]) -> Fields:
    """Work by phase id; an id that comes twice is one entry."""
    ids = dict.fromkeys(phase.id for phase in phases)
    return {name: stable(sum(float(phase.flop) for phase in phases if phase.id == name)) for name in ids}


def memory_fields(memory: Footprint) -> Fields:
    """Memory of one GPU of a replica."""
    return {
        "weights_bytes": stable(memory.weights),
        "kv_cache_bytes": stable(memory.kv_cache),
        "activations_bytes": stable(memory.activations),
        "reserve_bytes": stable(memory.reserve),
        "peak_bytes": stable(memory.peak),
        "available_bytes": stable(memory.available),
        "fits": bool(memory.fits),
        "batch_limit": stable(memory.batch_limit),
    }


def _throughput(run: Estimate) -> Fields:
    return {
        "requests_per_second": stable(run.requests_per_second),
        "tokens_per_second": stable(run.tokens_per_second),
    }


def _spread(value: Interval, name: str) -> Fields:
    return {name: stable(value.value), "low": stable(value.low), "high": stable(value.high)}


def electricity_fields(taken: Electricity) -> Fields:
    """What an asset takes from the grid, line by line."""
    siting = taken.siting
    return {
        "per_asset_joules": stable(taken.joules),
        "per_asset_kg_co2e": stable(taken.carbon),
        "per_month_joules": stable(taken.month_joules),
        "per_month_kg_co2e": stable(taken.month_carbon),
        "region": siting.region,
        "carbon_kg_per_joule": stable(siting.carbon),
        "carbon_source": siting.carbon_source,
        "pue": stable(siting.pue),
        "pue_source": siting.pue_source,
        "lines": [
            {"name": line.name, "joules": stable(line.joules), "kg_co2e": stable(line.carbon)} for line in taken.lines
        ],
    }


def _note(note: Note) -> Fields:
    return {"name": note.name, "value": note.value, "reason": note.reason}
