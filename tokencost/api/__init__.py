"""The Python interface: the commands as functions, with the same names, the same flags and the same answers.

A function imports what it needs when it is called: who estimates or compares needs no reader of specs.
"""

from tokencost.api.models import claims, compare, compare_range, estimate, sample, tokens, train, what_if
from tokencost.api.specs import capacity, check, diff, plan, reconcile, sweep, validate, where

__all__ = [
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
