"""A sweep leaves one file behind, the same whatever happened on the way."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.sweeping.documents import computed, swept
from tokencost.errors import UsageError
from tokencost.sweeping.chunks import Chunk, chunks_of
from tokencost.sweeping.running import Ways, run
from tokencost.sweeping.sweep import Sweep
from tokencost.sweeping.working import Done, Recipe, Work, compute, on_processes

AXES = {
    "model": ["sdxl", "show-o"], "gpu": ["a100-80gb-sxm", "h100-80gb-sxm"], "batch": {"from": 1, "to": 75, "step": 1},
    "price": {"from": "1 USD/h", "to": "3 USD/h", "points": 4},
}  # fmt: skip


def prices(**said: object) -> Sweep:
    return swept(AXES, **said)


def killed_after(count: int) -> Callable[[Recipe], Work]:
    """Work that ends in the middle, as a killed sweep does."""

    def work(recipe: Recipe) -> Work:
        def some(chunks: Sequence[Chunk]) -> Iterator[Done]:
            for chunk in chunks[:count]:
                yield compute(prices(), chunk, recipe.store)
            raise KeyboardInterrupt

        return some

    return work


def backwards(recipe: Recipe) -> Work:
    """Work that comes in another order than its rows."""
    return lambda chunks: (compute(prices(), chunk, recipe.store) for chunk in reversed(chunks))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a sweep that nobody disturbed."""
    target = tmp_path_factory.mktemp("whole") / "whole.parquet"
    run(prices(), target, Ways())
    return target


def test_a_sweep_has_chunks_enough_to_be_cut() -> None:
    """
    Otherwise the tests below would look at nothing.
    """
    assert len(chunks_of(prices())) >= 3


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_killed_sweep_continues(whole: Path, tmp_path: Path, count: int) -> None:
    """
    Nothing is lost and nothing is there twice: the bytes are those of a sweep that nobody killed.
    """
    target = tmp_path / "again.parquet"
    with pytest.raises(KeyboardInterrupt):
        run(prices(), target, Ways(work=killed_after(count)))
    left = sum(chunk.rows for chunk in chunks_of(prices())[:count])
    found = run(prices(), target, Ways())

    assert (left, prices().points - left) == (found.recalled, found.computed)
    assert whole.read_bytes() == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


def test_a_changed_sweep_does_not_continue(tmp_path: Path) -> None:
    """
    Rows of two sweeps in one file would be wrong in a way that nobody sees.
    """
    target = tmp_path / "changed.parquet"
    with pytest.raises(KeyboardInterrupt):
        run(prices(), target, Ways(work=killed_after(1)))

    with pytest.raises(UsageError, match=r"another sweep \(document, spec changed since\).*--restart"):
        run(swept(AXES, spec={"prompt_tokens": 77}), target, Ways())
    assert 0 == run(swept(AXES, spec={"prompt_tokens": 77}), target, Ways(anew=True)).recalled


def test_the_order_of_the_work_does_not_matter(whole: Path, tmp_path: Path) -> None:
    """
    Processes and clusters finish when they like.
    """
    run(prices(), tmp_path / "backwards.parquet", Ways(work=backwards))

    assert whole.read_bytes() == (tmp_path / "backwards.parquet").read_bytes()


def test_processes_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """
    A second processor makes a sweep sooner, not other.
    """
    run(prices(), tmp_path / "two.parquet", Ways(work=lambda recipe: on_processes(recipe, 2)))

    assert whole.read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_a_file_holds_what_was_computed(whole: Path) -> None:
    """
    Every bit of every number, and where it belongs.
    """
    table, columns = pq.read_table(whole), computed(prices())

    assert ["model", "gpu", "batch", "price [USD/h]"] == table.column_names[:4]
    for name, values in columns.items():
        np.testing.assert_array_equal(values, table.column(name).to_numpy())
    assert ["sdxl", "show-o"] == table.column("model").unique().to_pylist()
    assert [1.0] * 4 + [2.0] * 4 == table.column("batch").to_pylist()[:8]


@pytest.mark.parametrize("end", [".csv", ".jsonl"])
def test_formats_hold_the_same_rows(whole: Path, tmp_path: Path, end: str) -> None:
    """
    A format is a choice of how to read on, not of what.
    """
    target = tmp_path / f"rows{end}"
    run(prices(), target, Ways())
    due = pq.read_table(whole)
    if end == ".csv":
        found = pyarrow.csv.read_csv(target).to_pydict()
    else:
        rows = [json.loads(line) for line in target.read_text().splitlines()]
        found = {name: [row[name] for row in rows] for name in rows[0]}

    assert due.to_pydict() == found


def test_filters_keep_rows_in_their_places(whole: Path, tmp_path: Path) -> None:
    """
    What is left out leaves no gap, and moves nothing.
    """
    target = tmp_path / "some.parquet"
    run(prices(where=["feasible", "price > 1 USD/h", "gpu == h100-80gb-sxm", "latency.seconds <= 3 s"]), target, Ways())
    rows = pq.read_table(whole).to_pylist()

    assert [
        row
        for row in rows
        if row["feasible"]
        and row["price [USD/h]"] > 1
        and row["gpu"] == "h100-80gb-sxm"
        and row["latency.seconds"] <= 3
    ] == pq.read_table(target).to_pylist()


def test_an_unknown_end_is_refused(tmp_path: Path) -> None:
    """
    Before anything is computed.
    """
    with pytest.raises(UsageError, match=r"one of \.parquet, \.csv, \.jsonl"):
        run(prices(), tmp_path / "rows.xlsx", Ways())
