"""A plan with all that a page shows beside it: fleets, derivation, sources, and plans of other values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from tokencost.catalog.load import Catalog
from tokencost.errors import UsageError
from tokencost.nouns.answer import Candidate, Plan
from tokencost.nouns.panel import Panel
from tokencost.planning.capacity import SHALLOW, CapacityPlan, Question, capacity_plan
from tokencost.planning.explained import Explanation
from tokencost.planning.explained_spec import explain_spec
from tokencost.planning.memory import remembering
from tokencost.planning.panel import panel_of
from tokencost.planning.plan import plan, quick_plan
from tokencost.serving.fleet import quantiles
from tokencost.spec.load import LoadedSpec
from tokencost.units import Fraction, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entry of the bibliography."""

    id: str
    title: str
    kind: str
    url: str = ""
    retrieved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the latencies of a model's fleet are spread: the share of the requests that is answered within each time."""

    model: str
    shares: tuple[Fraction, ...]
    seconds: tuple[Seconds, ...]


SHARES = (0.01, 0.05, *(n / 10 for n in range(1, 10)), 0.925, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)
"""Shares of the requests at which a spread is told, closer towards the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier(Plan):
    """A plan, in every format; in HTML, a page with charts. `overrides` are those that the spec was read with.

    `derivation` is None where the first candidate is behind an API, `panel` where nobody asked for other values.
    """

    overrides: tuple[str, ...]
    fleets: CapacityPlan
    derivation: Explanation | None
    panel: Panel | None
    sources: Mapping[str, Source]
    spreads: tuple[Spread, ...] = ()


def dossier(catalog: Catalog, spec: LoadedSpec, overrides: Sequence[str] = ()) -> Dossier:
    """The plan, what turns it, and the plans around it."""
    catalog = remembering(catalog)
    found = plan(catalog, spec)
    return _with(catalog, spec, found, overrides, panel_of(catalog, spec, found))


def quick_dossier(catalog: Catalog, spec: LoadedSpec, overrides: Sequence[str] = ()) -> Dossier:
    """The plan alone, without a search or other plans."""
    catalog = remembering(catalog)
    return _with(catalog, spec, quick_plan(catalog, spec), overrides, None)


def _with(catalog: Catalog, spec: LoadedSpec, found: Plan, overrides: Sequence[str], panel: Panel | None) -> Dossier:
    fleets = capacity_plan(catalog, spec, Question())
    said = {field.name: getattr(found, field.name) for field in fields(Plan)}
    return Dossier(
        **said, overrides=tuple(overrides), fleets=fleets, spreads=tuple(_spreads(fleets)),
        derivation=_derivation(catalog, spec), panel=panel, sources=_sources(catalog, found.candidates),
    )  # fmt: skip


def _spreads(answer: CapacityPlan) -> Iterator[Spread]:
    """Of the fleets that keep up, for the best model of every family."""
    for one in answer.examined:
        if one.sizing and one.service and answer.traffic and len(one.fleets) > SHALLOW:
            seconds = quantiles(one.sizing, one.service, answer.traffic, SHARES)
            yield Spread(model=one.candidate.model, shares=SHARES, seconds=seconds)


def _derivation(catalog: Catalog, spec: LoadedSpec) -> Explanation | None:
    try:
        return explain_spec(catalog, spec)
    except UsageError:
        return None


def _sources(catalog: Catalog, candidates: Iterable[Candidate]) -> dict[str, Source]:
    """Everything that the numbers of the candidates rest on, by id."""
    cited = (name for candidate in candidates for name in _cited(candidate))
    known: Mapping[str, Mapping[str, str]] = catalog.index["sources"]
    found = sorted({text.partition(",")[0].strip() for text in cited} & known.keys())
    keys = ("title", "kind", "url", "retrieved")
    return {name: Source(id=name, **{key: known[name].get(key, "") for key in keys}) for name in found}


def _cited(candidate: Candidate) -> Iterable[str]:
    yield from (score.source for score in candidate.quality)
    yield from (score.source for score in candidate.ceilings)
    if candidate.estimate:
        yield from candidate.estimate.sources
    for bill in (candidate.bill, candidate.estimate.bill if candidate.estimate else None):
        yield from [bill.price_source, *(line.source for line in bill.lines)] if bill else []
