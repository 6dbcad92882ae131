"""What `compare --where` says: places ranked, and fleets against APIs."""

from typing import Literal

from tokencost.report.schemas.part import Family, Part, Sealed, means


class Place(Part):
    """A model somewhere: on rented GPUs, or as an API sells it."""

    model: str = means("id in the catalogue")
    family: Family = means("how it works")
    gpu: str | None = means("id in the catalogue; null: an API, or no place")
    provider: str | None = means("who lets the GPU or sells the asset; null: nobody")
    region: str | None = means("as the provider calls it; null behind an API")
    country: str | None = means("ISO 3166 code of the region's country; null: not known")
    term: str | None = means("how the GPU is let; `API` behind one; null: no place")
    instance: str | None = means("the machine that is rented")
    gpus_per_instance: float | None = means("GPUs that are rented together; null behind an API")
    variant: str | None = means("what an API sells")
    usd_per_gpu_hour: float | None = means("the price of a GPU, discounts and interruptions included", "USD/h")
    seconds: float | None = means("one request alone, at an API as it is usual; null: not known", "s")
    gpus: float | None = means(
        "GPUs that serve the requests, without those that whole instances add; null behind an API"
    )
    usd_per_asset: float | None = means("per asset", "USD")
    usd_per_month: float | None = means("per month, where there is traffic", "USD")
    since: str | None = means("last day on which the price was seen to be true")
    source: str | None = means("who says the price")
    reason: str | None = means("what speaks against it; null: nothing")


class BreakEven(Part):
    """From which volume a fleet of one's own costs no more than an API."""

    model: str = means("which would run on the fleet")
    api: str = means("the model behind the API")
    api_variant: str = means("what the API sells")
    api_usd_per_asset: float | None = means("what the API asks for an asset", "USD")
    gpu: str = means("GPU of the fleet")
    provider: str = means("who lets it")
    region: str = means("as the provider calls it")
    term: str = means("how it is let")
    seconds: float | None = means("one request alone on the fleet", "s")
    requests_per_second: float | None = means("average rate from which the fleet is cheaper; null: at none", "1/s")
    assets_per_month: float | None = means("the same as assets of a month; null: at none")
    gpus: float | None = means("GPUs of the fleet at that rate, or at the last that was tried")
    usd_per_month: float | None = means("what that fleet costs in a month; null: at no rate", "USD")


class Where(Sealed):
    """Every allowed place, the cheapest first."""

    schema_: Literal["tokencost.where/1"] = means("this schema", name="schema")
    name: str = means("of the spec, or `anywhere`")
    task: str = means("text-to-image, text-to-video or image-to-text")
    width: float = means("pixels")
    height: float = means("pixels")
    frames: float = means("frames of a clip; 1 for an image")
    requests_per_second: float = means("average traffic; 0: requests one by one", "1/s")
    allowed: dict[str, str] = means("what was asked of a place, by its name")
    places: list[Place] = means("the cheapest first, those that cannot serve last")
    break_even: list[BreakEven] = means("fleets of one's own against each API")
