"""What new prices do to plans: the same specs planned at the old book and at the new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokencost.catalog.load import Catalog
from tokencost.nouns.answer import Plan
from tokencost.planning.memory import remembering
from tokencost.planning.plan import quick_plan
from tokencost.planning.refreshing import Merged
from tokencost.spec.load import LoadedSpec
from tokencost.units import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a plan comes to: the model, and its cost; None where there is none."""

    model: str | None
    per_asset: Usd | None
    per_month: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """A spec at both books."""

    name: str
    file: str
    before: Choice
    after: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """A look at the sources: what came of each, which plans it moves, and where the book is."""

    folder: str
    written: bool
    gpus: Merged | None
    apis: Merged | None
    unreachable: tuple[str, ...]
    plans: tuple[Repriced, ...]


def repriced(before: Catalog, after: Catalog, specs: Sequence[LoadedSpec]) -> tuple[Repriced, ...]:
    """Every spec, planned twice."""
    old, new = remembering(before), remembering(after)
    return tuple(
        Repriced(
            name=spec.product.name, file=spec.document.file, before=_choice(quick_plan(old, spec)),
            after=_choice(quick_plan(new, spec)),
        )
        for spec in specs
    )  # fmt: skip


def _choice(plan: Plan) -> Choice:
    chosen = next((one for one in plan.candidates if one.model == plan.recommendation.model), None)
    bill = chosen.bill if chosen else None
    return Choice(
        model=plan.recommendation.model, per_asset=bill.per_asset if bill else None,
        per_month=bill.per_month if bill else None,
    )  # fmt: skip
