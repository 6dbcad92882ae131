"""What a spec says about the price of a GPU: a rate of its own, or which offers of the catalogue it may take."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from tokencost.dates import day_of
from tokencost.nouns.request import Terms
from tokencost.reading.validate import MisfitError
from tokencost.spec.quantities import Name, NameOrNames, Positive, Price, Range, Share, Term, Title
from tokencost.spec.record import AtLeastOne, Record
from tokencost.units import Unit, quoted

FOREIGN = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Z]{3})/h")
CODE = re.compile(r"[A-Z]{3}")


def date(raw: object) -> str:
    """A day; raises ValueError for anything else."""
    if not isinstance(raw, str) or len(raw) != len("2026-01-31") or day_of(raw) is None:
        raise ValueError(f"{quoted(raw)} is not a date; write for example '2026-11-20'")
    return raw


def currency_code(raw: object) -> str:
    """The code of a currency; raises ValueError for anything else."""
    if not isinstance(raw, str) or not CODE.fullmatch(raw) or raw == "USD":
        raise ValueError(f"{quoted(raw)} is not a currency to convert from; write for example EUR")
    return raw


def below_one(share: float) -> float:
    """The share itself; raises ValueError for all or more."""
    if share >= 1:
        raise ValueError(f"{share:g} is not allowed; it has to be less than 1")
    return share


Day = Annotated[str, BeforeValidator(date), WithJsonSchema({"type": "string", "format": "date"})]
PartOf = Annotated[Share, AfterValidator(below_one)]


class Exchange(Record):
    """What one unit of another currency was worth, when, and who says so."""

    currency: Annotated[str, BeforeValidator(currency_code)] = Field(
        default="EUR", description="Code of the currency; default: EUR."
    )
    usd: Annotated[float, Unit(""), Range(above=0, high=1_000_000)] = Field(
        description="What one unit of it is worth in USD, such as 1.085."
    )
    since: Day = Field(description="The day of that exchange rate.")
    source: Title = Field(default="the spec", description="Who says so.")


class PriceTerms(AtLeastOne):
    """A price of one's own, or the offers to choose from, and what is agreed beside the list price."""

    rate: Price | None = Field(
        default=None, description="Your own price of one GPU, such as 1.80 USD/h, or 1.60 EUR/h with an exchange."
    )
    since: Day | None = Field(default=None, description="The day from which your own price is true.")
    provider: Title | None = Field(default=None, description="Provider in the catalogue, such as aws.")
    region: NameOrNames | None = Field(default=None, description="Region of the provider, or a list of them.")
    term: Term | None = Field(
        default=None, description="How long you bind yourself; default: on-demand, or the shares of mix."
    )
    instance: Title | None = Field(default=None, description="Instance of the provider, such as p4de.24xlarge.")
    gpus_per_instance: Positive | None = Field(default=None, description="GPUs of an instance at most.")
    residency: Name | None = Field(
        default=None, description="Countries in which the machines must stand: eu, eea, us, uk, ..."
    )
    discount: PartOf | None = Field(
        default=None, description="Share of the list price that you do not pay, such as 12 %."
    )
    floor: Price | None = Field(default=None, description="Price below which no discount goes.")
    interrupted: PartOf | None = Field(default=None, description="Share of spot hours that is lost to interruptions.")
    committed_use: Share | None = Field(
        default=None, description="Share of committed hours that is used; the rest is paid too."
    )
    exchange: Exchange | None = Field(default=None, description="What the currency of your rate is worth.")

    @model_validator(mode="before")
    @classmethod
    def _converted(cls, raw: Any) -> Any:
        """A rate in another currency as one in USD, by the exchange rate beside it."""
        exchange = raw.get("exchange") if isinstance(raw, dict) else None
        if not isinstance(exchange, dict) or not isinstance(raw.get("rate"), str):
            return raw
        match, worth = FOREIGN.fullmatch(raw["rate"].strip()), exchange.get("usd")
        if match is None or match[2] != exchange.get("currency", "EUR") or isinstance(worth, bool):
            return raw
        try:
            dollars = float(match[1]) * Unit("").parse(worth)
        except ValueError:
            return raw
        return {**raw, "rate": f"{dollars:.12g} USD/h"}

    @model_validator(mode="after")
    def _consistent(self) -> "PriceTerms":
        chosen = [name for name in OF_OFFERS if getattr(self, name) is not None]
        if self.rate is not None and chosen:
            raise MisfitError(f"a rate of your own is no offer of the catalogue; write rate or {chosen[0]}", chosen[0])
        for name, other in NEEDS.items():
            if getattr(self, name) is not None and getattr(self, other) is None:
                raise MisfitError(f"{name} says more about {other}; add {other}", name)
        if self.interrupted is not None and self.term not in (None, "spot"):
            raise MisfitError("only spot is interrupted; write term: spot, or remove interrupted", "interrupted")
        if self.committed_use is not None and self.term in ("spot", "on-demand"):
            raise MisfitError(f"nothing is committed {self.term}; remove committed_use", "committed_use")
        return self

    @property
    def terms(self) -> Terms:
        """As plans use it."""
        since = self.since or (self.exchange.since if self.exchange else "")
        return Terms(
            providers=(self.provider,) if self.provider else (), regions=self.region or (),
            terms=(self.term,) if self.term else (), instance=self.instance or "", residency=self.residency or "",
            largest=self.gpus_per_instance or 0, since=since or "", discount=self.discount or 0.0,
            floor=self.floor or 0.0, interrupted=self.interrupted or 0.0, committed_use=self.committed_use or 1.0,
        )  # fmt: skip


OF_OFFERS = ("provider", "region", "instance", "gpus_per_instance", "residency")
NEEDS = {"since": "rate", "floor": "discount", "exchange": "rate"}
"""Keys that say more about another one."""


def _kind_of(raw: object) -> str:
    return "terms" if isinstance(raw, dict | PriceTerms) else "rate"


RateOrTerms = Annotated[Annotated[Price, Tag("rate")] | Annotated[PriceTerms, Tag("terms")], Discriminator(_kind_of)]
