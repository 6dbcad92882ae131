"""The sweep document: a base spec, axes along which it varies, filters, and what is asked of the points."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from tokencost.errors import Problem, SpecError
from tokencost.reading.document import Document
from tokencost.reading.document import Path as Place
from tokencost.reading.strict import read, read_file
from tokencost.reading.validate import in_order, problems_of
from tokencost.spec.quantities import Title, Version
from tokencost.spec.record import AtLeastOne, Record
from tokencost.spec.spans import Axis, Span, Values, listed
from tokencost.units import quoted

MAX_AXES = 16
"""Axes of one sweep at most."""
MAX_POINTS = 1_000_000_000
"""Points of one sweep at most: a night of two cores, and tens of gigabytes."""
MAX_KEPT = 10_000
"""Points that a summary shows at most."""
SHORT = {
    "gpu": "platform.gpu", "gpus": "platform.gpus", "engine": "platform.engine", "precision": "platform.precision",
    "parallelism": "platform.parallelism", "price": "platform.price", "spares": "platform.spares",
    "batch": "assume.batch", "steps": "assume.steps", "guidance": "assume.guidance",
    "width": "output.width", "height": "output.height", "seconds": "output.seconds", "frames": "output.frames",
}  # fmt: skip
"""Names of axes that stand for a field of the spec."""
WHOLE = {
    "output.width", "output.height", "output.frames", "input.width", "input.height", "resolution", "prompt_tokens",
    "output_tokens", "assume.batch", "assume.steps", "platform.gpus", "platform.spares",
}  # fmt: skip
"""Fields of whole numbers: a range over them is rounded, equal values once."""
PATH = re.compile(r"[a-z_][a-z0-9_-]*(\.[A-Za-z0-9._+-]+)*")
COMPARISON = re.compile(r"\s*([A-Za-z_][\w.+-]*)\s*(<=|>=|==|!=|<|>)\s*(\S.*?)\s*")
OPERATORS = ("<=", ">=", "==", "!=", "<", ">")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One filter: the value of an axis or a metric beside a bound, as written; a bare name is a truth that holds."""

    name: str
    operator: Literal["<=", ">=", "==", "!=", "<", ">"]
    bound: str


def comparison(raw: object) -> Comparison:
    """`cost.per_asset_usd <= 0.01 USD`, or `feasible`; raises ValueError for anything else."""
    if isinstance(raw, Comparison):
        return raw
    text = raw if isinstance(raw, str) and len(raw) <= 200 else ""
    found = COMPARISON.fullmatch(text)
    if found:
        return Comparison(found[1], found[2], found[3])  # type: ignore[arg-type]
    if PATH.fullmatch(text.strip()):
        return Comparison(text.strip(), "==", "true")
    raise ValueError(
        f"{quoted(raw)} is not a comparison; write for example 'cost.per_asset_usd <= 0.01 USD', or 'feasible'"
    )


def _some(raw: object) -> object:
    """One or several; `several: 1` and `several: [1]` are the same."""
    return raw if isinstance(raw, list | dict | tuple) else [raw]


Names = Annotated[tuple[str, ...], BeforeValidator(_some), Field(min_length=1, max_length=40)]
Kept = Annotated[int, Field(strict=True, ge=1, le=MAX_KEPT)]


class Front(AtLeastOne):
    """What makes one point better than another."""

    minimise: Names | None = Field(default=None, description="Metrics of which less is better.")
    maximise: Names | None = Field(default=None, description="Metrics of which more is better.")


class Top(Record):
    """The best points by one metric."""

    by: str = Field(description="A metric; less is better unless `most` is true.")
    count: Kept = Field(default=10, description="Points to show.")
    most: bool = Field(default=False, strict=True, description="Whether more is better.")


class HeatMap(Record):
    """A metric over two axes: the least of all points that share a cell."""

    x: str = Field(description="An axis.")
    y: str = Field(description="Another axis.")
    value: str = Field(description="A metric.")


class SweepFile(Record):
    """What stands in a sweep document."""

    version: Version = Field(description="Version of this format: 1.")
    name: Title = Field(description="What reports call this sweep.")
    spec: str | dict[str, Any] = Field(description="The base spec, or a path to it from the folder of this file.")
    axes: dict[str, Axis] = Field(
        min_length=1, max_length=MAX_AXES,
        description="Values by field of the spec, or by one of the short names: model, gpu, engine, precision, batch, "
        "steps, guidance, price, traffic, size, resolution. A list, or a range such as "
        "{from: 0.5 USD/h, to: 4 USD/h, points: 100, scale: log} or {from: 256, to: 2048, step: 64}.",
    )  # fmt: skip
    where: Annotated[
        tuple[Annotated[Any, BeforeValidator(comparison)], ...], BeforeValidator(_some), Field(max_length=20)
    ] = Field(default=(), description="Points to keep, such as ['feasible', 'cost.per_asset_usd <= 0.01 USD'].")
    metrics: Names | None = Field(default=None, description="Columns beside the axes; default: those a plan shows.")
    pareto: Front = Field(
        default=Front(minimise=("cost.per_asset_usd", "latency.seconds")),
        description="What the Pareto front is about; default: least cost and least latency.",
    )
    top: Top = Field(default=Top(by="cost.per_asset_usd"), description="Best points to show.")
    heat_map: HeatMap | None = Field(default=None, description="A metric to draw over two axes.")


@dataclass(frozen=True, slots=True)
class SweptAxis:
    """One axis as it was asked for; `place` is where it stands in the document."""

    name: str
    path: str
    values: Values
    place: Place


@dataclass(frozen=True, slots=True)
class LoadedSweep:
    """A sweep document that makes sense by itself; names and fields are judged with the base spec and the catalogue.

    Traces of the base spec stand in `folder`.
    """

    said: SweepFile
    axes: tuple[SweptAxis, ...]
    base: Document
    folder: Path
    document: Document


def load_sweep(path: Path) -> LoadedSweep:
    """Read and check a sweep; raises SpecError with every problem, AccessError if a file cannot be read."""
    return _sweep(read_file(path), path.parent)


def sweep_of_bytes(source: bytes, file: str, folder: Path) -> LoadedSweep:
    """The same for a document that came over a pipe; paths begin in `folder`."""
    return _sweep(read(source, file), folder)


def sweep_of(data: Mapping[str, Any], folder: Path) -> LoadedSweep:
    """The same for plain data."""
    return _sweep(Document(dict(data)), folder)


def _sweep(document: Document, folder: Path) -> LoadedSweep:
    if not isinstance(document.data, dict):
        raise SpecError(document.problem((), f"{quoted(document.data)} stands where a sweep is due: a mapping"))
    try:
        said: SweepFile = TypeAdapter(SweepFile).validate_python(document.data)
    except ValidationError as error:
        raise SpecError(*problems_of(error, document, SweepFile)) from None
    axes = tuple(_axis(name, raw) for name, raw in said.axes.items())
    problems = [*_misnamed(axes, document), *_too_many(axes, document), *_strangers(said, axes, document)]
    if problems:
        raise SpecError(*in_order(problems))
    home = (folder / said.spec).parent if isinstance(said.spec, str) else folder
    return LoadedSweep(said, axes, _base(said, document, folder), home, document)


def _axis(name: str, raw: Span | Sequence[Any]) -> SweptAxis:
    path = SHORT.get(name, name)
    values = raw.values(whole=path in WHOLE) if isinstance(raw, Span) else listed([*raw])
    return SweptAxis(name, path, values, ("axes", name))


def _misnamed(axes: Sequence[SweptAxis], document: Document) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for axis in axes:
        if not PATH.fullmatch(axis.path) or len(axis.path) > 200:
            text = "no field of a spec; write a dotted path such as output.width, or a short name such as price"
            yield document.key_problem(axis.place, f"{quoted(axis.name)} is {text}")
        elif first.setdefault(axis.path, axis.name) != axis.name:
            yield document.key_problem(axis.place, f"{axis.name} and {first[axis.path]} are the same field")


def _too_many(axes: Sequence[SweptAxis], document: Document) -> Iterator[Problem]:
    points = 1
    for axis in axes:
        points *= len(axis.values.texts)
    if points > MAX_POINTS:
        yield document.key_problem(("axes",), f"{points:,} points; at most {MAX_POINTS:,} are computed")


def _strangers(said: SweepFile, axes: Sequence[SweptAxis], document: Document) -> Iterator[Problem]:
    """Axes of a heat map have to be axes."""
    names = [axis.name for axis in axes]
    for key in ("x", "y"):
        name = getattr(said.heat_map, key) if said.heat_map else names[0]
        if name not in names:
            yield document.problem(("heat_map", key), f"{quoted(name)} is no axis; there are {', '.join(names)}")


def _base(said: SweepFile, document: Document, folder: Path) -> Document:
    """The base spec with its own places; those of a part of this file where it stands in it."""
    if isinstance(said.spec, str):
        return read_file(folder / said.spec)
    marks, keys = ({at[1:]: mark for at, mark in all_.items() if at[:1] == ("spec",)} for all_ in _marks(document))
    return Document(said.spec, document.file, marks, keys, document.lines)


def _marks(document: Document) -> tuple[Mapping[Place, Any], Mapping[Place, Any]]:
    return document.marks, document.key_marks
