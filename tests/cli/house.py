"""A team whose every file, record, column and folder has one name, which may be a hostile one."""

import csv
import io
import json
from pathlib import Path

from tokencost.reading.characters import FORBIDDEN

MODEL = """\
id: own-lm
name: {text}
aliases: [own-alias]
org: {text}
released: 2026-01
family: autoregressive
tasks: [text-to-image]
weights: open
notes: {text}
components:
  transformer:
    shape: {{kind: decoder-lm, layers: 2, hidden: 64, heads: 4, kv_heads: 4, head_dim: 16, ffn: 128,
      vocab: 1000, positions: 8192}}
generation:
  tokenizer: emu3
  guidance: {{mode: none}}
  native: {{width: 512, height: 512}}
sources:
  default: {cited}
"""
GPU = """\
id: own-gpu
name: {text}
vendor: {text}
generation: {text}
memory: 64 GiB
memory_bandwidth: 3200 GB/s
peak: {{fp32: 40 TFLOP/s, bf16: 640 TFLOP/s, fp16: 640 TFLOP/s}}
multiprocessors: 120
link_bandwidth: 200 GB/s
power_limit: 500 W
idle_power: 60 W
sources:
  default: {cited}
"""
PRICE = """\
id: own-price
gpu: own-gpu
provider: {text}
region: {text}
term: on-demand
instance: {text}
gpus_per_instance: 1
lines:
  - {{since: "2026-01-15", price: 1.80 USD/h, source: {cited}}}
"""
API = """\
id: own-api
model: imagen-4
provider: {text}
variant: {text}
per: image
max_pixels: 4194304
lines:
  - {{since: "2026-06-01", price: 0.01 USD, source: {cited}}}
"""
FASTER = """\
id: own-cache
name: {text}
slot: cache
tasks: [text-to-image]
models: [sdxl]
step_factor: 1.2
spread: 1.2
reports:
  - {{model: sdxl, of: time, factor: 1.2, grade: published, conditions: {text}, quality: {text}, source: {cited}}}
notes: {text}
sources:
  default: {cited}
"""
RUN = """\
id: own-run
name: {text}
model: own-lm
gpu: own-gpu
stages:
  - {{id: {text}, tokens: 1e9, sequence: 4096, conditions: {text}, source: {cited}}}
published:
  - {{gpu_time: 1000 h, gpu: own-gpu, conditions: {text}, source: {cited}}}
notes: {text}
undisclosed: [{text}]
"""
SOURCE = """\
own-source: {{title: {text}, kind: repository, url: "https://example.com/a", licence: {text}, note: {text}}}
"""
SPEC = """\
version: 1
name: {text}
task: text-to-image
output: {{width: 512, height: 512}}
quality: {{tier: draft, unknown: accept}}
latency: {{p95: 60 s}}
traffic: {{average: 1 req/s, peak: 2 req/s}}
platform: {{gpu: own-gpu}}
budget: {{per_asset: 1 USD}}
candidates: [own-lm, imagen-4]
assume: {{request_time: {{value: 2 s, reason: {text}}}}}
labels: {{team: {text}}}
"""
BUDGET = """\
version: 1
rules:
  - {{id: asset, metric: usd_per_asset, limit: 0.0000001 USD, owner: {text}, message: {text}}}
  - {{id: month, metric: usd_per_month, limit: 0.0000001 USD, level: warn, owner: {text}, message: {text}}}
waivers:
  - {{rule: asset, until: "2027-01-31", ceiling: 100 USD, reason: {text}}}
"""
SWEEP = """\
version: 1
name: {text}
spec: {file}
axes:
  model: [own-lm, imagen-4]
  price: {{from: 1 USD/h, to: 3 USD/h, points: 5}}
"""
COLUMNS = (
    "id", "model", "scope", "family", "gpu", "n_gpus", "width", "height", "batch", "metric", "value", "source", "notes",
    "group",
)  # fmt: skip
RECORDS = {
    "models/own-lm": MODEL, "gpus/own-gpu": GPU, "prices/own-price": PRICE, "api_prices/own-api": API,
    "accelerations/own-cache": FASTER, "training/own-run": RUN, "sources/own": SOURCE,
}  # fmt: skip


def readable(text: str) -> str:
    """What of a text may stand in a record."""
    return FORBIDDEN.sub("", text)[:150].strip()


def titled(text: str) -> str:
    """What of a text may stand in a spec: a line."""
    return " ".join(readable(text).split())


def filed(text: str) -> str:
    """The text as a name of a file."""
    whole = text.replace("/", "\u2215").replace("\0", "").encode("utf-8", "surrogateescape")
    return whole[:100].decode("utf-8", "surrogateescape" if b"\xff" in whole else "ignore")


def house(folder: Path, text: str) -> dict[str, str]:
    """Write everything below a folder; returns the paths of its files, from that folder."""
    said, name, base = _quoted(readable(text)), filed(text), f"{titled(filed(text))}.base.yaml"
    record = {"text": said, "cited": _quoted(f"own-source, {readable(text)}")}
    spec = {"text": _quoted(titled(text)), "file": _quoted(base)}
    own = f"own {name}"
    files = {f"{own}/{place}.yaml": one.format(**record) for place, one in RECORDS.items()}
    files |= {
        f"{name}.yaml": SPEC.format(**spec), base: SPEC.format(**spec),
        f"{name}.budget.yaml": BUDGET.format(**spec), f"{name}.sweep.yaml": SWEEP.format(**spec),
        f"{name}.invoice.csv": _invoice(text), f"{name}.csv": _measured(text), f"{name}.json": _configuration(text),
        f"{name}.raw.yaml": SPEC.format(**spec | {"text": json.dumps(text)}),
        f"raw {name}/models/own-lm.yaml": MODEL.format(text=json.dumps(text), cited=json.dumps(text)),
        f"{name}.wrong.csv": f'id,model,"{text}"\n', f"{name}.trace.csv": f"0\n{text}\n1\n",
    }  # fmt: skip
    for place, written in files.items():
        path = folder / place
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(written.encode("utf-8", "surrogateescape"))
    return {
        "spec": f"./{name}.yaml",
        "own": own,
        "name": f"./{name}",
        "raw": f"raw {name}",
        "text": text.replace("\0", ""),
    }


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _invoice(text: str) -> str:
    """A product of the spec, one that nobody forecast, a column that nobody reads."""
    head = ("BilledCost", "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd", "ChargeCategory",
            "ConsumedQuantity", "ConsumedUnit", "SkuId", "Tags", text)  # fmt: skip
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(head)
    for product in (titled(text), f"{text}2"):
        tags = json.dumps({"product": product})
        rows.writerow((9, "USD", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z", "Usage", 7, "Hours", text, tags, text))
    return out.getvalue()


def _measured(text: str) -> str:
    """A row that can be predicted, and one whose model and GPU are not known."""
    out = io.StringIO()
    rows = csv.writer(out)
    text, took = readable(text), (1, 1024, 1024, 1, "latency_s", 3)
    rows.writerow(COLUMNS)
    rows.writerow((text, "sdxl", "request", "diffusion", "a100-80gb-sxm", *took, *[text] * 3))
    rows.writerow((f"{text}2", text, "request", text, text, *took, *[text] * 3))
    return out.getvalue()


def _configuration(text: str) -> str:
    """A network that an importer knows, by the name of its author."""
    return json.dumps({"architectures": [text], "model_type": text, "_name_or_path": text, "hidden_size": 64})
