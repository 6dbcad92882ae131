"""Requests per second of every simulator: `python -m benchmarks.queueing_paths`."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from tests.serving.single import continuous_batching
from tokencost.serving.arrivals import arrivals
from tokencost.serving.decoding import Replica, full_batch_service, shape_of
from tokencost.serving.pool import pooled_batching
from tokencost.serving.simulation import any_service, constant_service, constant_service_array

SERVERS = (1, 8, 64, 512)
UTILISATION = 0.9
REPLICA = Replica(
    slots=24, steps=8192, prompt_tokens=60, step_time=0.0125, row_time=2e-4, token_time=1.2e-7, prefill_time=0.01
)
"""An eight-billion-parameter decoder on one large GPU, roughly."""


def per_second(work: Callable[[], object], requests: int, repeat: int = 5) -> float:
    """Million requests per second of processor time, the best of a few runs."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return requests / min(once() for _ in range(repeat)) / 1e6


def constant(servers: int) -> tuple[float, ...]:
    """Array, list and heap, all with the same constant service."""
    times = arrivals(UTILISATION * servers, 300_000, seed=1)
    many = np.cumsum(np.random.default_rng(1).exponential(1 / (UTILISATION * servers), 4_000_000))
    services = [1.0] * len(times)
    return (
        per_second(partial(constant_service_array, many, servers, 1.0), len(many)),
        per_second(partial(constant_service, times, servers, 1.0), len(times)),
        per_second(partial(any_service, times, services, servers), len(times)),
    )


def batching(replicas: int, count: int = 40_000, many: int = 1_000_000) -> tuple[float, ...]:
    """Pools, compiled pools on a longer path of the same load, and one replica by itself."""
    rate, shapes = UTILISATION * REPLICA.slots * replicas / full_batch_service(REPLICA), [shape_of(REPLICA)]
    times = arrivals(rate, count, seed=1)
    pooled = partial(pooled_batching, times, [0] * count, shapes, REPLICA, replicas)
    found = [per_second(pooled, count, 3)]
    if find_spec("numba"):
        from tokencost.serving.compiled import compiled_batching

        longer = np.cumsum(np.random.default_rng(1).exponential(1 / rate, many))
        kinds = np.zeros(many, dtype=np.int64)
        run: Any = partial(compiled_batching, longer, kinds, shapes, REPLICA, replicas)
        found.append(per_second(run, many))
    if replicas == 1:
        found.append(per_second(partial(continuous_batching, times, REPLICA), count, 3))
    return tuple(found)


def table(title: str, head: Sequence[str], rows: dict[int, tuple[float, ...]]) -> None:
    """Print a row per size."""
    print(f"{title:>10} " + " ".join(f"{name:>8}" for name in head) + "   million requests/s")
    for size, values in rows.items():
        print(f"{size:>10} " + " ".join(f"{value:>8.2f}" for value in values))


def main() -> None:
    """Constant service, then continuous batching."""
    table("servers", ("array", "list", "heap"), {servers: constant(servers) for servers in SERVERS})
    table("replicas", ("pool", "compiled", "alone"), {replicas: batching(replicas) for replicas in (1, 4, 16, 64)})


if __name__ == "__main__":
    main()
