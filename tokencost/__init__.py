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
    from tokencost.api.models import claims, compare, compare_range, estimate, sample, tokens, train, what_if
    from tokencost.api.specs import capacity, check, diff, plan, reconcile, sweep, validate, where
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


HOMES = ("tokencost.api.models", "tokencost.api.specs", "tokencost.planning.searching")
"""Where the names are, in the order in which they are looked for."""


def __getattr__(name: str) -> Any:
    """A function of the interface; its module is imported when the first of them is asked for."""
    if name in __all__:
        for home in HOMES:
            module = import_module(home)
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'tokencost' has no attribute {name!r}")
