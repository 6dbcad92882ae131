"""The two sides of a comparison: a spec, a saved result, or a spec as it stood at a git revision."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tokencost.catalog.load import Catalog
from tokencost.catalog.load import load as load_catalog
from tokencost.errors import AccessError, TokencostError, UsageError
from tokencost.nouns.answer import Bill, Candidate, Estimate, Plan
from tokencost.nouns.change import Outcome
from tokencost.nouns.electricity import Electricity
from tokencost.planning.glance import glance
from tokencost.planning.memory import remembering
from tokencost.planning.normal import Flat, flat, nested
from tokencost.planning.plan import understood
from tokencost.reading.files import TOP, contents, leaves_tree, working_tree
from tokencost.reading.revision import Revision, revision
from tokencost.reading.strict import MAX_BYTES, read_file
from tokencost.record import dataclass
from tokencost.spec.load import LoadedSpec, from_mapping, load_bytes
from tokencost.spec.load import load as load_spec
from tokencost.spec.saved import Saved, saved_plans
from tokencost.units import Num, quoted

AT_REVISION = re.compile(r"([^\s:]{2,}):(.+)")
"""main:specs/a.yaml; a single letter before the colon is a drive."""
ReadCatalog = Callable[[Path | None], Catalog]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side: its fields, where its files are, the records it is computed with, and what it came to.

    `saved` is set where the outcome was read; `computed` is what its spec gives today, None if it gives nothing.
    """

    name: str
    title: str
    fields: Flat
    folder: Path
    catalog: Catalog
    outcome: Outcome
    computed: Outcome | None
    saved: Saved | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The catalogue: how to read one, and the folder of the user's own records, if there is one."""

    read: ReadCatalog
    own: Path | None = None

    def today(self) -> Catalog:
        """With the user's records as they are now."""
        return self.read(self.own)

    def at(self, there: Revision, into: Path) -> Catalog:
        """With the user's records as they were; those outside of the repository have no past."""
        if self.own is None or not self.own.resolve().is_relative_to(there.top):
            return self.today()
        path = there.inside(self.own)
        if not there.has(path):
            return self.read(None)
        there.unpack(path, into)
        return self.read(into / path)


def reading() -> ReadCatalog:
    """Reads each folder of records once, into a catalogue that remembers what was computed from it."""
    return functools.cache(lambda own: remembering(load_catalog(own)))


def side(text: str, records: Records, into: Path, overrides: Sequence[str] = ()) -> Side:
    """A side as it is named on the command line; files of a revision are written below `into`."""
    found = AT_REVISION.fullmatch(text)
    if found and not Path(text).exists():
        there = revision(found[1], Path())
        return at_revision(there, Path(found[2]), records, into, overrides)
    if text.lower().endswith(".json"):
        if overrides:
            raise UsageError(f"--set changes fields of a spec; {text} is a saved result")
        return of_saved(_only(saved_plans(Path(text)), text), text, records.today())
    catalog = records.today()
    return of_spec(text, load_spec(Path(text), overrides, catalog), catalog)


def _only(found: list[Saved], text: str) -> Saved:
    if len(found) != 1:
        raise UsageError(f"{text} holds {len(found)} plans; save the one to compare in a file of its own")
    return found[0]


def at_revision(there: Revision, path: Path, records: Records, into: Path, overrides: Sequence[str] = ()) -> Side:
    """A spec, relative to the top of the repository, as it stood at a revision, with its trace and own records."""
    name = f"{there.name}:{path.as_posix()}"
    if not there.has(path):
        raise AccessError(f"{name}: there is no such file at this revision")
    there.unpack(path, into)
    document = read_file(into / path)
    traffic = document.data.get("traffic") if isinstance(document.data, dict) else None
    trace = traffic.get("trace") if isinstance(traffic, dict) else None
    if isinstance(trace, str) and there.has(path.parent / trace):
        there.unpack(path.parent / trace, into)
    catalog = records.at(there, into)
    loaded = load_bytes(contents(into / path, MAX_BYTES), name, overrides, catalog, (into / path).parent)
    return of_spec(name, loaded, catalog)


def of_spec(name: str, spec: LoadedSpec, catalog: Catalog) -> Side:
    """A spec and its choice."""
    return of_plan(name, spec, catalog, glance(catalog, spec, drawn=True))


def of_plan(name: str, spec: LoadedSpec, catalog: Catalog, found: Plan) -> Side:
    """A spec whose plan is known."""
    fields, outcome = flat(understood(spec.product)), outcome_of(found)
    return Side(
        name=name, title=spec.product.name, fields=fields, folder=spec.folder, catalog=catalog, outcome=outcome,
        computed=outcome,
    )  # fmt: skip


def of_saved(found: Saved, name: str, catalog: Catalog) -> Side:
    """A saved result; its spec is computed again with today's records where causes are told apart."""
    folder = Path(found.file).parent
    try:
        fields = flat(found.spec)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{name}: its spec is not as `plan` writes one ({type(error).__name__})") from error
    if "traffic.trace" in fields and leaves_tree(folder, working_tree(Path(TOP).absolute())):
        raise UsageError(
            f"{name}: its spec stood outside of this project, in {quoted(found.file)}: no trace is read there"
        )
    return Side(
        name=name, title=found.name, fields=fields, folder=folder, catalog=catalog, outcome=found.outcome,
        computed=outcome_with(nested({"version": 1, "name": found.name} | fields), folder, catalog), saved=found,
    )  # fmt: skip


def outcome_of(found: Plan) -> Outcome:
    """What a plan comes to: the recommended candidate, or the nearest where nothing is feasible."""
    chosen = next((c for c in found.candidates if c.model == found.recommendation.model), found.candidates[0])
    run, fleet, bill = chosen.estimate, chosen.capacity, chosen.bill or _run_bill(chosen)
    slower = float(run.latency.high / run.latency.value) if run and run.latency.value else 1.0
    return Outcome(
        model=chosen.model, family=chosen.family, feasible=chosen.feasible,
        per_asset=_float(bill.per_asset if bill else None), per_month=_float(bill.per_month if bill else None),
        lines=bill.lines if bill else (), gpus=_float(fleet.gpus if fleet else None),
        memory=_float(run.footprint.peak if run and run.footprint else None), p50=_float(fleet.p50 if fleet else None),
        p95=_float(fleet.p95 if fleet else None), p99=_float(fleet.p99 if fleet else None), slower=slower,
        replicas=_float(fleet.replicas if fleet else None), request_time=_request_time(run), spread=chosen.spread,
        **_taken(run.electricity if run else None),
    )  # fmt: skip


def _request_time(run: Estimate | None) -> float | None:
    """Without waiting; what an API does not publish is not known."""
    return float(run.latency.value) if run and float(run.latency.value) else None


def _taken(found: Electricity | None) -> dict[str, float | None]:
    if found is None:
        return {}
    asset = {"energy_per_asset": float(found.joules), "carbon_per_asset": float(found.carbon)}
    return asset | {
        "energy_per_month": _float(found.month_joules), "carbon_per_month": _float(found.month_carbon),
    }  # fmt: skip


def _float(value: Num | None) -> float | None:
    return None if value is None else float(value)


def _run_bill(chosen: Candidate) -> Bill | None:
    return chosen.estimate.bill if chosen.estimate else None


def outcome_with(data: Mapping[str, object], folder: Path, catalog: Catalog) -> Outcome | None:
    """What a mixture of two sides would come to; None if it makes no sense as a spec."""
    try:
        return outcome_of(glance(catalog, from_mapping(data, catalog, folder), drawn=True))
    except TokencostError:
        return None
