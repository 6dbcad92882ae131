"""A model at one shape over arrays of numbers: the batch size that a plan would choose at each point, made small.

The same choice as in planning.candidates, with masks where that has conditions; a property test holds both together.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import availability
from tokencost.money.bill import monthly_assets
from tokencost.nouns.answer import Candidate, Capacity, Violation
from tokencost.nouns.model import Model
from tokencost.planning.asked import NO_BUDGET
from tokencost.planning.bought import bought
from tokencost.planning.candidates import LARGEST_BATCH, judge
from tokencost.planning.capacity_service import shares_steps
from tokencost.planning.fitting import fitted
from tokencost.planning.memory import remembered
from tokencost.planning.timed import stepped
from tokencost.planning.violations import quality_of
from tokencost.serving.fleet import busy_all_the_time, utilisation
from tokencost.sweeping.fields import Setting
from tokencost.sweeping.refining import Latencies, refine
from tokencost.sweeping.trying import Tried, over, rented, tried
from tokencost.units import Count

Mask = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Candidates whose numbers may be arrays, which of them holds at each point, and how many limits are broken."""

    candidates: tuple[Candidate, ...]
    which: Any
    broken: Count

    def pick(self, of: Callable[[Candidate], Count | None]) -> Count:
        """A number of the candidate that holds at each point; not a number where it is not known."""
        import numpy as np

        values = [np.nan if (value := of(candidate)) is None else value for candidate in self.candidates]
        found: Count = values[0]
        for n, value in enumerate(values[1:], 1):
            found = np.where(self.which == n, value, found)
        return found


def judged(catalog: Catalog, model: Model, setting: Setting, latencies: Latencies) -> Judged:
    """What a plan says of this model at every point of the setting."""
    asked = setting.asked
    key = ("quality", model.id, asked.request.task, asked.tier, asked.bounds, asked.accept_unknown)
    _, kept = remembered(catalog, key, lambda: quality_of(catalog, model, asked))
    if model.family == "api":
        return _bought(catalog, model, setting, [*kept])
    request, notes, wrong = fitted(catalog, model, asked.request)
    broken = [*kept, *availability(model, self_hosted=True), *wrong]
    if wrong or not model.components:
        return one(_unknown(model), float(len(broken) + (not wrong)))
    given = replace(asked.given, notes=(*asked.given.notes, *notes))
    setting = replace(
        setting, asked=replace(asked, request=request, given=given), options=stepped(model, setting.options, given)
    )
    return _sized(catalog, model, setting, float(len(broken)), latencies)


def one(candidate: Candidate, broken: Count) -> Judged:
    """A candidate that holds everywhere."""
    return Judged(candidates=(candidate,), which=None, broken=broken)


def point_by_point(catalog: Catalog, model: Model, setting: Setting) -> Candidate:
    """One point by the planner itself, for what no array can tell: classes, batches that form, fleets that follow."""
    return judge(catalog, model, setting.asked, [setting.options])


def _unknown(model: Model) -> Candidate:
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=False, violations=(), estimate=None,
        capacity=None, bill=None, quality=(),
    )  # fmt: skip


def _bought(catalog: Catalog, model: Model, setting: Setting, kept: list[Violation]) -> Judged:
    """A provider's price at many average rates and budgets: looked up once, judged everywhere."""
    asked = setting.asked
    plain = replace(asked, traffic=None, limits=(), budget=NO_BUDGET)
    found = bought(catalog, model, plain, (), [*kept])
    assert found.bill is not None
    assert found.estimate is not None
    asset = found.bill.per_asset
    month = asset * monthly_assets(asked.traffic.average) if asset is not None and asked.traffic is not None else None
    bill = replace(found.bill, per_month=month)
    silent = 1.0 if asked.limits and not found.estimate.latency.value else 0.0
    return one(replace(found, bill=bill), len(found.violations) + silent + over(asked.budget, bill, None))


def _sized(catalog: Catalog, model: Model, setting: Setting, broken: float, latencies: Latencies) -> Judged:
    import numpy as np

    attempts = [*_attempts(catalog, model, setting)]
    which: Any = None
    if len(attempts) > 1:
        which = _best(attempts)
    final, parts = 0.0 * np.asarray(broken), []
    for n, (found, _) in enumerate(attempts):
        here = True if which is None else which == n
        clean = here & (np.asarray(found.firm) == 0) & (broken == 0)
        fleet, late = refine(found, clean, latencies)
        settled = found if fleet is found.fleet else rented(catalog, found, fleet)
        final = np.where(here, broken + settled.firm + settled.over, final)
        parts.append(_candidate(settled, late))
    return Judged(candidates=tuple(parts), which=which, broken=final)


def _attempts(catalog: Catalog, model: Model, setting: Setting) -> Iterator[tuple[Tried, Mask]]:
    """Batches of 1, 2, 4, ... and where each is of use, then those between the last two."""
    asked = setting.asked
    if asked.batch is not None:
        yield tried(catalog, model, _with_batch(setting, asked.batch)), True
        return
    found, use = [tried(catalog, model, _with_batch(setting, 1))], [_everywhere(setting)]
    grows = asked.traffic is not None and shares_steps(found[0].ready)
    while grows and found[-1].service.slots * 2 <= LARGEST_BATCH:
        wanted = use[-1] & _may_grow(found[-1])
        if not wanted.any():
            break
        found.append(tried(catalog, model, _with_batch(setting, found[-1].service.slots * 2)))
        use.append(wanted)
    yield from zip(found, use, strict=True)
    for batch, wanted in _between(found, use) if len(found) > 1 else ():
        yield tried(catalog, model, _with_batch(setting, batch)), wanted


def _with_batch(setting: Setting, batch: int) -> Setting:
    return replace(setting, options=replace(setting.options, batch=batch))


def _everywhere(setting: Setting) -> Mask:
    import numpy as np

    return np.asarray(True)


def _may_grow(last: Tried) -> Mask:
    """A larger batch is worth a try while the last one fitted and one replica was not enough for the traffic."""
    import numpy as np

    foot = last.estimate.footprint
    return np.asarray(foot is not None and foot.fits) & (np.asarray(last.gpus) > float(last.ready.platform.gpus))


def _between(found: Sequence[Tried], use: Sequence[Mask]) -> Iterator[tuple[int, Mask]]:
    """The largest batches between the last two of a point that memory and limits allow, as if time were linear."""
    import numpy as np

    wanted: dict[int, Mask] = {}
    for n in range(1, len(found)):
        fits, fails, foot = found[n - 1], found[n], found[n].estimate.footprint
        last = use[n] & ~use[n + 1] if n + 1 < len(found) else use[n]
        last = last & (fails.firm + fails.over > fits.firm + fits.over)
        if foot is None or not last.any():
            continue
        slots, lower = fails.service.slots, fits.service.slots
        spent = float(fails.service.full - fits.service.full) / (slots - lower)
        limits = [np.asarray(limit.limit) for limit in fits.setting.asked.limits]
        left = sum(limits[1:], limits[0]) * 0 + np.inf if limits else np.asarray(np.inf)
        for limit in limits:
            left = np.minimum(left, limit)
        by_time = lower + (left - float(fits.service.full)) / spent if spent > 0 else np.asarray(np.inf)
        batches = np.trunc(np.minimum(np.minimum(by_time, float(foot.batch_limit)), slots - 1))
        for batch in np.unique(batches[batches > lower]).tolist():
            here = last & (batches == batch)
            if here.any():
                wanted[int(batch)] = here | wanted.get(int(batch), np.asarray(False))
    yield from sorted(wanted.items())


def _best(attempts: Sequence[tuple[Tried, Mask]]) -> Any:
    """Fewest limits broken, then fewest GPUs, then least latency; the first of equal ones."""
    import numpy as np

    broken: Any = np.inf
    gpus: Any = np.inf
    latency: Any = np.inf
    which: Any = np.asarray(0)
    for n, (found, use) in enumerate(attempts):
        own, rent, time = found.firm + found.over, found.gpus, found.estimate.latency.value
        fewer = (own < broken) | ((own == broken) & ((rent < gpus) | ((rent == gpus) & (time < latency))))
        better = use & fewer
        which = np.where(better, n, which)
        broken, gpus = np.where(better, own, broken), np.where(better, rent, gpus)
        latency = np.where(better, time, latency)
    return which


def _candidate(found: Tried, late: Sequence[Count | None]) -> Candidate:
    """A candidate whose numbers are arrays."""
    run = found.estimate
    return Candidate(
        model=run.model, name=run.name, family=run.family, feasible=False, violations=(), estimate=run,
        capacity=_capacity(found, late), bill=found.bill, quality=(),
    )  # fmt: skip


def _capacity(found: Tried, late: Sequence[Count | None]) -> Capacity:
    """The fleet at every point; one that no number of replicas makes fast enough just keeps up."""
    import numpy as np

    asked, service, fleet, on = found.setting.asked, found.service, found.fleet, found.ready.platform
    p50, p95, p99 = (service.full if part is None else part for part in late)
    if asked.traffic is None:
        return Capacity(
            replicas=1.0, gpus=on.gpus, batch=float(service.slots), utilisation=1.0, p50=p50, p95=p95, p99=p99,
            method="",
        )  # fmt: skip
    enough = fleet > 0
    busy = np.where(enough, fleet, busy_all_the_time(service, asked.traffic) + 1)
    replicas = np.where(enough, fleet + asked.renting.spares, busy)
    return Capacity(
        replicas=replicas, gpus=replicas * on.gpus, batch=float(service.slots), p50=p50, p95=p95, p99=p99,
        utilisation=utilisation(busy, service, asked.traffic), method="",
    )  # fmt: skip
