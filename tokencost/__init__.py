"""Cost and capacity planner for generative media.

`estimate`, `compare`, `plan`, `check`, `diff`, `capacity`, `tokens`, `sample`, `reconcile`, `sweep`, `train` and
`validate` are the commands of the same names; `what_if` is `compare --what-if`, `where` is `compare --where` (narrowed
by `Places`), `compare_range` is `compare --res A..B`, `claims` is `explain --claims`. Nothing is imported before it is
used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tokencost.api import (
        capacity,
        check,
        claims,
        compare,
        compare_range,
        diff,
        estimate,
        plan,
        reconcile,
        sample,
        sweep,
        tokens,
        train,
        validate,
        what_if,
        where,
    )
    from tokencost.planning.searching import Places

__all__ = [
    "Places",
    "__version__",
    "capacity",
    "check",
    "claims",
    "compare",
    "compare_range",
    "diff",
    "estimate",
    "plan",
    "reconcile",
    "sample",
    "sweep",
    "tokens",
    "train",
    "validate",
    "what_if",
    "where",
]


def __getattr__(name: str) -> Any:
    """The functions of tokencost.api, imported when the first of them is asked for."""
    if name == "Places":
        return import_module("tokencost.planning.searching").Places
    if name in __all__:
        return getattr(import_module("tokencost.api"), name)
    raise AttributeError(f"module 'tokencost' has no attribute {name!r}")
