"""What the catalogue says about prices."""

import pytest

from tests.catalog.records import nouns, plain, sources
from tests.promises.records import catalog
from tokencost.catalog.places import country_of, stands_in
from tokencost.nouns.hardware import GpuPrice
from tokencost.nouns.model import ApiPrice
from tokencost.nouns.price_book import SetAside

HOUR = 3600.0
PRICES: dict[str, GpuPrice] = nouns("prices")
API_PRICES: dict[str, ApiPrice] = nouns("api_prices")
ASIDE: dict[str, SetAside] = nouns("set_aside")


def kind_of(source: str) -> str:
    return str(sources()[source.partition(",")[0]]["kind"])


@pytest.mark.parametrize(
    ("record", "usd_per_hour"),
    [
        ("aws-a100-40gb-sxm-on-demand-us-east-1", 2.7447),
        ("aws-a100-80gb-sxm-on-demand-us-east-1", 3.4309),
        ("aws-h100-80gb-sxm-on-demand-us-east-2", 6.88),
        ("aws-h200-141gb-sxm-on-demand-us-east-1", 7.912),
        ("modal-h100-80gb-sxm-on-demand", 0.001097 * HOUR),
        ("modal-a100-80gb-sxm-on-demand", 0.000694 * HOUR),
        ("gcp-tpu-v5p-95gb-on-demand-us-central1", 4.2),
    ],
)
def test_a_price_is_for_one_gpu_and_one_hour(record: str, usd_per_hour: float) -> None:
    """
    Clouds quote instances of eight or seconds; the record holds the share of one GPU.
    """
    assert usd_per_hour == pytest.approx(PRICES[record].lines[-1].price * HOUR)


@pytest.mark.parametrize("price", PRICES.values(), ids=PRICES)
def test_a_price_names_its_provider_gpu_and_term_and_a_known_gpu(price: GpuPrice) -> None:
    """
    Ids are typed on command lines, so they follow one pattern.
    """
    provider = price.provider.lower().replace(".", "").replace(" ", "-")

    assert price.id.startswith(f"{provider}-{price.gpu}-{price.term}")
    assert price.gpu in nouns("gpus")
    assert sorted(line.since for line in price.lines) == [line.since for line in price.lines]


def test_spot_is_cheaper_than_on_demand() -> None:
    """
    A spot price above the on-demand price of its region is a column read wrong.
    """
    on_demand = {(p.provider, p.gpu, p.region): p.lines[-1].price for p in PRICES.values() if p.term == "on-demand"}
    pairs = [(p, on_demand.get((p.provider, p.gpu, p.region))) for p in PRICES.values() if p.term == "spot"]
    compared = [(p.lines[-1].price, full) for p, full in pairs if full]

    assert len(compared) >= 8
    assert all(spot < full for spot, full in compared)


def test_no_gpu_price_is_a_guess() -> None:
    """
    A price from memory beside a published one would be picked by whoever looks for the cheapest; it is set aside.
    """
    assert not {p.id for p in PRICES.values() if kind_of(p.lines[-1].source) == "assumption"}
    assert "prices-recalled" in {quote.source.partition(",")[0] for one in ASIDE.values() for quote in one.quotes}


def test_every_region_of_a_cloud_lies_in_a_country() -> None:
    """
    A residency that nobody can judge refuses the offer.
    """
    clouds = [p for p in PRICES.values() if p.provider in ("AWS", "GCP", "Azure")]

    assert not [p.id for p in clouds if not country_of(catalog(), p)]


@pytest.mark.parametrize(("region", "inside"), [("eu-central-1", True), ("eu-west-2", False), ("us-east-1", False)])
def test_london_is_not_in_the_european_union(region: str, inside: bool) -> None:
    """
    The name of a region says Europe, its country says which law holds.
    """
    offer = next(p for p in PRICES.values() if p.provider == "AWS" and p.region == region)

    assert inside == stands_in(catalog(), offer, "eu")


@pytest.mark.parametrize(
    ("record", "usd"),
    [
        ("openai-dall-e-3-standard-1024x1024", 0.04),
        ("openai-dall-e-3-hd-1024x1792", 0.12),
        ("openai-gpt-image-1-high-1024x1024", 0.167),
        ("google-imagen-4-fast", 0.02),
        ("google-gemini-2.5-flash-image", 0.039),
        ("openai-sora-2-720p", 0.10),
        ("google-veo-3.1-720p", 0.40),
        ("midjourney-standard-fast", 30 / 15 / 60),
    ],
)
def test_known_api_prices_come_out(record: str, usd: float) -> None:
    """
    Repositories list cents, dollars, pixels and tokens; the record holds dollars per image or second.
    """
    assert usd == pytest.approx(API_PRICES[record].lines[-1].price)


def test_a_better_image_of_the_same_size_never_costs_less() -> None:
    """
    Swapped columns of a price table would show here.
    """
    ranks = {"low": 0, "fast": 0, "medium": 1, "standard": 1, "high": 2, "hd": 2, "ultra": 2}
    ranked = [p for p in API_PRICES.values() if p.quality in ranks and p.per == "image"]
    pairs = [(a, b) for a in ranked for b in ranked if (a.model, a.width, a.height) == (b.model, b.width, b.height)]
    ordered = [(a, b) for a, b in pairs if ranks[a.quality] < ranks[b.quality]]

    assert len(ordered) >= 25
    assert all(a.lines[-1].price < b.lines[-1].price for a, b in ordered)


def test_only_withdrawn_models_have_ended() -> None:
    """
    A plan must not recommend what nobody sells any more.
    """
    assert {"dall-e-3", "sora-2", "sora-2-pro"} == {price.model for price in API_PRICES.values() if price.ended}


@pytest.mark.parametrize("price", API_PRICES.values(), ids=API_PRICES)
def test_an_api_price_says_up_to_which_size_it_holds(price: ApiPrice) -> None:
    """
    Without a size a price would be taken for any resolution.
    """
    assert price.max_pixels >= price.width * price.height
    assert price.max_pixels > 0


def test_latencies_of_apis_are_marked_as_judged() -> None:
    """
    No provider publishes them, so every one carries its assumption.
    """
    timed = {name for name, price in API_PRICES.items() if price.typical_latency}
    said = {name for name, data in plain("api_prices").items() if "typical_latency" in data.get("sources", {})}

    assert timed == said
    assert sources()["api-latency-judged"]["kind"] == "assumption"
