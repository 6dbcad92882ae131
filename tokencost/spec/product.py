"""The product spec as records: what the keys are, what they mean, and which values make sense."""

import math
import re
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, model_validator

from tokencost.nouns.hardware import COMMITTED
from tokencost.nouns.model import TaskName
from tokencost.nouns.request import Terms
from tokencost.reading.validate import MisfitError
from tokencost.spec.demand import WHOLE_MIX, Latency, Traffic
from tokencost.spec.price import PriceTerms, RateOrTerms
from tokencost.spec.quantities import (
    Batch,
    Duration,
    Factor,
    Label,
    Name,
    NameOrNames,
    Names,
    PerAsset,
    PerAssetCarbon,
    PerAssetEnergy,
    PerMonth,
    Positive,
    Pue,
    ServiceSpread,
    Share,
    Sharing,
    Spares,
    Term,
    Title,
    Tokens,
    Version,
)
from tokencost.spec.record import AtLeastOne, Record
from tokencost.spec.sizes import Output, Picture
from tokencost.units import finite, quoted

BOUND = re.compile(r"\s*(>=|<=)\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]{1,3})?)\s*")
T = TypeVar("T")


class Batching(Record):
    """Requests for images that a replica takes at once."""

    most: Batch = Field(description="Requests of a batch at most; the plan picks the number that needs fewest GPUs.")
    window: Duration | None = Field(
        default=None, description="How long the first request may wait for others; default: not at all."
    )


class Platform(Record):
    """What one replica runs on; the plan picks where a list is given."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["mix", "price"]}})

    gpu: NameOrNames | None = Field(default=None, description="GPU of the catalogue, or a list of them to choose from.")
    gpus: Positive | None = Field(
        default=None, description="GPUs of one replica; default: what parallelism needs, or 1."
    )
    engine: Name | None = Field(default=None, description="Software stack of the catalogue.")
    precision: Name | None = Field(default=None, description="How weights are stored and multiplied, such as bf16.")
    parallelism: Sharing | None = Field(
        default=None, description="How the GPUs share the work, such as tp4 or cfg2xulysses2."
    )
    accelerations: Names | None = Field(
        default=None, description="Accelerations of the catalogue, used by the models that they are for, such as [sjd]."
    )
    price: RateOrTerms | None = Field(
        default=None,
        description="Price of one GPU, such as 1.80 USD/h, or the offers to take, such as {provider: aws, term: spot}; "
        "default: the cheapest on demand.",
    )
    spares: Spares | None = Field(default=None, description="Replicas on top of those that the limits need.")
    cold_start: Duration | None = Field(
        default=None,
        description="Time until a new replica serves, such as 2 min; counts when replicas follow the load.",
    )
    autoscale: bool = Field(
        default=False,
        strict=True,
        description="Whether replicas follow the profile and are paid as they run.",
    )
    batching: Batching | None = Field(
        default=None,
        description="Batches of models that share no steps, such as {most: 8, window: 50 ms}; default: none.",
    )
    mix: dict[Term, Share] | None = Field(
        default=None, description="Shares of the GPUs by term, such as {reserved: 0.6, on-demand: 0.4}."
    )

    @property
    def shared_by(self) -> int:
        """GPUs that the parallelism needs; 1 if there is none."""
        return math.prod(int(n) for n in re.findall(r"[0-9]+", self.parallelism or ""))

    @property
    def own_price(self) -> float | None:
        """A price of the user's own in USD/s."""
        said = self.price.rate if isinstance(self.price, PriceTerms) else self.price
        return None if said is None else float(said)

    @property
    def terms(self) -> Terms:
        """Which offers may be taken, and what is agreed beside the list price."""
        return self.price.terms if isinstance(self.price, PriceTerms) else Terms()

    @model_validator(mode="after")
    def _consistent(self) -> "Platform":
        if self.gpus and self.shared_by > 1 and self.gpus != self.shared_by:
            raise MisfitError(f"{self.parallelism} needs {self.shared_by} GPUs; gpus is {self.gpus}", "gpus")
        if self.mix is not None and self.own_price is not None:
            raise MisfitError("a mix is paid at the catalogue's prices; write price or mix", "mix")
        if self.mix is not None and self.terms.terms:
            raise MisfitError("a mix says the terms itself; remove term from price, or mix", "mix")
        self._agreed_about_something()
        if self.mix is not None and abs(math.fsum(self.mix.values()) - 1) > WHOLE_MIX:
            raise MisfitError(f"shares of {math.fsum(self.mix.values()):g} in all; they add up to 1", "mix")
        return self

    def _agreed_about_something(self) -> None:
        """What is agreed about spot or a commitment needs one; a rate of one's own may be either."""
        rented = {*self.terms.terms, *(self.mix or {})} or {"on-demand"}
        if self.own_price is None and self.terms.interrupted and "spot" not in rented:
            raise MisfitError("only spot is interrupted; write term: spot, or a mix with spot", "price", "interrupted")
        if self.own_price is None and self.terms.committed_use < 1 and not rented & set(COMMITTED):
            text = "nothing is committed; write a term such as reserved-1y, or a mix with one"
            raise MisfitError(text, "price", "committed_use")


class Budget(AtLeastOne):
    """What may be spent."""

    per_asset: PerAsset | None = Field(
        default=None, description="USD for one image, clip or answer.", examples=["0.01 USD"]
    )
    per_month: PerMonth | None = Field(
        default=None, description="USD for a month (730 hours) of the whole fleet.", examples=["20000 USD"]
    )
    energy_per_asset: PerAssetEnergy | None = Field(
        default=None,
        description="Electricity for one asset, such as 2 kJ or 1 Wh: waiting GPUs and cooling included.",
        examples=["2 kJ", "1 Wh"],
    )
    carbon_per_asset: PerAssetCarbon | None = Field(
        default=None, description="CO2-equivalent of that electricity, such as 1 g.", examples=["1 g"]
    )
    max_price_age: Duration | None = Field(
        default=None, description="How long ago a price may have been seen, such as 90 days."
    )


class Energy(Record):
    """Where the machines stand."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["site", "pue"]}})

    region: Name | None = Field(
        default=None, description="Region whose grid feeds them, such as us-east4, eu-north-1 or FRA; default: world."
    )
    site: Name | None = Field(default=None, description="Data centre of the catalogue; default: hyperscale.")
    pue: Pue | None = Field(
        default=None, description="Power usage effectiveness of your data centre, 1 to 5, instead of a site."
    )

    @model_validator(mode="after")
    def _one_pue(self) -> "Energy":
        if self.site is not None and self.pue is not None:
            raise MisfitError("a site has its own PUE; write site or pue", "pue")
        return self


class Threshold(Record):
    """A published score that a model has to reach."""

    operator: Literal[">=", "<="]
    value: float


def threshold(raw: object) -> Threshold:
    """A bound as people write it, '>= 0.6'; raises ValueError."""
    if isinstance(raw, Threshold):
        return raw
    match = BOUND.fullmatch(raw) if isinstance(raw, str) and len(raw) <= 40 else None
    try:
        return Threshold(operator=match[1], value=finite(float(match[2]), raw))  # type: ignore[index, arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{quoted(raw)} is not a bound; write for example '>= 0.6'") from None


class Quality(Record):
    """A tier, bounds of published scores by metric, or both."""

    tier: Literal["draft", "standard", "premium"] | None = Field(default=None, description="A tier of the catalogue.")
    unknown: Literal["accept", "refuse"] = Field(
        default="refuse", description="What to do with models without a score."
    )
    bounds: dict[Name, Annotated[Threshold, BeforeValidator(threshold)]] = Field(
        default_factory=dict, description='Bounds by metric, such as {geneval: ">= 0.6"}.'
    )

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            return {"tier": raw}
        if not isinstance(raw, dict) or not isinstance(raw.get("bounds", {}), dict):
            return raw
        metrics = {key: value for key, value in raw.items() if key not in cls.model_fields}
        if not raw:
            raise ValueError("nothing stands here; write a tier, or bounds of metrics")
        return {**{k: v for k, v in raw.items() if k not in metrics}, "bounds": {**raw.get("bounds", {}), **metrics}}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """The short forms too: a tier alone, and metrics beside the keys."""
        full = handler.resolve_ref_schema(handler(core))
        bound = {"type": "string", "pattern": f"^{BOUND.pattern}$", "examples": [">= 0.6"]}
        about = full["properties"]["bounds"]["description"]
        full["properties"]["bounds"] = {"type": "object", "additionalProperties": bound, "description": about}
        full["additionalProperties"] = bound
        return {"anyOf": [{"enum": ["draft", "standard", "premium"]}, full]}


class Given(Record, Generic[T]):
    """A quantity taken as given instead of computed, and why."""

    value: T
    reason: Title = "given in the spec"

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"value": raw}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """The bare value too."""
        full = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [full["properties"]["value"], full]}


class Assume(Record):
    """Quantities taken as given; every report marks them."""

    request_time: Given[Duration] | None = Field(default=None, description="Time of one request without waiting.")
    batch: Given[Positive] | None = Field(default=None, description="Requests that run together.")
    steps: Given[Positive] | None = Field(default=None, description="Steps of the sampler.")
    steps_of: dict[Name, Given[Positive]] = Field(
        default_factory=dict, max_length=50, description="Steps of the sampler by model, such as {sdxl: 30}."
    )
    guidance: Given[Literal["none", "batched", "sequential", "distilled"]] | None = Field(
        default=None, description="How guidance branches run: none, batched, sequential or distilled."
    )
    speedup: dict[Name, Given[Factor]] = Field(
        default_factory=dict,
        max_length=50,
        description="How many times faster than predicted, by family or model, such as {autoregressive: 3} for "
        "drafts that are verified or Jacobi decoding.",
    )
    service_spread: Given[ServiceSpread] | None = Field(
        default=None,
        validation_alias=AliasChoices("service-spread", "service_spread"),
        description="Squared coefficient of variation of the time a request takes, as measured; default: all the same.",
    )
    utilisation_target: Given[Share] | None = Field(
        default=None,
        validation_alias=AliasChoices("utilisation-target", "utilisation_target"),
        description="Busy share of the fleet that it is sized for, above 0 and at most 1.",
    )


class Product(Record):
    """What a product needs: its task, its size, its limits, and what it may run on."""

    version: Version = Field(description="Version of this format: 1.")
    name: Title = Field(description="What reports call this product.")
    task: TaskName = Field(description="What the product does.")
    output: Output | None = Field(default=None, description="Size of the image or video; not for image-to-text.")
    input: Picture | None = Field(default=None, description="Size of the image that is read; only for image-to-text.")
    prompt_tokens: Tokens = Field(default=64, description="Tokens of the text that goes in.")
    output_tokens: Tokens = Field(default=128, description="Tokens of the answer; only for image-to-text.")
    quality: Quality = Field(
        default=Quality(tier="standard"), description="A tier (draft, standard, premium), or bounds."
    )
    latency: Latency | None = Field(default=None, description="Limits of the time to an answer.")
    traffic: Traffic | None = Field(default=None, description="How often requests come.")
    platform: Platform = Field(default=Platform(), description="What one replica runs on.")
    budget: Budget | None = Field(default=None, description="What may be spent.")
    energy: Energy = Field(default=Energy(), description="Where the machines stand; for energy and carbon.")
    candidates: Names | None = Field(
        default=None, description="Models to choose from; default: all that can do the task."
    )
    assume: Assume = Field(default=Assume(), description="Quantities taken as given, with a reason.")
    labels: dict[Label, Title] = Field(default_factory=dict, max_length=50, description="Short texts for your own use.")
