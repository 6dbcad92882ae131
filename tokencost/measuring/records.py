"""A calibrated platform as the files of a catalogue folder, every number with who says it: path -> text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tokencost.catalog.load import Catalog
from tokencost.measuring.readings import Machine
from tokencost.nouns.hardware import Achieved, Engine, Gpu, Platform

SCALES = {
    "B/s": (("TB/s", 1e12), ("GB/s", 1e9)),
    "FLOP/s": (("TFLOP/s", 1e12), ("GFLOP/s", 1e9)),
    "B": (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)),
    "s": (("ms", 1e-3), ("us", 1e-6)),
    "W": (("W", 1.0),),
}
"""Units that people write, the largest first."""
SEEN = {
    "eager": ("host_time", "matmul_efficiency", "attention_efficiency", "bandwidth_efficiency", "unfused", "strided"),
    "compile": ("host_time", "host_time_per_step"),
}
"""Engine of the catalogue that a calibration starts from -> what it replaces there."""
LINKS = ("collective_latency", "collective_bandwidth", "collective_decay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Records of the catalogue that speak for what was not measured; `datasheet` is empty for an unknown device."""

    datasheet: str
    achieved: str


def quantity(value: Any, unit: str) -> str:
    """`13.2 GB/s`: four significant digits and the unit that suits."""
    number = float(value)
    name, factor = next(((n, f) for n, f in SCALES[unit] if number >= f), SCALES[unit][-1])
    return f"{number / factor:.4g} {name}"


def share(value: Any) -> float:
    """A share with four significant digits."""
    return float(f"{float(value):.4g}")


def files(
    machine: Machine, on: Platform, catalog: Catalog, *, base: Base, engines: Mapping[str, Engine]
) -> dict[str, str]:
    """The records of the device, of what was achieved on it, and of `engines`, each by the one it started from."""
    name = machine.name
    return {
        f"gpus/{name}.yaml": _text(_gpu(on.gpu, machine, catalog, base.datasheet)),
        f"achieved/{name}.yaml": _text(_achieved(on.achieved, machine, catalog, base.achieved)),
        **{f"engines/{e.id}.yaml": _text(_engine(e, machine, catalog, old)) for old, e in engines.items()},
        f"sources/{name}.yaml": _text({_source(machine): _entry(machine)}),
    }


def _source(machine: Machine) -> str:
    return f"{machine.name}-calibration"


def threads_of(machine: Machine) -> str:
    """`, 2 threads` where they matter."""
    return f", {machine.threads} thread{'s' if machine.threads > 1 else ''}" if machine.device == "cpu" else ""


def _entry(machine: Machine) -> dict[str, str]:
    return {
        "title": f"Measured by tokencost calibrate on {machine.model}{threads_of(machine)}, torch {machine.torch}",
        "kind": "measurement",
        "retrieved": machine.date,
    }


def _gpu(gpu: Gpu, machine: Machine, catalog: Catalog, datasheet: str) -> dict[str, Any]:
    """What a datasheet says stays with it."""
    powers = {"power_limit": gpu.power_limit, "idle_power": gpu.idle_power}
    links = {"link_bandwidth": quantity(gpu.link_bandwidth, "B/s")} if gpu.link_bandwidth else {}
    measured = f"{_source(machine)}, fastest products and traffic"
    known = [key for key, power in powers.items() if power]
    said = _said(catalog, "gpus", datasheet, ("memory_bandwidth", "peak", *links, *known)) if datasheet else {}
    return {
        "id": gpu.id, "name": gpu.name, "vendor": gpu.vendor, "generation": gpu.generation,
        "memory": quantity(gpu.memory, "B"), "memory_bandwidth": quantity(gpu.memory_bandwidth, "B/s"),
        "peak": {name: quantity(peak, "FLOP/s") for name, peak in gpu.peak.items()},
        "multiprocessors": int(gpu.multiprocessors), **links,
        **{key: quantity(power, "W") for key, power in powers.items() if power},
        "sources": {"default": measured, **said},
    }  # fmt: skip


def _said(catalog: Catalog, kind: str, name: str, fields: tuple[str, ...]) -> dict[str, str]:
    """Who speaks for these fields of a record."""
    return {field: catalog.source(kind, name, field) for field in fields}


def _achieved(found: Achieved, machine: Machine, catalog: Catalog, base: str) -> dict[str, Any]:
    believed = catalog.get("achieved", base)
    unseen = [f"matmul.{name}" for name, value in found.matmul.items() if value == believed.matmul.get(name)]
    kept = ("overlap", *LINKS, *unseen)
    return {
        "id": machine.name,
        "matmul": {name: share(value) for name, value in found.matmul.items()},
        "matmul_by_rows": [{"rows": int(p.rows), "share": share(p.share)} for p in found.matmul_by_rows],
        "attention": share(found.attention), "convolution": share(found.convolution),
        "convolution_3d": share(found.convolution_3d), "bandwidth": share(found.bandwidth), "copy": share(found.copy),
        "elementwise_by_size": [{"size": quantity(p.size, "B"), "share": share(p.share)} for p in
                                found.elementwise_by_size],
        "overlap": share(found.overlap), "kernel_time": quantity(found.kernel_time, "s"),
        "collective_latency": quantity(found.collective_latency, "s"),
        "collective_bandwidth": share(found.collective_bandwidth), "collective_decay": share(found.collective_decay),
        "sources": {"default": f"{_source(machine)}, single kernels",
                    **_said(catalog, "achieved", base, kept)},
    }  # fmt: skip


def _engine(engine: Engine, machine: Machine, catalog: Catalog, believed: str) -> dict[str, Any]:
    """What the calibration did not see is as in the engine it started from."""
    scales = ("matmul_efficiency", "attention_efficiency", "bandwidth_efficiency", "unfused", "strided", "spread")
    times = ("host_time", "host_time_per_step", "host_time_per_request", "host_time_per_collective")
    kept = tuple(name for name in (*scales, *times, "reserve") if name not in SEEN[believed])
    return {
        "id": engine.id, "name": engine.name, **{name: quantity(getattr(engine, name), "s") for name in times},
        **{name: share(getattr(engine, name)) for name in scales}, "attention": engine.attention,
        "reserve": quantity(engine.reserve, "B"), "runs": list(engine.runs), "notes": engine.notes,
        "sources": {"default": f"{_source(machine)}, kernels one by one and in graphs",
                    **_said(catalog, "engines", believed, kept)},
    }  # fmt: skip


def _text(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)
