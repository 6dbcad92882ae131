"""Causes of a change in words, and which of them counts most."""

from tokencost.nouns.change import Altered, Cause, Change, Measure, MeasureName

KINDS = {"spec": "", "catalogue": "catalogue: ", "price": "price: ", "version": "version: "}
RECORDS_SHOWN = 3
"""Records of the catalogue that a cause names; the rest are counted."""


def cause_text(found: Cause) -> str:
    """`output.width 512 → 1024, output.height 512 → 1024`."""
    shown = found.altered if found.kind == "spec" else found.altered[:RECORDS_SHOWN]
    more = f" and {len(found.altered) - len(shown)} more" if len(found.altered) > len(shown) else ""
    return f"{KINDS[found.kind]}{', '.join(map(_altered, shown))}{more}"


def _altered(one: Altered) -> str:
    """A value before and after; one that is there only on one side is new or removed."""
    if not one.before or not one.after:
        return f"{one.path} {f'{one.before} removed' if one.before else f'new: {one.after}'}".rstrip(": ")
    return f"{one.path} {one.before} → {one.after}"


def because(change: Change, name: MeasureName) -> str:
    """Every cause that moved a measure with its part: `traffic.peak 2 req/s → 6 req/s: +0.0015 USD`."""
    measure = measured(change, name)
    parts = zip(change.causes, measure.parts, strict=True) if measure else ()
    return "; ".join(f"{cause_text(cause)}: {part:+.10g} USD" for cause, part in parts if part)


def main_path(change: Change, name: MeasureName) -> str:
    """The field of the spec that made a measure grow most; "" if no field did."""
    measure = measured(change, name)
    parts = zip(change.causes, measure.parts, strict=True) if measure else ()
    found = [(part, -n, cause) for n, (cause, part) in enumerate(parts) if cause.kind == "spec" and part > 0]
    return max(found, key=lambda one: one[:2])[2].altered[0].path if found else ""


def measured(change: Change, name: MeasureName) -> Measure | None:
    """A measure of a change, if both sides have it."""
    return next((measure for measure in change.measures if measure.name == name), None)
