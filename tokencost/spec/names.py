"""The names in a spec against the catalogue: GPUs, engines, precisions, models and metrics."""

import difflib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, get_args

from tokencost.catalog.load import Catalog, unknown
from tokencost.catalog.regions import unknown_region
from tokencost.errors import Problem
from tokencost.nouns.metric import BETTER, SIGN, Metric, outside
from tokencost.nouns.model import FamilyName
from tokencost.reading.document import Document, Path
from tokencost.reading.validate import in_order, known
from tokencost.spec.product import threshold
from tokencost.spec.quantities import NAME
from tokencost.units import quoted

FAMILIES: tuple[str, ...] = get_args(FamilyName)


def check_names(document: Document, catalog: Catalog) -> list[Problem]:
    """A problem for every name that the catalogue does not have, and for every record named twice."""
    data = known(document.data)
    platform, energy = known(data.get("platform")), known(data.get("energy"))
    found = [
        *_listed(document, ("platform", "gpu"), platform.get("gpu"), "gpus", catalog),
        *_one(document, ("platform", "engine"), platform.get("engine"), "engines", catalog),
        *_one(document, ("platform", "precision"), platform.get("precision"), "precisions", catalog),
        *_one(document, ("energy", "site"), energy.get("site"), "sites", catalog),
        *_region(document, ("energy", "region"), energy.get("region"), catalog),
        *_listed(document, ("platform", "accelerations"), platform.get("accelerations"), "accelerations", catalog),
        *_misplaced(document, platform.get("accelerations"), catalog),
        *_places(document, known(platform.get("price")), catalog),
        *_listed(document, ("candidates",), data.get("candidates"), "models", catalog),
        *_metrics(document, known(data.get("quality")), catalog),
        *_faster(document, known(known(data.get("assume")).get("speedup")), catalog),
        *_stepped(document, known(known(data.get("assume")).get("steps_of")), catalog),
    ]
    return in_order(found)


def _one(document: Document, path: Path, name: Any, kind: str, catalog: Catalog) -> Iterator[Problem]:
    if is_name(name) and catalog.find(kind, name.strip()) is None:
        yield document.problem(path, unknown(kind, name.strip(), catalog))


def _region(document: Document, path: Path, name: Any, catalog: Catalog) -> Iterator[Problem]:
    wrong = unknown_region(catalog, name) if is_name(name) else ""
    if wrong:
        yield document.problem(path, wrong)


def _listed(document: Document, path: Path, names: Any, kind: str, catalog: Catalog) -> Iterator[Problem]:
    if not isinstance(names, list):
        yield from _one(document, path, names, kind, catalog)
        return
    first: dict[str, str] = {}
    for n, name in enumerate(names[:200]):
        yield from _one(document, (*path, n), name, kind, catalog)
        record = catalog.find(kind, name.strip()) if is_name(name) else None
        if record is not None and first.setdefault(record, name) != name:
            text = f"duplicate: {quoted(name)} and {quoted(first[record])} are both {record}; each may stand here once"
            yield document.problem((*path, n), text)


def _misplaced(document: Document, names: Any, catalog: Catalog) -> Iterator[Problem]:
    """Accelerations that a spec says with a key of its own."""
    for n, name in enumerate(names if isinstance(names, list) else ()):
        found = catalog.find("accelerations", name.strip()) if is_name(name) else None
        change = catalog.get("accelerations", found) if found else None
        if change and change.slot in INSTEAD:
            said = getattr(change, change.slot)
            text = f"{quoted(name)} is said by {INSTEAD[change.slot].format(said)}"
            yield document.problem(("platform", "accelerations", n), text)


def _places(document: Document, price: Any, catalog: Catalog) -> Iterator[Problem]:
    """Provider, region and residency of the offers that a spec takes."""
    for key, known_ones in (("provider", providers), ("region", regions), ("residency", _residencies)):
        said = price.get(key)
        for n, name in enumerate(said if isinstance(said, list) else [said]):
            spelled = {one.lower(): one for one in known_ones(catalog)}
            if isinstance(name, str) and name.strip().lower() not in spelled:
                near = [spelled[one] for one in difflib.get_close_matches(name.lower()[:60], spelled, 2, 0.5)]
                hint = f"did you mean {' or '.join(near)}?" if near else "`tokencost prices list` shows what there is"
                path: Path = ("platform", "price", key, *([n] if isinstance(said, list) else []))
                yield document.problem(path, f"no {key} of the price book is called {quoted(name)}; {hint}")


def providers(catalog: Catalog) -> list[str]:
    """Every provider that lets GPUs."""
    return sorted({record["noun"]["provider"] for record in catalog.index["prices"].values()})


def regions(catalog: Catalog) -> list[str]:
    """Every region that some price is for."""
    return sorted({record["noun"]["region"] for record in catalog.index["prices"].values()})


def _residencies(catalog: Catalog) -> list[str]:
    return catalog.names("residencies")


INSTEAD = {
    "engine": "platform.engine: {}", "precision": "platform.precision: {}", "student": "its name among candidates: {}",
}  # fmt: skip
"""Slots of accelerations that have a key of their own in a spec, and how it is written."""


def _metrics(document: Document, quality: Any, catalog: Catalog) -> Iterator[Problem]:
    metrics = catalog.names("metrics")
    said: list[tuple[Path, str, Any]] = [
        (("quality", "bounds", key), key, value) for key, value in known(quality.get("bounds")).items()
    ]
    said += [(("quality", k), k, value) for k, value in quality.items() if k not in ("tier", "unknown", "bounds")]
    for path, name, value in said:
        if name in metrics:
            yield from _senseless(document, path, catalog.get("metrics", name), value)
        else:
            near = difflib.get_close_matches(name.lower()[:100], metrics, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(metrics[:20]) or 'none'}"
            yield document.key_problem(path, f"no metric is called {quoted(name)}; {hint}")


def _senseless(document: Document, path: Path, metric: Metric, said: Any) -> Iterator[Problem]:
    """A bound that asks for little quality, or for a score that there cannot be; the types report what is no bound."""
    with suppress(ValueError):
        bound = threshold(said)
        if BETTER[bound.operator] != metric.better:
            text = f"{metric.id} is better the {metric.better} it is; write '{SIGN[metric.better]} {bound.value:g}'"
            yield document.problem(path, text)
        elif outside(metric, bound.value):
            yield document.problem(path, f"no model has {metric.id} {bound.value:g}: {outside(metric, bound.value)}")


def _faster(document: Document, speedups: Any, catalog: Catalog) -> Iterator[Problem]:
    """Families and models that are said to be faster."""
    for name in speedups:
        if is_name(name) and name not in FAMILIES and catalog.find("models", name) is None:
            near = difflib.get_close_matches(name.lower()[:100], [*FAMILIES, *catalog.names("models")], 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"families: {', '.join(FAMILIES)}"
            path = ("assume", "speedup", name)
            yield document.key_problem(path, f"no family or model is called {quoted(name)}; {hint}")


def _stepped(document: Document, steps: Any, catalog: Catalog) -> Iterator[Problem]:
    """Models that are said to take so many steps."""
    for name in steps:
        if is_name(name) and catalog.find("models", name) is None:
            yield document.key_problem(("assume", "steps_of", name), unknown("models", name, catalog))


def is_name(name: Any) -> bool:
    """Whether the catalogue can be asked; anything else is a problem that the types report."""
    return isinstance(name, str) and NAME.fullmatch(name.strip(" ")) is not None
