"""The same chunks on a Dask cluster: its scheduler decides who computes what, and repeats what a dead worker had."""

import contextlib
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.errors import AccessError, UsageError
from tokencost.sweeping.chunks import Chunk, Columns, chunks_of, columns_of
from tokencost.sweeping.preparing import prepared
from tokencost.sweeping.summary import Summary, part_of
from tokencost.sweeping.sweep import Sweep
from tokencost.sweeping.working import AHEAD, Done, Recipe, Work

EXTRA = "a sweep on a Dask cluster needs dask.distributed: pip install 'tokencost-planner[dask]'"
ADDRESS = re.compile(r"dask://([\w.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})")
PATIENCE = "10 s"
"""How long a scheduler may take to answer."""


def work_of(engine: str, workers: int) -> Callable[[Recipe], Work] | None:
    """Who computes, by name: None for this machine; raises UsageError for a name that says nobody."""
    if engine == "local":
        return None
    if engine == "dask://local":
        return functools.partial(on_cluster, connect=lambda: local_cluster(workers))
    found = ADDRESS.fullmatch(engine)
    if not found:
        raise UsageError(f"--engine {engine[:60]!r}: choose local, dask://local or dask://HOST:PORT")
    return functools.partial(on_cluster, connect=lambda: _client(f"tcp://{found[1]}:{found[2]}"))


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError(EXTRA) from error
    return distributed


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A cluster of processes on this machine, as long as it is needed."""
    distributed = _distributed()
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs="CRITICAL"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=PATIENCE)
    except (OSError, TimeoutError) as error:
        raise AccessError(f"{address}: no Dask scheduler answers ({error})") from error
    with client:
        yield client


def on_cluster(recipe: Recipe, *, connect: Callable[[], Any]) -> Work:
    """Columns come back over the network and are kept here, as if they had been computed here.

    The recipe is the result of a task, so that the cluster makes it again where a worker died with it.
    """

    def work(chunks: Sequence[Chunk]) -> Iterator[Done]:
        with connect() as client:
            shared = client.submit(_same, replace(recipe, store=None), pure=False)
            yield from _flowing(client, shared, chunks, recipe)

    return work


def _flowing(client: Any, shared: Any, chunks: Sequence[Chunk], recipe: Recipe) -> Iterator[Done]:
    """A few chunks for every thread of the cluster at a time, each told as it arrives."""
    left = iter(chunks)
    most = AHEAD * max(1, sum(client.nthreads().values()))
    submit = functools.partial(client.submit, remote, shared, pure=False, retries=RETRIES)
    flow: Any = _distributed().as_completed(
        [submit(chunk.number) for _, chunk in zip(range(most), left, strict=False)], with_results=True
    )
    for future, (number, columns, summary) in flow:
        if recipe.store is not None:
            recipe.store.keep(number, columns)
        future.release()
        yield Done(number, summary)
        following = next(left, None)
        if following is not None:
            flow.add(submit(following.number))


def _same(recipe: Recipe) -> Recipe:
    return recipe


RETRIES = 3
"""Times that a chunk is computed again after an error; after the death of a worker Dask does so by itself."""


def remote(recipe: Recipe, number: int) -> tuple[int, Columns, Summary]:
    """One chunk, on a worker."""
    sweep, chunks = _prepared(recipe)
    columns = columns_of(sweep, chunks[number])
    return number, columns, part_of(sweep, chunks[number], columns)


_known: dict[str, tuple[Sweep, Sequence[Chunk]]] = {}


def _prepared(recipe: Recipe) -> tuple[Sweep, Sequence[Chunk]]:
    """Prepared once per worker, which computes one sweep at a time."""
    if recipe.digest not in _known:
        sweep = prepared(Catalog(recipe.index), recipe.loaded)
        _known.clear()
        _known[recipe.digest] = (sweep, chunks_of(sweep))
    return _known[recipe.digest]
