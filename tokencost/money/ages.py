"""How long ago prices were seen, and when that is too long."""

import datetime
from collections.abc import Sequence

from tokencost.dates import age_in_days
from tokencost.nouns.answer import Line

STALE_DAYS = 90
"""Days after which a price is told to be old: lists of GPU clouds change several times a year."""


def stale(lines: Sequence[Line], on: datetime.date) -> list[tuple[int, Line]]:
    """Lines whose price was seen more than 90 days ago, the oldest first, each source once; with the days."""
    ages = {line.source: (age_in_days(line.since, on) or 0, line) for line in lines if line.price is not None}
    return sorted((one for one in ages.values() if one[0] > STALE_DAYS), key=lambda one: (-one[0], one[1].source))
