"""Quality metrics: what a published score measures, and which way it is better."""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Count

Better = Literal["higher", "lower"]
SIGN: dict[Better, str] = {"higher": ">=", "lower": "<="}
BETTER: dict[str, Better] = {sign: better for better, sign in SIGN.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Noun):
    """What a quality score measures, which way it is better, and where its scale ends if it does."""

    id: str
    name: str
    better: Better
    lowest: Count | None = None
    highest: Count | None = None


def outside(metric: Metric, value: float) -> str:
    """Why there is no such score of a metric; nothing where there may be one."""
    low, high = metric.lowest, metric.highest
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    if low is None:
        return f"it ends at {high:g}"
    return f"it starts at {low:g}" if high is None else f"it lies between {low:g} and {high:g}"
