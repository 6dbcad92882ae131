"""Which folder of data/ holds which noun."""

from collections.abc import Mapping
from typing import Any

from tokencost.nouns.acceleration import Acceleration
from tokencost.nouns.claim import Claim, Exercise
from tokencost.nouns.electricity import Grid, Site
from tokencost.nouns.hardware import Achieved, Engine, Gpu, GpuPrice, Power, Precision
from tokencost.nouns.metric import Metric
from tokencost.nouns.model import ApiPrice, Model, Quality, Tier, Tokenizer
from tokencost.nouns.network import Network
from tokencost.nouns.price_book import Places, Residency, SetAside
from tokencost.nouns.training import Run

KINDS: Mapping[str, Any] = {
    "gpus": Gpu,
    "achieved": Achieved,
    "power": Power,
    "engines": Engine,
    "precisions": Precision,
    "grids": Grid,
    "sites": Site,
    "prices": GpuPrice,
    "api_prices": ApiPrice,
    "set_aside": SetAside,
    "places": Places,
    "residencies": Residency,
    "tokenizers": Tokenizer,
    "networks": Network,
    "models": Model,
    "training": Run,
    "quality": Quality,
    "metrics": Metric,
    "tiers": Tier,
    "accelerations": Acceleration,
    "claims": Claim,
    "exercises": Exercise,
}
