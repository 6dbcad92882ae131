"""What a million points take: `python -m benchmarks.sweep` (`--large` for ten million, `--cluster` with Dask).

Every case runs `tokencost sweep` as a process of its own, from its start to the file in its place, and tells processor
time, wall time and the largest resident memory of the process. With `--large`, a sweep is killed at a
random moment and continued, and the bytes of both files are compared; with `--cluster`, one worker of a local Dask
cluster is killed on the way.
"""

import argparse
import contextlib
import filecmp
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SPEC = "{version: 1, name: p, task: text-to-image, output: {width: 1024, height: 1024}, latency: {p95: 10 s}%s}"
TRAFFIC = ", traffic: {average: 1 req/s, peak: 3 req/s}"
MODELS = "[sdxl, flux.1-dev, flux.1-schnell, sd3.5-large, pixart-sigma]"
GPUS = "[a100-80gb-sxm, h100-80gb-sxm]"


def numbers(points: int) -> str:
    """Numbers without a fleet: ten choices of names, steps, prices and limits."""
    return f"""version: 1
name: numbers
spec: {SPEC % ""}
axes:
  model: {MODELS}
  gpu: {GPUS}
  steps: {{from: 1, to: 50, step: 1}}
  price: {{from: 0.5 USD/h, to: 8 USD/h, points: {points // 50000}, scale: log}}
  latency.p95: {{from: 1 s, to: 100 s, points: 100, scale: log}}
"""


def fleets(points: int) -> str:
    """Every fleet sized by the exact law: ten choices of names, rates, prices, and shares that may be busy."""
    return f"""version: 1
name: fleets
spec: {SPEC % TRAFFIC}
axes:
  model: {MODELS}
  gpu: {GPUS}
  traffic: {{from: 0.1 req/s, to: 50 req/s, points: 200, scale: log}}
  assume.utilisation_target: {{from: 0.5, to: 1, points: 10}}
  price: {{from: 0.5 USD/h, to: 8 USD/h, points: {points // 20000}, scale: log}}
"""


def shapes(points: int) -> str:
    """Sizes and batches, each of 200 timed by itself, steps and prices."""
    return f"""version: 1
name: shapes
spec: {SPEC % ""}
axes:
  model: {MODELS}
  resolution: {{from: 512, to: 1024, step: 128}}
  batch: {{from: 1, to: 8, step: 1}}
  steps: [10, 20, 30, 40, 50]
  price: {{from: 0.5 USD/h, to: 8 USD/h, points: {points // 1000}, scale: log}}
"""


CASES = {"numbers": numbers, "fleets": fleets, "shapes": shapes}


def command(document: Path, target: Path, *more: str) -> list[str]:
    """The command line of a case."""
    return [sys.executable, "-m", "tokencost", "sweep", str(document), "-o", str(target), "--quiet", *more]


def measured(folder: Path, case: str, points: int, workers: int) -> None:
    """One case as a line of the table."""
    document, target = folder / f"{case}.yaml", folder / f"{case}-{points}.parquet"
    document.write_text(CASES[case](points), encoding="utf-8")
    begun = time.perf_counter()
    process = subprocess.Popen(command(document, target, "--workers", str(workers)), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall, spent = time.perf_counter() - begun, used.ru_utime + used.ru_stime
    if status:
        sys.exit(f"{case}: the sweep failed")
    size = target.stat().st_size / points
    print(
        f"| {case} | {points:,} | {workers} | {spent:.2f} s | {points / spent / 1e6:.2f} M/s | {wall:.2f} s "
        f"| {points / wall / 1e6:.2f} M/s | {used.ru_maxrss / 1024:.0f} MiB | {size:.1f} B |"
    )


def killed(folder: Path, points: int) -> None:
    """A sweep killed at a random moment, continued, and compared with one that nobody killed."""
    document, whole, again = folder / "numbers.yaml", folder / "whole.parquet", folder / "again.parquet"
    document.write_text(numbers(points), encoding="utf-8")
    begun = time.perf_counter()
    subprocess.run(command(document, whole), check=True, stdout=subprocess.DEVNULL)
    lasts = time.perf_counter() - begun
    process = subprocess.Popen(command(document, again), stdout=subprocess.DEVNULL, start_new_session=True)
    moment = lasts * random.uniform(0.4, 0.9)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    left = len([*(folder / "again.parquet.parts").glob("*.arrow")])
    subprocess.run(command(document, again), check=True, stdout=subprocess.DEVNULL)
    same = filecmp.cmp(whole, again, shallow=False)
    print(f"killed after {moment:.1f} s with {left} chunks kept, continued: {'equal' if same else 'DIFFERENT'} bytes")


def on_cluster(folder: Path, points: int) -> None:
    """The same on a local Dask cluster, one of whose two workers is killed on the way."""
    from tokencost.catalog.load import load
    from tokencost.spec.sweep import load_sweep
    from tokencost.sweeping.dask_cluster import local_cluster, on_cluster
    from tokencost.sweeping.preparing import prepared
    from tokencost.sweeping.running import Ways, run

    document, whole, there = folder / "numbers.yaml", folder / "whole.parquet", folder / "there.parquet"
    alive: list[int] = []

    @contextlib.contextmanager
    def watched() -> Iterator[Any]:
        with local_cluster(2) as client:
            alive.extend(client.run(os.getpid).values())
            yield client

    def tell(done: int, points: int) -> None:
        if done > points / 3 and alive:
            os.kill(alive.pop(), signal.SIGKILL)
            alive.clear()

    ways = Ways(tell=tell, work=lambda recipe: on_cluster(recipe, connect=watched))
    run(prepared(load(), load_sweep(document)), there, ways)
    same = filecmp.cmp(whole, there, shallow=False)
    print(f"on a cluster with one of two workers killed: {'equal' if same else 'DIFFERENT'} bytes")


def table(folder: Path) -> None:
    """Every case at two sizes: the difference is what points take, the rest is the start."""
    print("| case | points | workers | processor | per processor second | wall | per second | memory | per row |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for case in CASES:
        for points in (1_000_000, 4_000_000):
            measured(folder, case, points, 1)


def main() -> None:
    """The table, and what was asked for besides."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--no-table", action="store_true", help="only what is asked for besides")
    asked.add_argument("--large", action="store_true", help="ten million points, killed and continued")
    asked.add_argument("--cluster", action="store_true", help="the same on a local Dask cluster, one worker killed")
    flags = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tokencost-sweep-"))
    try:
        if not flags.no_table:
            table(folder)
        if flags.large or flags.cluster:
            measured(folder, "numbers", 10_000_000, 1)
            killed(folder, 10_000_000)
        if flags.cluster:
            on_cluster(folder, 10_000_000)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
