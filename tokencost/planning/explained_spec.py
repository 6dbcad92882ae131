"""The derivation of what a spec's plan recommends."""

from tokencost.catalog.load import Catalog
from tokencost.errors import UsageError
from tokencost.planning.explained import Explanation, explain
from tokencost.planning.plan import options_of, quick_plan
from tokencost.record import replace
from tokencost.spec.load import LoadedSpec


def explain_spec(catalog: Catalog, spec: LoadedSpec) -> Explanation:
    """The derivation of what a plan recommends, or of its first candidate where it recommends nothing."""
    found = quick_plan(catalog, spec)
    best = next((c for c in found.candidates if c.estimate is not None and c.family != "api"), None)
    if best is None or best.estimate is None or best.estimate.platform is None:
        raise UsageError(f"{spec.document.file}: no candidate can be derived; `tokencost plan` says why")
    options = next(o for o in options_of(spec.product) if catalog.find("gpus", o.gpu) == best.estimate.platform.gpu)
    request = best.estimate.request
    return explain(catalog, catalog.get("models", best.model), request, replace(options, batch=int(request.batch)))
