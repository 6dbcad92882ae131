"""Chunks computed: in this process, by processes of this machine, or by workers of a Dask cluster.

Whoever computes a chunk gets the same recipe and its number, so that the result is the same bytes.
"""

import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.spec.sweep import LoadedSweep
from tokencost.sweeping.chunks import Chunk, chunks_of, columns_of
from tokencost.sweeping.preparing import prepared
from tokencost.sweeping.store import Store
from tokencost.sweeping.summary import Summary, part_of
from tokencost.sweeping.sweep import Sweep

AHEAD = 3
"""Chunks that wait for each worker, so that none is idle and few are held in memory."""


@dataclass(frozen=True)
class Recipe:
    """All that a worker needs: records, the document, and where chunks are kept (nowhere: None), with their digest."""

    digest: str
    index: Mapping[str, Any]
    loaded: LoadedSweep
    store: Store | None


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that is computed, and kept if there is where."""

    number: int
    summary: Summary


Work = Callable[[Sequence[Chunk]], Iterator[Done]]


def compute(sweep: Sweep, chunk: Chunk, store: Store | None) -> Done:
    """One chunk from nothing."""
    columns = columns_of(sweep, chunk)
    if store is not None:
        store.keep(chunk.number, columns)
    return Done(chunk.number, part_of(sweep, chunk, columns))


def recalled(sweep: Sweep, chunk: Chunk, store: Store) -> Done:
    """One chunk that an earlier run left."""
    batch = store.batch(chunk.number)
    columns = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names}
    return Done(chunk.number, part_of(sweep, chunk, columns))


def here(sweep: Sweep, store: Store | None) -> Work:
    """One after the other in this process."""
    return lambda chunks: (compute(sweep, chunk, store) for chunk in chunks)


def on_processes(recipe: Recipe, workers: int) -> Work:
    """Side by side on this machine."""

    def work(chunks: Sequence[Chunk]) -> Iterator[Done]:
        with ProcessPoolExecutor(workers, get_context("spawn"), _ready, (recipe,)) as pool:
            yield from _flowing(chunks, lambda chunk: pool.submit(_one, chunk.number), workers * AHEAD)

    return work


def _flowing(chunks: Sequence[Chunk], submit: Callable[[Chunk], "Future[Done]"], most: int) -> Iterator[Done]:
    """As many at once as are useful; each is told as soon as it is done."""
    waiting: set[Future[Done]] = set()
    left = iter(chunks)
    try:
        while True:
            waiting |= {submit(chunk) for _, chunk in zip(range(most - len(waiting)), left, strict=False)}
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from sorted((one.result() for one in done), key=lambda one: one.number)
    finally:
        for one in waiting:
            one.cancel()


@dataclass
class _Local:
    sweep: Sweep
    chunks: Sequence[Chunk]
    store: Store | None


_mine: list[_Local] = []
"""The sweep of this worker process, prepared once."""


def _ready(recipe: Recipe) -> None:
    sweep = prepared(Catalog(recipe.index), recipe.loaded)
    _mine[:] = [_Local(sweep, chunks_of(sweep), recipe.store)]


def _one(number: int) -> Done:
    local = _mine[0]
    return compute(local.sweep, local.chunks[number], local.store)


@functools.cache
def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
