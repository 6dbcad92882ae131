"""How far a saved result is from what its spec gives today, and whether prices, records or the program moved."""

from collections.abc import Iterator, Mapping, Sequence

from tokencost import __version__
from tokencost.catalog.digest import digests
from tokencost.deciding.attribution import Vector
from tokencost.nouns.change import Altered, Cause, MeasureName, Outcome
from tokencost.planning.sides import Side
from tokencost.planning.vector import LINE, vector

SAME = 1e-9
"""Relative difference that comes from the digits a saved result has lost."""
UNSAID = "not said"
Drift = list[tuple[Cause, Vector]]


def drift_of(old: Side, new: Side, ends: tuple[Vector, Vector], names: Sequence[MeasureName]) -> Drift:
    """The distance of the saved sides from what was computed: dearer prices first, the rest by what else differs."""
    saved = [vector(side.outcome, names) or {} for side in (old, new)]
    total = _sum(_times(ends[0], 1), _times(saved[0], -1), _times(saved[1], 1), _times(ends[1], -1))
    if not _matters(total, saved):
        return []
    price = _sum(_times(_repriced(old, names), 1), _times(_repriced(new, names), -1))
    rest = _sum(total, _times(price, -1))
    found: Drift = []
    if _matters(price, saved):
        found.append((Cause(kind="price", altered=tuple(_prices(old, new))), price))
    if _matters(rest, saved):
        found.append((_rest(old, new), rest))
    elif found:
        found = [(found[0][0], total)]
    return found


def _times(one: Vector, factor: float) -> Vector:
    return {key: value * factor for key, value in one.items()}


def _sum(*vectors: Vector) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in vectors:
        for key, value in one.items():
            total[key] = total.get(key, 0.0) + value
    return total


def _matters(found: Vector, saved: Sequence[Vector]) -> bool:
    largest = {key: max(abs(one.get(key, 0.0)) for one in saved) for key in found}
    return any(abs(value) > SAME * max(largest[key], max(largest.values())) for key, value in found.items())


def _repriced(side: Side, names: Sequence[MeasureName]) -> Vector:
    """What the saved quantities cost more at the prices of the computation: total over saved total, line by line."""
    if side.saved is None or side.computed is None:
        return {}
    return _price_part(side.outcome, side.computed, vector(side.outcome, names) or {}, names)


def _price_part(was: Outcome, now: Outcome, saved: Vector, names: Sequence[MeasureName]) -> Vector:
    """Only where the same lines are paid on both: a model that is no longer chosen has no price to compare."""
    before, after = ({line.name: float(line.price or 0) for line in side.lines} for side in (was, now))
    if was.model != now.model or before.keys() != after.keys() or not all([*before.values(), *after.values()]):
        return {}
    lines = {f"{LINE}{n}": saved[f"{LINE}{n}"] * (after[n] / price - 1) for n, price in before.items() if price}
    share = sum(lines.values()) / saved[names[-1]] if saved[names[-1]] else 0.0
    return {**{name: saved[name] * share for name in names}, **lines}


def _prices(old: Side, new: Side) -> Iterator[Altered]:
    """Lines whose price is not the same on both sides."""
    before, after = ({line.name: line for line in side.outcome.lines} for side in (old, new))
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        texts = [f"{line.price:.6g} {line.price_unit}" if line and line.price else "" for line in (was, now)]
        yield Altered(path=f"price of {name}", before=texts[0], after=texts[1])


def _rest(old: Side, new: Side) -> Cause:
    """What else the two sides were computed with."""
    versions, records = [_version(side) for side in (old, new)], [_records(side) for side in (old, new)]
    kinds = sorted(kind for kind in {**records[0], **records[1]} if records[0].get(kind) != records[1].get(kind))
    altered = [Altered(path=f"catalogue/{k}", before=records[0].get(k, ""), after=records[1].get(k, "")) for k in kinds]
    if versions[0] == versions[1] and altered:
        return Cause(kind="catalogue", altered=tuple(altered))
    program = Altered(path="tokencost", before=versions[0], after=versions[1])
    return Cause(kind="version", altered=(program, *altered))


def _version(side: Side) -> str:
    return __version__ if side.saved is None else side.saved.version or UNSAID


def _records(side: Side) -> Mapping[str, str]:
    return digests(side.catalog) if side.saved is None else side.saved.catalogue
