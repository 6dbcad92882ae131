"""What would change an answer, as JSON."""

from tokencost.nouns.flip import Fix, Flip, Quantiles, Remedy, Shift, Spread, Steady
from tokencost.report import flips
from tokencost.report.numbers import jsonable, stable
from tokencost.report.run_json import Fields


def flip_fields(flip: Flip) -> Fields:
    """A value at which the choice turns, in the unit of its axis, and what to pass to `--set` to see it."""
    return {
        **_move(flip),
        "turns": flip.turns,
        "kept": stable(flip.kept),
        "set": list(flip.overrides),
        "set_kept": list(flip.before),
        "others": list(flip.others),
        "model": flip.model,
        "family": flip.family,
        "says": flips.of_flip(flip),
    }


def steady_fields(axis: Steady) -> Fields:
    """An axis along which the choice does not turn, and how far that is known."""
    return {
        "axis": axis.axis,
        "path": axis.path,
        "unit": axis.unit,
        "turns": axis.turns,
        "from": jsonable(axis.start),
        "low": stable(axis.low),
        "high": stable(axis.high),
        "names": list(axis.names),
        "range": axis.why,
        "says": flips.of_steady(axis),
    }


def remedy_fields(remedy: Remedy) -> Fields:
    """The smallest changes that let a model pass; `model` is null where they are for any."""
    return {"model": remedy.model or None, "fixes": [_fix(fix) for fix in remedy.fixes]}


def _fix(fix: Fix) -> Fields:
    return {
        "changes": [_move(change) for change in fix.changes],
        "set": list(fix.overrides),
        "model": fix.model,
        "family": fix.family,
        "says": flips.of_fix(fix),
    }


def _move(along: Flip | Shift) -> Fields:
    return {
        "axis": along.axis,
        "path": along.path,
        "unit": along.unit,
        "from": jsonable(along.start),
        "to": jsonable(along.value),
        "distance": stable(along.distance),
    }


def spread_fields(spread: Spread) -> Fields:
    """What a tenth, half and nine tenths of the draws do not exceed."""
    return {
        "cost_per_asset_usd": _quantiles(spread.cost),
        "cost_per_month_usd": _quantiles(spread.month) if spread.month else None,
        "request_s": _quantiles(spread.seconds),
    }


def _quantiles(found: Quantiles) -> Fields:
    return {"p10": stable(found.p10), "p50": stable(found.p50), "p90": stable(found.p90)}
