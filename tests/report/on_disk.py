"""Files that some commands read: an invoice, and lists of prices as their publishers write them."""

import json
import tempfile
from pathlib import Path

from tests.cli.calling import SPECS

INVOICE = """\
BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ConsumedQuantity,ConsumedUnit,SkuId,Tags
2880,USD,2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,Usage,1500,Hours,,"{""product"": ""poster-1024""}"
230.4,USD,2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,Tax,,,,"{""product"": ""poster-1024""}"
70,USD,2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,Usage,7,Hours,,"{""product"": ""zoo""}"
50,USD,2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,Usage,5,Hours,,{}
"""
"""Hours and a price that nobody forecast, a tax, a product that nobody forecast, and a charge without a product."""
OPENAI = {"gpt-image-1": {"low": 1.2, "medium": 4.4, "high": 17.1}}
"""Cents of a square image by quality."""
VERTEX = {"veo-3.1-generate-preview": 60}
"""Cents of a second: the other list says another price."""
TABLE = """\
instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,gpu_vendor,flags,cpu_arch,\
provider_data
p4de.24xlarge,us-east-1,24.0,96,1152.0,8,A100,80,False,,nvidia,,x86,{}
p4de.24xlarge,us-west-2,27.4472,96,1152.0,8,A100,80,False,,nvidia,,x86,{}
p5.48xlarge,us-east-2,0.5504,96,1152.0,8,H100,80,False,,nvidia,,x86,{}
"""

ROWS = """\
id,model,scope,family,gpu,n_gpus,width,height,batch,metric,value,source
a,sdxl,request,diffusion,a100-80gb-sxm,1,1024,1024,1,latency_s,3,me
b,none,request,,x,1,1,1,1,latency_s,1,me
"""
"""A row that can be predicted and one that cannot."""
SWEEP = """\
version: 1
name: posters
spec: poster-1024.yaml
axes:
  model: [sdxl, sdxl-lightning]
  traffic: [1 req/s, 6 req/s]
  price: {from: 1 USD/h, to: 3 USD/h, points: 5}
heat_map: {x: price, y: traffic, value: cost.per_asset_usd}
"""


def files() -> tempfile.TemporaryDirectory[str]:
    """A folder with all of them, for as long as it is held."""
    folder = tempfile.TemporaryDirectory()
    place = Path(folder.name)
    squares = {
        model: _paid({"image": {quality: {"1024x1024": {"price": cents}} for quality, cents in found.items()}})
        for model, found in OPENAI.items()
    }
    seconds = {
        model: _paid({"additional_units": {"video_duration_seconds_1280_720": {"price": cents}}})
        for model, cents in VERTEX.items()
    }
    texts = {
        "invoice.csv": INVOICE,
        "portkey/openai.json": json.dumps(squares),
        "portkey/vertex-ai.json": json.dumps(seconds),
        "litellm.json": json.dumps({"vertex_ai/veo-3.1-generate-preview": {"output_cost_per_second": 0.4}}),
        "tables/aws.csv": TABLE,
        "rows.csv": ROWS,
        "sweep.yaml": SWEEP,
        "poster-1024.yaml": (SPECS / "poster-1024.yaml").read_text(encoding="utf-8"),
    }
    for name, text in texts.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return folder


def _paid(prices: object) -> object:
    return {"pricing_config": {"pay_as_you_go": prices}}
