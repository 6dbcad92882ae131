"""A spec as it was understood can be written down and read again: only then can two of them be mixed."""

from pathlib import Path

import pytest

from tokencost.catalog.load import load
from tokencost.planning.normal import flat, nested, spec_causes
from tokencost.planning.plan import understood
from tokencost.spec.load import from_mapping
from tokencost.spec.load import load as load_spec
from tokencost.spec.product import Product

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
IMAGE = {"version": 1, "name": "a", "task": "text-to-image", "output": {"width": 512, "height": 512}}
EVERY = [
    {"latency": {"p50": "1500 ms", "p95": "2 s", "p99": "3 s"}},
    {"budget": {"per_asset": "0.01 USD", "per_month": "5 USD", "energy_per_asset": "1 Wh", "carbon_per_asset": "1 g"}},
    {"platform": {"gpu": ["a100-80gb-sxm"], "gpus": 4, "parallelism": "tp4", "price": "1.1 USD/h", "spares": 1}},
    {"platform": {"price": {"provider": "aws", "region": "us-east-1", "term": "spot", "interrupted": "5 %"}}},
    {"platform": {"price": {"residency": "eu", "discount": "10 %", "floor": "1 USD/h", "gpus_per_instance": 8}}},
    {"platform": {"price": {"rate": "1.6 EUR/h", "exchange": {"usd": 1.1, "since": "2026-11-20", "source": "ECB"}}}},
    {"platform": {"price": {"rate": "2 USD/h", "since": "2026-11-20", "committed_use": 0.8}}},
    {"platform": {"price": {"provider": "aws"}, "mix": {"reserved-1y": 0.6, "spot": 0.4}}},
    {"budget": {"max_price_age": "90 days"}},
    {"platform": {"cold_start": "2 min", "mix": {"reserved": 0.6, "on-demand": 0.4}}},
    {"platform": {"batching": {"most": 8, "window": "50 ms"}}},
    {"quality": {"tier": "draft", "unknown": "accept", "geneval": ">= 0.6"}},
    {"traffic": {"average": "90 req/min", "profile": {"peak_to_mean": 1.5, "hours": 12}}},
    {"traffic": {"peak": "2 req/s", "burstiness": 3, "classes": [{"share": 0.4}, {"share": 0.6, "prompt_tokens": 9}]}},
    {"assume": {"request_time": {"value": "2 s", "reason": "measured"}, "batch": 2, "utilisation-target": 0.5}},
    {"candidates": ["sdxl", "emu3-gen"], "labels": {"team": "a"}},
]


def again(product: Product) -> Product:
    return from_mapping(nested(flat(understood(product)))).product


@pytest.mark.parametrize("path", [path for path in SPECS if not path.name.startswith("sweep-")], ids=lambda p: p.stem)
def test_shipped_specs_are_written_and_read_again(path: Path) -> None:
    """
    What is lost on the way would be told as a change that nobody made.
    """
    product = load_spec(path, (), load()).product
    fields = flat(understood(product))
    read = from_mapping(nested(fields), load(), path.parent).product

    assert fields == flat(understood(read))


@pytest.mark.parametrize("part", EVERY, ids=lambda part: "-".join(part))
def test_every_quantity_keeps_its_unit(part: dict[str, object]) -> None:
    """
    A number that a file may not hold bare is written with its unit.
    """
    product = from_mapping(IMAGE | part).product

    assert flat(understood(product)) == flat(understood(again(product)))


def test_other_words_for_the_same_are_no_change() -> None:
    """
    Units, defaults and short forms are spelling.
    """
    short = from_mapping(IMAGE | {"traffic": {"peak": "120 req/min"}, "quality": "draft"}).product
    long = from_mapping(
        IMAGE | {"traffic": {"peak": "2 req/s"}, "quality": {"tier": "draft"}, "platform": {"engine": "compile"}}
    ).product

    assert [] == spec_causes(flat(understood(short)), flat(understood(long)))
