"""What is taught about these models, so that it can be counted again; never an input of any prediction."""

from typing import Annotated, Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Size, Unit

About = Literal["model", "tokens", "speed", "training", "quality", "tokenizer", "sampling", "outlook"]
VerdictName = Literal["holds", "differs", "incomplete", "unpublished"]

Figure = Annotated[float, Unit("")]
"""A figure in the unit of its claim: one number, never an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Noun):
    """A figure that is computed: `says` what it is, `expression` how it is asked for, in `unit`."""

    says: str
    expression: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary(Noun):
    """What the primary source says: in words, and its figure or range in the unit of the claim.

    `expression` converts a published figure into that unit instead.
    """

    says: str
    figures: tuple[Figure, ...] = ()
    expression: str = ""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Noun):
    """A statement of a lesson or a page: its figure or range, its own arithmetic, the primary source, the prediction.

    `arithmetic` gives what the statement's own premises give, `prediction` what tokencost gives. `verdict` is said
    only where figures cannot say it; `also` are further figures that belong to it.
    """

    id: str
    order: Size
    about: About
    says: str
    figures: tuple[Figure, ...] = ()
    unit: str = ""
    source: str
    arithmetic: str = ""
    primary: Primary
    prediction: str = ""
    verdict: VerdictName | None = None
    remark: str = ""
    also: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise(Noun):
    """A question of the lesson, worked: figures that are computed, and what follows from them."""

    id: str
    order: Size
    says: str
    source: str
    steps: tuple[Step, ...]
    follows: str
