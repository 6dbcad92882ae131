"""A derivation: an estimate made while every formula is watched, and where each number in it comes from."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.counting.operators import attention_flop, causal_attention_flop, flop_by_class, params
from tokencost.errors import UsageError
from tokencost.formula import Step, deriving
from tokencost.nouns.answer import Estimate
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.nouns.work import Attention, Operator
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.fitting import fitted
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.single import asked
from tokencost.units import Count, Flop


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a record stands in the catalogue: its folder, its id, and the path inside it."""

    kind: str
    id: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a network in one pass: parameters and FLOPs by operator class, attention as the whole square.

    `needed` are the FLOPs of attention that remain where causal kernels compute the triangle alone.
    """

    name: str
    params: Count
    flop: Mapping[str, Flop]
    needed: Flop


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An estimate with its derivation: `origins`: id(record) to its place, `blocks`: phase to its network's blocks."""

    estimate: Estimate
    root: Step
    ready: Prepared
    origins: Mapping[int, Origin]
    blocks: Mapping[str, tuple[Block, ...]]
    catalog: Catalog


def explain_model(catalog: Catalog, name: str, task: str, output: OutputOptions, options: RunOptions) -> Explanation:
    """The derivation of an estimate; sizes off the grid are refused."""
    model, request = asked(catalog, name, task, output, options)
    request, _, wrong = fitted(catalog, model, request)
    if wrong:
        raise UsageError(*(f"{model.id}: {violation.message}" for violation in wrong))
    return explain(catalog, model, request, options)


def explain(catalog: Catalog, model: Model, request: Request, options: RunOptions) -> Explanation:
    """Run the whole pipeline under `deriving`."""
    if model.family == "api":
        raise UsageError(f"{model.id} is priced by its provider: `tokencost estimate {model.id}` shows the line")
    with deriving() as root:
        ready = prepare(catalog, model, request, options)
        estimate = measured(catalog, ready, options)
    blocks = {phase.id: grouped(phase.operators) for phase in ready.program}
    return Explanation(
        estimate=estimate, root=root, ready=ready, origins=_origins(ready), blocks=blocks, catalog=catalog
    )


def _origins(ready: Prepared) -> dict[int, Origin]:
    """Every record that went in, and every record inside it, by identity."""
    made, on = ready.generator, ready.platform
    records: list[tuple[str, Any]] = [("models", made.model), ("gpus", on.gpu), ("engines", on.engine)]
    records += [("achieved", on.achieved), ("power", on.power)]
    records += [("precisions", precision) for precision in on.precisions.values()]
    records += [("networks", net) for net in made.networks.values()]
    records += [("tokenizers", made.tokenizer)] if made.tokenizer else []
    return origins_of(records)


def origins_of(records: Sequence[tuple[str, Any]]) -> dict[int, Origin]:
    """Records by folder, and every record inside them, by identity."""
    found: dict[int, Origin] = {}
    for kind, record in records:
        _walk(found, record, Origin(kind=kind, id=record.id, path=""))
    return found


def _walk(found: dict[int, Origin], record: Any, origin: Origin) -> None:
    found[id(record)] = origin
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if dataclasses.is_dataclass(value):
            _walk(found, value, replace(origin, path=f"{origin.path}{field.name}."))


def grouped(operators: tuple[Operator, ...]) -> tuple[Block, ...]:
    """Operators by the first two parts of their ids, in the order they run."""
    blocks: dict[str, list[Operator]] = {}
    for op in operators:
        blocks.setdefault(".".join(op.id.split(".")[:2]), []).append(op)
    return tuple(
        Block(name=name, params=params(ops), flop=flop_by_class(ops), needed=_needed(ops))
        for name, ops in blocks.items()
    )


def _needed(operators: list[Operator]) -> Flop:
    stacks = [op for op in operators if isinstance(op, Attention)]
    return sum((causal_attention_flop(op) if op.causal else attention_flop(op) for op in stacks), 0.0)
