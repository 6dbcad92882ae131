"""Models behind an API as candidates: nothing to size, a price and a latency to judge."""

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import availability, budget_limits, electricity_limits
from tokencost.nouns.answer import Candidate, Scored, Violation
from tokencost.nouns.model import Model
from tokencost.planning.asked import Asked
from tokencost.planning.estimate import api_bill, estimate
from tokencost.planning.memory import remembered
from tokencost.planning.options import RunOptions


def bought(
    catalog: Catalog, model: Model, asked: Asked, scored: tuple[Scored, ...], broken: list[Violation]
) -> Candidate:
    """A model as its provider sells it: list price, typical latency, and what both break."""
    broken = [*availability(model, self_hosted=False), *broken]
    average = float(asked.traffic.average) if asked.traffic else None
    request = asked.request
    found = remembered(catalog, ("bought", model.id, request), lambda: estimate(catalog, model, request, RunOptions()))
    bill, latency = api_bill(catalog, model, request, average)
    if bill.per_asset is None:
        broken.append(Violation(constraint="price", message="no price published for this size"))
    if asked.limits and not latency:
        message = "its provider publishes no latency; give assume.request_time to judge it"
        broken.append(Violation(constraint="latency", message=message))
    broken += [*budget_limits(asked.budget, bill), *electricity_limits(asked.budget, None)]
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=not broken, violations=tuple(broken),
        estimate=found, capacity=None, bill=bill, quality=scored, undisclosed=model.undisclosed,
    )  # fmt: skip
