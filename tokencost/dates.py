"""What day it is, and how old a dated figure is: the one place that looks at a clock.

Ages of prices are judged by the day. SOURCE_DATE_EPOCH (seconds since 1970, as reproducible builds set it) takes the
place of the clock, so that the same input gives the same bytes.
"""

import datetime
import os
import re

from tokencost.errors import UsageError

DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
EPOCH = "SOURCE_DATE_EPOCH"


def today() -> datetime.date:
    """The day in UTC; raises UsageError where SOURCE_DATE_EPOCH is no number of seconds."""
    said = os.environ.get(EPOCH)
    if not said:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.datetime.fromtimestamp(int(said), datetime.UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{EPOCH}={said[:40]!r}: write whole seconds since 1970, such as 1767225600") from None


def day_of(text: str) -> datetime.date | None:
    """`2026-07-01`, or the first day of `2026-07` or `2026`; None for anything else."""
    if not DAY.fullmatch(text):
        return None
    try:
        return datetime.date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return None


def age_in_days(since: str, on: datetime.date) -> int | None:
    """Days from a date to another, not below 0; None where nobody wrote a date."""
    day = day_of(since)
    return None if day is None else max((on - day).days, 0)
