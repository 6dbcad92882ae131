"""A cluster computes the same bytes, also where one of its workers dies on the way."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sweeping.documents import swept
from tokencost.errors import AccessError, UsageError
from tokencost.sweeping.chunks import chunks_of
from tokencost.sweeping.dask_cluster import local_cluster, on_cluster, work_of
from tokencost.sweeping.running import Ways, run
from tokencost.sweeping.sweep import Sweep


def prices() -> Sweep:
    """Chunks enough for both workers, each of a tenth of a second."""
    batch, sides = {"from": 1, "to": 64, "step": 1}, {"from": 512, "to": 1024, "step": 64}
    return swept(
        {"model": ["sdxl", "sd3.5-large"], "batch": batch, "resolution": sides, "price": ["1 USD/h", "2 USD/h"]}
    )


@pytest.mark.cluster
@pytest.mark.filterwarnings("default")
def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """
    Its chunks are computed by others, and nobody can tell from the file.
    """
    alive: list[int] = []
    killed: list[int] = []

    @contextlib.contextmanager
    def watched() -> Iterator[Any]:
        with local_cluster(2) as client:
            alive.extend(client.run(os.getpid).values())
            yield client

    def tell(done: int, points: int) -> None:
        if not killed:
            killed.append(alive[0])
            os.kill(alive[0], signal.SIGKILL)

    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    run(prices(), here, Ways())
    found = run(prices(), there, Ways(tell=tell, work=lambda recipe: on_cluster(recipe, connect=watched)))

    assert 12 <= len(chunks_of(prices()))
    assert (1, prices().points) == (len(killed), found.computed)
    assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize("engine", ["dask", "dask://", "dask://host", "dask://host:port", "ray://host:1", "compile"])
def test_engines_that_are_none_are_refused(engine: str) -> None:
    """
    Here an engine is who computes, not what serves a model.
    """
    with pytest.raises(UsageError, match="choose local, dask://local or dask://HOST:PORT"):
        work_of(engine, 2)


def test_this_machine_is_the_default() -> None:
    """
    Without any cluster.
    """
    assert work_of("local", 2) is None


@pytest.mark.cluster
@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_is_not_there_is_named(tmp_path: Path) -> None:
    """
    After ten seconds, not after forever.
    """
    with pytest.raises(AccessError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
        run(prices(), tmp_path / "none.parquet", Ways(work=work_of("dask://127.0.0.1:9", 2)))
