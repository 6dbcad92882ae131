"""What a spec asks of every candidate, as nouns."""

from tokencost.nouns.answer import Note
from tokencost.nouns.model import Bound
from tokencost.nouns.request import Batching, Budget, LatencyLimit, Renting, Request, Traffic
from tokencost.record import dataclass
from tokencost.units import Fraction, Seconds

NO_BUDGET = Budget()
NO_TERMS = Renting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a spec takes as given about time; `notes` are told with every estimate.

    `speedups` are factors by family or model, `steps` sampler steps by model.
    """

    request_time: Seconds | None = None
    speedups: tuple[tuple[str, float], ...] = ()
    steps: tuple[tuple[str, int], ...] = ()
    notes: tuple[Note, ...] = ()


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything a spec asks of every candidate."""

    request: Request
    traffic: Traffic | None = None
    limits: tuple[LatencyLimit, ...] = ()
    budget: Budget = NO_BUDGET
    renting: Renting = NO_TERMS
    tier: str = ""
    bounds: tuple[Bound, ...] = ()
    accept_unknown: bool = True
    given: Given = NOTHING_GIVEN
    classes: tuple[tuple[float, Request], ...] = ()
    service_spread: Fraction = 0.0
    batch: int | None = None
    batching: Batching | None = None
