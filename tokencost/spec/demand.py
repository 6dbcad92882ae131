"""How many requests come, and how soon they are answered."""

import itertools
import math

from pydantic import ConfigDict, Field, model_validator

from tokencost.reading.validate import MisfitError
from tokencost.spec.quantities import Burstiness, Duration, Hours, PeakToMean, Rate, Share, Title, Tokens
from tokencost.spec.record import AtLeastOne, Record
from tokencost.spec.sizes import Output, Picture

WHOLE_MIX = 1e-6
"""Shares may miss 1 by this much, for thirds."""


class Latency(AtLeastOne):
    """Limits of the time from request to answer, waiting included, by percentile."""

    p50: Duration | None = Field(default=None, description="Half of the requests are answered within this time.")
    p95: Duration | None = Field(default=None, description="95 % of the requests are answered within this time.")
    p99: Duration | None = Field(default=None, description="99 % of the requests are answered within this time.")

    @model_validator(mode="after")
    def _ordered(self) -> "Latency":
        given = [(key, limit) for key in ("p50", "p95", "p99") if (limit := getattr(self, key)) is not None]
        for (low, shorter), (high, longer) in itertools.pairwise(given):
            if longer < shorter:
                raise MisfitError(f"{high} is tighter than {low} ({longer:g} s < {shorter:g} s); swap them", high)
        return self


class Profile(Record):
    """The course of a day: a sine wave around the average."""

    peak_to_mean: PeakToMean = Field(description="Rate at the peak over the average rate, 1 to 2.")
    hours: Hours = Field(default=24.0, description="Hours from one peak to the next; default: 24.")


class RequestClass(Record):
    """A share of the requests that ask for something else than the rest of the spec says."""

    share: Share = Field(description="Share of the requests, such as 0.3 or 30 %; all shares add up to 1.")
    output: Output | None = Field(default=None, description="Size of the image or video; default: the spec's.")
    input: Picture | None = Field(default=None, description="Size of the image that is read; default: the spec's.")
    prompt_tokens: Tokens | None = Field(default=None, description="Tokens of the text that goes in.")
    output_tokens: Tokens | None = Field(default=None, description="Tokens of the answer; only for image-to-text.")


class Traffic(AtLeastOne):
    """How often requests come: sized on the peak, billed on the average."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [key]} for key in ("average", "peak", "trace")]}
    )

    average: Rate | None = Field(
        default=None, description="Requests per time over the month; default: the peak.", examples=["2 req/s"]
    )
    peak: Rate | None = Field(
        default=None, description="Requests per time in the busiest hour; default: the average.", examples=["6 req/s"]
    )
    burstiness: Burstiness | None = Field(
        default=None, description="Squared coefficient of variation of the time between requests; 1 is random arrivals."
    )
    trace: Title | None = Field(default=None, description="CSV file of arrivals, relative to the folder of this spec.")
    profile: Profile | None = Field(
        default=None,
        description="Course of the day; with it the peak follows from the average, or the other way round.",
    )

    classes: tuple[RequestClass, ...] | None = Field(
        default=None, min_length=2, max_length=20, description="Requests of different kinds and their shares."
    )

    @model_validator(mode="after")
    def _whole(self) -> "Traffic":
        total = math.fsum(part.share for part in self.classes or ())
        if self.classes and abs(total - 1) > WHOLE_MIX:
            raise MisfitError(f"the shares add up to {total:g}, not to 1; change one of them", "classes")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> "Traffic":
        if self.average and self.peak and self.peak < self.average:
            text = f"the peak ({self.peak:g}/s) is below the average ({self.average:g}/s); write the busiest hour"
            raise MisfitError(text, "peak")
        if self.trace and self.burstiness:
            raise MisfitError("a trace has its own burstiness; write one of them", "burstiness")
        if not (self.trace or self.average or self.peak):
            raise MisfitError("burstiness or a profile alone is no traffic; add average or peak")
        if self.profile and self.average and self.peak:
            raise MisfitError(
                "the peak follows from the average and the profile; write one of average and peak", "peak"
            )
        if self.profile and self.trace:
            raise MisfitError("a trace has its own profile; write one of them", "profile")
        return self
