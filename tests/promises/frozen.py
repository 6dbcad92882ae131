"""Predictions as they were when they were last looked at: `python -m tests.promises.frozen` writes them anew.

A change that moves any of them is either intended, and then the commit that rewrites the table says why in one
sentence, or it is a mistake.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from tokencost.catalog.load import Catalog, load
from tokencost.nouns.model import Model, TaskName
from tokencost.planning.estimate import measured, prepare
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.single import asked

TABLE = Path(__file__).parent / "frozen.csv"
KEYS = ("model", "task", "gpu", "engine")
FIGURES = ("flop", "bytes", "seconds", "peak_bytes", "joules")
GPUS = ("a100-80gb-sxm", "h100-80gb-sxm", "l40s-48gb", "rtx-4090-24gb", "v100-16gb")
ENGINES = ("eager", "compile", "tensorrt", "vllm", "xdit")
DIGITS = 6

Key = tuple[str, ...]


def predictions() -> Iterator[tuple[Key, tuple[float, ...]]]:
    """Every model with public networks at its native size, for each of its tasks, on each platform."""
    catalog = load()
    for model in catalog.all("models"):
        for task in model.tasks if model.components else ():
            for gpu in GPUS:
                precision = "fp16" if gpu == "v100-16gb" else "bf16"
                for engine in ENGINES:
                    found = figures(catalog, model, task, RunOptions(gpu=gpu, engine=engine, precision=precision))
                    yield (model.id, task, gpu, engine), found


def figures(catalog: Catalog, model: Model, task: TaskName, options: RunOptions) -> tuple[float, ...]:
    """FLOPs, bytes moved, seconds, peak of memory and energy of one request."""
    _, request = asked(catalog, model.id, task, OutputOptions(), options)
    found = measured(catalog, prepare(catalog, model, request, options), options)
    assert found.footprint
    assert found.energy
    work = sum(float(phase.flop) for phase in found.phases)
    traffic = sum(float(phase.memory_traffic) for phase in found.phases)
    values = (work, traffic, found.latency.value, found.footprint.peak, found.energy.value)
    return tuple(float(f"{float(value):.{DIGITS}g}") for value in values)


def stored() -> dict[Key, tuple[float, ...]]:
    """The table as it was written."""
    with TABLE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    return {tuple(row[key] for key in KEYS): tuple(float(row[name]) for name in FIGURES) for row in rows}


def write() -> None:
    """Store today's predictions."""
    with TABLE.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow((*KEYS, *FIGURES))
        writer.writerows((*key, *(f"{value:g}" for value in values)) for key, values in predictions())


if __name__ == "__main__":
    write()
