"""Cost and capacity planner for generative media.

`estimate`, `compare`, `plan`, `check`, `diff`, `capacity`, `tokens`, `sample`, `sweep`, `train` and `validate` are the
commands of the same names, `what_if` is `compare --what-if`, `claims` is `explain --claims`; nothing is imported before
it is used.
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
        diff,
        estimate,
        plan,
        sample,
        sweep,
        tokens,
        train,
        validate,
        what_if,
    )

__all__ = [
    "__version__",
    "capacity",
    "check",
    "claims",
    "compare",
    "diff",
    "estimate",
    "plan",
    "sample",
    "sweep",
    "tokens",
    "train",
    "validate",
    "what_if",
]


def __getattr__(name: str) -> Any:
    """The functions of tokencost.api, imported when the first of them is asked for."""
    if name in __all__:
        return getattr(import_module("tokencost.api"), name)
    raise AttributeError(f"module 'tokencost' has no attribute {name!r}")
