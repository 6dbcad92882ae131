"""Accelerations: what each changes in how a model is run, what was reported of it, and how far that is known."""

from typing import Literal

from tokencost.nouns.model import FamilyName, TaskName
from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Count, Fraction, Size

Grade = Literal["measured", "published", "derived", "assumed"]
"""Timed on this model by somebody; claimed by its authors for this model; from the timing model alone; carried over."""
Slot = Literal["engine", "precision", "guidance", "student", "decoding", "cache"]
"""The part of a run that an acceleration takes; two of one slot exclude each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Noun):
    """A factor that somebody reported for one model, against the same model without.

    `of` is the time of a request, or the `passes` over the backbone that it needs. `rows` are the shipped measurements
    without and with it, where the factor is their ratio. `quality` says what it did to the scores.
    """

    model: str
    of: Literal["time", "passes"]
    factor: Fraction
    grade: Literal["measured", "published"]
    conditions: str
    quality: str = ""
    rows: tuple[str, ...] = ()
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting(Noun):
    """Several tokens in a decode pass: `window` of a sequence are looked at, `accepted_per_step` of them kept.

    Where `draft_layers` layers of the model's own kind draft `draft_length` tokens one by one, each kept with
    probability `acceptance`, what is kept follows. `passes` over the whole image stand in place of a window.
    A pass takes `stretch` times as long as its network: drawing, testing and denoising drafts around it.
    """

    window: Size = 0
    passes: Size = 0
    accepted_per_step: Count = 0.0
    acceptance: Fraction = 0.0
    draft_length: Size = 0
    draft_layers: Size = 0
    stretch: Fraction = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration(Noun):
    """One way to run a model faster; it concerns the named `models`, or else all of its `families`.

    It names another `engine`, `precision`, way of `guidance` or distilled `student`, drafts several tokens at once, or
    divides the denoising steps that are computed by `step_factor`. Where a report counts the passes for a model, that
    factor takes the place of what is written here; where another times them too, so does the ratio of the two for
    `stretch`. `lossless` ones do not change what is sampled. `spread` is the factor within which nine of ten of its
    effects are taken to stay, beyond what an engine's spread says.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    slot: Slot
    families: tuple[FamilyName, ...] = ()
    tasks: tuple[TaskName, ...] = ()
    models: tuple[str, ...] = ()
    engine: str = ""
    precision: str = ""
    guidance: Literal["", "batched"] = ""
    student: str = ""
    drafting: Drafting | None = None
    step_factor: Fraction = 1.0
    lossless: bool = False
    spread: Fraction = 1.0
    reports: tuple[Report, ...] = ()
    notes: str = ""
