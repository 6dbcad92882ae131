"""GPU prices that gpuhunt collects: its own library reads them, their names become those of our catalogue."""

import datetime
import logging
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokencost.catalog.book import slug
from tokencost.errors import AccessError, UsageError
from tokencost.market.fetching import impatient, is_address

DEFAULT = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/v3"
SOURCE = "gpuhunt"
PROVIDERS = {
    "aws": "AWS", "azure": "Azure", "gcp": "GCP", "lambdalabs": "Lambda", "nebius": "Nebius", "oci": "OCI",
    "runpod": "RunPod", "verda": "Verda", "cloudrift": "CloudRift",
}  # fmt: skip
"""Providers that are collected offline -> as our records name them."""
NAMES: Mapping[tuple[str, int], str] = {
    ("A10", 24): "a10-24gb", ("A10G", 24): "a10g-24gb", ("A30", 24): "a30-24gb", ("A6000", 48): "rtx-a6000-48gb",
    ("B200", 180): "b200-180gb", ("GB200", 186): "gb200-186gb", ("H100NVL", 94): "h100-94gb-nvl",
    ("H200", 141): "h200-141gb-sxm", ("H20", 96): "h20-96gb", ("L4", 24): "l4-24gb", ("L20", 48): "l20-48gb",
    ("L40", 48): "l40-48gb", ("L40S", 48): "l40s-48gb", ("RTX3090", 24): "rtx-3090-24gb",
    ("RTX4090", 24): "rtx-4090-24gb", ("RTX5090", 32): "rtx-5090-32gb", ("RTX6000Ada", 48): "rtx-6000-ada-48gb",
    ("T4", 16): "t4-16gb", ("V100", 16): "v100-16gb", ("V100", 32): "v100-32gb", ("MI300X", 192): "mi300x-192gb",
    ("MI325X", 256): "mi325x-256gb", ("MI325X", 288): "mi325x-256gb", ("Gaudi2", 96): "gaudi2-96gb",
    ("Gaudi3", 128): "gaudi3-128gb",
}  # fmt: skip
"""Name and memory in GB there -> id here, where there is only one form of the card."""
FORMED = {("A100", 40): "a100-40gb-{}", ("A100", 80): "a100-80gb-{}", ("H100", 80): "h100-80gb-{}"}
"""Cards that come on a socket (SXM) and on a card (PCIe), and differ in speed and price."""
FORMS = (
    (("aws", "gcp", "oci", "nebius", "verda"), r"", "sxm"),
    (("azure",), r"Standard_ND", "sxm"),
    (("azure",), r"Standard_NC", "pcie"),
    (("lambdalabs",), r"gpu_8x_(a100|h100)$|gpu_8x_a100_80gb", "sxm"),
)
"""Where the name of an instance says neither: all machines of a provider, or of a series, have this form."""
ZONE = re.compile(r"(.+[0-9])-[a-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Lines for a price book by provider, and what could not be used: rows left out by reason, providers by cause."""

    rows: Mapping[str, tuple[Mapping[str, str], ...]]
    left_out: Mapping[str, int]
    missing: Mapping[str, str]


def gpu_prices(location: str, on: datetime.date) -> Fetched:
    """Every offer for a GPU that the catalogue of ours knows; raises UsageError where the library is not there."""
    catalog, missing = _loaded(location)
    rows: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
    left_out: Counter[str] = Counter()
    for name in PROVIDERS:
        if name in missing:
            continue
        try:
            items, version = _items(catalog, name, location)
        except OSError as error:
            missing[name] = f"{error.strerror or error}"
            continue
        found = rows.setdefault(PROVIDERS[name], {})
        for item in items:
            row, reason = _row(item, name, f"{SOURCE}, {version or name + '.csv'}", on)
            if row is None:
                left_out[reason] += 1
            else:
                _keep_cheapest(found, row)
    kept = {name: tuple(found.values()) for name, found in rows.items() if found}
    return Fetched(rows=kept, left_out=dict(sorted(left_out.items())), missing=missing)


def _loaded(location: str) -> tuple[Any, dict[str, str]]:
    try:
        from gpuhunt import Catalog, GPUHuntError
    except ImportError:
        raise UsageError("GPU prices are read by gpuhunt: pip install 'tokencost-planner[prices]'") from None
    logging.getLogger("gpuhunt").addHandler(logging.NullHandler())
    catalog = Catalog(balance_resources=False, auto_reload=False)
    if not is_address(location):
        folder = Path(location)
        if not folder.is_dir():
            raise AccessError(f"{location}: no folder of gpuhunt's tables")
        return catalog, {name: "no table" for name in PROVIDERS if not (folder / f"{name}.csv").is_file()}
    with _environment(GPUHUNT_CATALOG_URL=location), impatient():
        try:
            catalog.load()
        except GPUHuntError as error:
            raise AccessError(f"{location}: no provider answers: {error.__cause__}") from error
    return catalog, {name: "not delivered" for name in PROVIDERS if name not in catalog.catalog}


def _items(catalog: Any, name: str, location: str) -> tuple[list[Any], str]:
    if is_address(location):
        found = catalog.catalog[name]
        return list(found.items), str(found.version)
    with _environment(GPUHUNT_CATALOG_DIR=location):
        return list(catalog.query(provider=[name])), ""


@contextmanager
def _environment(**said: str) -> Iterator[None]:
    """The library takes its location from the environment."""
    before = {name: os.environ.get(name) for name in ("GPUHUNT_CATALOG_URL", "GPUHUNT_CATALOG_DIR")}
    for name in before:
        os.environ.pop(name, None)
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _row(item: Any, provider: str, source: str, on: datetime.date) -> tuple[dict[str, str] | None, str]:
    """A line of the book, or why there is none."""
    if not item.gpu_count:
        return None, "machines without a GPU"
    if not item.price or item.price <= 0:
        return None, "no price"
    gpu = gpu_named(item, provider)
    if not gpu:
        known = (item.gpu_name, round(item.gpu_memory or 0)) in FORMED
        return None, "nobody says whether SXM or PCIe" if known else f"{item.gpu_name} is not in the catalogue"
    zone = ZONE.fullmatch(item.location) if provider == "gcp" else None
    return {
        "gpu": gpu, "provider": PROVIDERS[provider], "region": zone[1] if zone else item.location,
        "term": "spot" if item.spot else "on-demand", "instance": item.instance_name,
        "gpus_per_instance": str(item.gpu_count), "country": "", "since": on.isoformat(), "seen": "",
        "usd_per_gpu_hour": f"{item.price / item.gpu_count:.10g}", "source": source,
    }, ""  # fmt: skip


def gpu_named(item: Any, provider: str) -> str:
    """Our id of a card, empty where there is none or its form is not known."""
    key = item.gpu_name, round(item.gpu_memory or 0)
    if key in NAMES:
        return NAMES[key]
    if key not in FORMED:
        return ""
    said = f"{item.instance_name} {item.gpu_name}".lower()
    form = "sxm" if "sxm" in said else "pcie" if "pcie" in said else ""
    form = form or next((f for who, how, f in FORMS if provider in who and re.match(how, item.instance_name)), "")
    return FORMED[key].format(form) if form else ""


def _keep_cheapest(found: dict[tuple[str, ...], dict[str, str]], row: dict[str, str]) -> None:
    """Zones of a region are one offer, at the price of the cheapest."""
    key = tuple(slug(row[name]) for name in ("gpu", "region", "term", "instance"))
    other = found.get(key)
    if other is None or float(row["usd_per_gpu_hour"]) < float(other["usd_per_gpu_hour"]):
        found[key] = row
