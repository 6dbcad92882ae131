"""Sweep documents for tests, and what a plan says of one of their points."""

import functools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tokencost.catalog.load import Catalog, load
from tokencost.nouns.answer import Candidate
from tokencost.planning.plan import plan_of, wanted_of
from tokencost.spec.load import of_document
from tokencost.spec.overrides import overridden
from tokencost.spec.sweep import sweep_of
from tokencost.sweeping.chunks import chunks_of, columns_of, places
from tokencost.sweeping.metrics import FEASIBLE, METRICS, VIOLATIONS
from tokencost.sweeping.preparing import prepared
from tokencost.sweeping.sweep import Sweep, overrides_at

POSTER = {"version": 1, "name": "p", "task": "text-to-image", "output": {"width": 512, "height": 512},
          "quality": "draft", "latency": {"p95": "30 s"}}  # fmt: skip
TRAFFIC = {"average": "1 req/s", "peak": "3 req/s"}


@functools.cache
def catalog() -> Catalog:
    """The package's records."""
    return load()


def swept(axes: Mapping[str, Any], *, spec: Mapping[str, Any] | None = None, **said: Any) -> Sweep:
    """A sweep over these axes, ready to be computed."""
    document = {"version": 1, "name": "s", "spec": {**POSTER, **(spec or {})}, "axes": dict(axes), **said}
    return prepared(catalog(), sweep_of(document, Path()))


def computed(sweep: Sweep, largest: int = 500_000) -> dict[str, Any]:
    """Every column of a sweep, chunk after chunk."""
    parts = [columns_of(sweep, chunk) for chunk in chunks_of(sweep, largest)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def planned(sweep: Sweep, row: int) -> Candidate:
    """What a plan says of one point, the spec overridden as on the command line."""
    model, said = overrides_at(sweep, [int(at) for at in places(sweep, row)])
    spec = of_document(overridden(sweep.loaded.base, said), sweep.loaded.folder, catalog())
    return plan_of(catalog(), spec, wanted_of(spec, spec.trace), [model]).candidates[0]


def figure(candidate: Candidate, name: str) -> float:
    """A column's value in a candidate; not a number where it is not known."""
    if name == FEASIBLE:
        return float(candidate.feasible)
    if name == VIOLATIONS:
        return float(len(candidate.violations))
    value = METRICS[name].of(candidate)
    return math.nan if value is None else float(value)
