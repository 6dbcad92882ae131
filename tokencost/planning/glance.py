"""Which model a plan would recommend, and nothing about the others: what a gate needs to know of a thousand specs.

Models are looked at in the order of their arithmetic, and those that it alone rules out are not timed; what was
computed for one spec serves the next. Where nothing is feasible every model is judged.
"""

from collections.abc import Sequence
from math import gcd, inf

from tokencost.catalog.load import Catalog
from tokencost.deciding.recommend import cost_of, preference
from tokencost.deciding.uncertainty import uncertainty
from tokencost.nouns.answer import Candidate, Plan, Recommendation
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.planning.candidates import weigh
from tokencost.planning.compare import models_for
from tokencost.planning.least import NOTHING, Known, counted
from tokencost.planning.memory import remembered, remembering
from tokencost.planning.plan import choosing, circumstances, on_best_gpu, situation_of
from tokencost.planning.situation import Situation, best_of, fixed, least_broken
from tokencost.planning.violations import unsized
from tokencost.record import replace
from tokencost.spec.load import LoadedSpec


def glance(catalog: Catalog, spec: LoadedSpec, *, drawn: bool = False) -> Plan:
    """The choice of a plan with its one candidate; where nothing is feasible all of them, the nearest first.

    How sure the choice is, and its reasons, are left out; `drawn` adds what the candidate may cost and take.
    """
    found = _glanced(catalog, spec)
    return _with_spread(catalog, spec, found) if drawn else found


def _with_spread(catalog: Catalog, spec: LoadedSpec, found: Plan) -> Plan:
    """With the draws of the first candidate, which are its own, whatever others are drawn beside it."""
    first, *others = found.candidates
    wanted = situation_of(spec).asked
    doubt = uncertainty([first], circumstances(catalog, wanted, spec.product, [first]))
    return replace(found, candidates=(replace(first, spread=doubt.spreads.get(first.model)), *others))


def _glanced(catalog: Catalog, spec: LoadedSpec) -> Plan:
    catalog, now, product = remembering(catalog), situation_of(spec), spec.product
    models = models_for(catalog, product.task, product.candidates or ())
    known = _known(catalog, models, now)
    ordered = sorted(models, key=lambda model: (known.flop.get(model.id, inf), model.id))
    best = best_of(catalog, [model for model in ordered if not fixed(catalog, model, now.asked)], now, known)
    if best is None:
        return choosing(catalog, spec, _nearest_first(catalog, spec, (ordered, now, known)), NOTHING_FEASIBLE)
    chosen = on_best_gpu(catalog, catalog.get("models", best.model), now.asked, product)
    said = replace(RECOMMENDED, model=chosen.model, family=chosen.family)
    return choosing(catalog, spec, (chosen,), said)


RECOMMENDED = Recommendation(
    verdict="recommended", model=None, family=None, reasons=(), binding="", margin=None, confidence=None,
    family_confidence=None, runner_up=None,
)  # fmt: skip
NOTHING_FEASIBLE = replace(RECOMMENDED, verdict="nothing-feasible")


def _known(catalog: Catalog, models: Sequence[Model], now: Situation) -> Known:
    """Work of the models for requests of this form, counted once for all sizes of one proportion."""
    asked, options = now.asked, now.platforms[0]
    if asked.given.steps:
        return NOTHING
    names, form = tuple(model.id for model in models), _form(asked.request)
    key = ("work", names, form, options.guidance, options.steps, options.accelerations)
    return remembered(catalog, key, lambda: counted(catalog, models, asked, options))


def _form(request: Request) -> Request:
    """What requests have in common whose work is bounded by that of one of them: all but the size of their output."""
    if request.task == "image-to-text":
        return request
    whole = float(gcd(int(request.width), int(request.height)))
    return replace(request, width=request.width / whole, height=request.height / whole)


def _nearest_first(
    catalog: Catalog, spec: LoadedSpec, of: tuple[Sequence[Model], Situation, Known]
) -> tuple[Candidate, ...]:
    """All models of which none is feasible: the nearest as a plan tells it, of the others what rules them out."""
    models, now, known = of
    floors = [
        (least_broken(catalog, model, now.asked, on, known), model, on) for model in models for on in now.platforms
    ]
    nearest: Candidate | None = None
    for floor, model, on in sorted(floors, key=lambda one: (len(one[0].broken), one[0].cost)):
        if nearest is None or (len(floor.broken), floor.cost) <= (len(nearest.violations), cost_of(nearest)):
            found = weigh(catalog, model, now.asked, on)
            nearest = found if nearest is None else min(nearest, found, key=preference)
    assert nearest is not None
    others = {model.id: unsized(model, floor.broken, ()) for floor, model, _ in floors if model.id != nearest.model}
    return (on_best_gpu(catalog, catalog.get("models", nearest.model), now.asked, spec.product), *others.values())
