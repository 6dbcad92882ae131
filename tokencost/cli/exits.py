"""Exit codes: a verdict has its own, so that a broken tool never looks like a broken budget."""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with."""

    DONE = 0
    INTERNAL = 1
    INPUT = 2
    VERDICT = 3
    ACCESS = 4
    INTERRUPTED = 130
    TERMINATED = 143


WORST = (Exit.INTERNAL, Exit.ACCESS, Exit.INPUT, Exit.VERDICT, Exit.DONE)


def worst(codes: Iterable[Exit]) -> Exit:
    """The code of several specs together."""
    found = set(codes)
    return next((code for code in WORST if code in found), Exit.DONE)
