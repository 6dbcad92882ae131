"""Derivations: each formula, the numbers put into it with their units, and who says each of them.

What is shown is read from the formulas themselves, so it cannot drift from what was computed. A phase has
hundreds of operators; the one that takes longest is derived in full and the others stand in a table, unless
all of them are asked for.
"""

import ast
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tokencost.catalog.load import Catalog
from tokencost.formula import Formula, Step, unit_of_field
from tokencost.nouns.request import Request
from tokencost.planning.explained import Origin
from tokencost.report import numbers
from tokencost.units import Constant

PER_OPERATOR = ("operator_cost", "flop", "network_params")
"""Formulas that are called once per operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A number that an expression reads: where it stands, its value, its unit, and who says so."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One formula with what was put into it.

    `left_out` counts operators that are not shown, `result` is
    what it returned."""

    name: str
    about: str
    value: float | None
    unit: str
    expression: str
    cites: str
    leaves: tuple[Leaf, ...]
    inner: tuple["Derived", ...]
    left_out: int = 0
    result: Any = None


class Watched(Protocol):
    """What was recorded, and where its records stand in the catalogue."""

    @property
    def root(self) -> Step: ...  # noqa: D102
    @property
    def origins(self) -> Mapping[int, Origin]: ...  # noqa: D102
    @property
    def catalog(self) -> Catalog: ...  # noqa: D102


def derive(explained: Watched, *, full: bool = False) -> tuple[Derived, ...]:
    """The derivation as records, in the order of the computation."""
    made = _makers(explained.root)
    return tuple(_derived(step, explained, made, full) for step in explained.root.children)


def _makers(root: Step) -> dict[int, str]:
    """id of everything a formula made, and of every record inside a tuple it made, to the formula's name."""
    found: dict[int, str] = {}

    def visit(step: Step) -> None:
        values = step.value if isinstance(step.value, tuple) else (step.value,)
        for value in values:
            if dataclasses.is_dataclass(value):
                network = getattr(step.inputs.get("net"), "id", "")
                found[id(value)] = f"{step.formula.name}({network})" if network else step.formula.name
        for child in step.children:
            visit(child)

    visit(root)
    return found


def _derived(step: Step, explained: Watched, made: Mapping[int, str], full: bool) -> Derived:
    children, left_out = (step.children, 0) if full else _longest(step.children)
    value = float(step.value) if isinstance(step.value, int | float) else None
    return Derived(
        name=step.formula.name,
        about=_about(step),
        value=value,
        unit=step.formula.output.symbol if step.formula.output else "",
        expression=step.formula.expression,
        cites=step.formula.cites,
        leaves=tuple(_leaves(step, explained, made)),
        inner=tuple(_derived(child, explained, made, full) for child in children),
        left_out=left_out,
        result=step.value,
    )


def _longest(children: list[Step]) -> tuple[list[Step], int]:
    """Of formulas that run once per operator only the call with the largest result."""
    single = [c for c in children if c.formula.name not in PER_OPERATOR]
    many = [c for c in children if c.formula.name in PER_OPERATOR]
    if len(many) <= 1:
        return children, 0
    largest = max(many, key=lambda step: _size(step.value))
    return [*single, largest], len(many) - 1


def _size(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float(getattr(value, "seconds", 0.0))


def _about(step: Step) -> str:
    """The ids of the records it is about, the first of each."""
    ids = [getattr(value, "id", "") for value in step.inputs.values() if not isinstance(value, Request)]
    return ", ".join(dict.fromkeys(name for name in ids if name))


def _leaves(step: Step, explained: Watched, made: Mapping[int, str]) -> Iterator[Leaf]:
    """Numbers the expression reads from records, from arguments, and from named constants."""
    if step.formula.says:
        yield from _shape(step, explained, made)
        return
    for path in attribute_paths(step.formula):
        leaf = _leaf(step, path, explained, made)
        if leaf is not None:
            yield leaf
    for name, constant in constants(step.formula):
        yield Leaf(name=name, value=float(constant), unit=constant.unit.symbol, source=f"constant: {constant.why}")


def _shape(step: Step, explained: Watched, made: Mapping[int, str]) -> Iterator[Leaf]:
    """What an algorithm that writes down a network reads: the numbers of the network's record."""
    net = step.inputs.get("net")
    if net is None or id(net) not in explained.origins:
        return
    for field in dataclasses.fields(net):
        value, unit = getattr(net, field.name), unit_of_field(type(net), field.name)
        if unit is not None and isinstance(value, int | float) and value:
            source = _source(net, field.name, explained, made)
            yield Leaf(name=f"net.{field.name}", value=float(value), unit=unit.symbol, source=source)


def _leaf(step: Step, path: str, explained: Watched, made: Mapping[int, str]) -> Leaf | None:
    *way, last = path.split(".")
    if not way:
        value, unit, source = step.inputs.get(last), step.formula.units.get(last), "from the formula above"
    else:
        record = step.inputs.get(way[0])
        for name in way[1:]:
            record = getattr(record, name)
        value, unit = getattr(record, last, None), unit_of_field(type(record), last)
        source = _source(record, last, explained, made)
    if isinstance(value, bool):
        value = int(value)
    if not isinstance(value, int | float):
        return None
    return Leaf(name=path, value=float(value), unit=unit.symbol if unit else "", source=source)


def _source(record: Any, field: str, explained: Watched, made: Mapping[int, str]) -> str:
    origin = explained.origins.get(id(record))
    if origin is not None:
        said = explained.catalog.source(origin.kind, origin.id, f"{origin.path}{field}")
        return f"{origin.kind}/{origin.id}: {said}" if said else f"{origin.kind}/{origin.id}"
    own = getattr(record, f"{field}_source", "") or getattr(record, "source", "")
    if own:
        return str(own)
    if isinstance(record, Request):
        return "the request: your flags or spec, else the model's native size"
    if id(record) in made:
        return f"computed by {made[id(record)]}"
    return {"Parallelism": "how the platform's GPUs share the work"}.get(
        type(record).__name__, f"this {type(record).__name__.lower()}"
    )


def attribute_paths(formula: Formula) -> list[str]:
    """`on.gpu.memory_bandwidth` and the like, in reading order, without repeats or shorter parts."""
    tree = ast.parse(formula.expression, mode="eval")
    found = [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Attribute | ast.Name)]
    whole = [p for p in found if p.split(".")[0] in formula.signature.parameters]
    return list(dict.fromkeys(p for p in whole if not any(q.startswith(p + ".") for q in found)))


def constants(formula: Formula) -> list[tuple[str, Constant]]:
    """Named constants that the expression uses."""
    tree = ast.parse(formula.expression, mode="eval")
    scope = getattr(formula.call, "__globals__", {})
    names = dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))
    return [(name, scope[name]) for name in names if isinstance(scope.get(name), Constant)]


def lines(found: Derived, depth: int = 0, seen: set[tuple[object, ...]] | None = None) -> Iterator[tuple[int, str]]:
    """The derivation as text, each line with its indentation; what was derived before is only named again."""
    seen = set() if seen is None else seen
    value = f" = {shown(found.value, found.unit)}" if found.value is not None else ""
    title = f"{found.name} ({found.about}){value}" if found.about else f"{found.name}{value}"
    key = (found.name, found.about, repr(found.result), found.leaves)
    if key in seen:
        yield depth, f"{title}, as above"
        return
    seen.add(key)
    yield depth, title
    yield depth + 2, f"{found.expression}  [{found.cites}]"
    for source, leaves in _by_source(found.leaves):
        yield depth + 2, f"· {', '.join(f'{leaf.name} = {shown(leaf.value, leaf.unit)}' for leaf in leaves)} ← {source}"
    for inner in _once(found.inner):
        yield from lines(inner, depth + 1, seen)
    if found.left_out:
        yield depth + 1, f"… {found.left_out} more operators in the same way (--full shows them)"


def _by_source(leaves: tuple[Leaf, ...]) -> Iterator[tuple[str, list[Leaf]]]:
    """Leaves that the same source speaks for, together."""
    groups: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(leaf.source, []).append(leaf)
    yield from groups.items()


def _once(inner: tuple[Derived, ...]) -> Iterator[Derived]:
    """Calls of one formula with the same result and the same leaves, the first of each."""
    seen = set()
    for derived in inner:
        key = (derived.name, derived.about, repr(derived.result), derived.leaves)
        if key not in seen:
            seen.add(key)
            yield derived


def shown(value: float, unit: str) -> str:
    """A number with its unit; counts say that they are counts."""
    match unit:
        case "":
            return f"{numbers.count(value)} (count)"
        case "s":
            return numbers.time(value)
        case "USD":
            return numbers.usd(value)
        case "USD/s":
            return f"{numbers.usd(value * numbers.HOUR)}/h"
    return numbers.scaled(value, unit)
