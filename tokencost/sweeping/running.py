"""The use case: compute what is missing, put the output together in the order of the rows, and sum it up."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tokencost.reading.atomic import replaced
from tokencost.sweeping.chunks import Chunk, chunks_of
from tokencost.sweeping.store import Store, digest_of, manifest, opened
from tokencost.sweeping.summary import Summary, joined
from tokencost.sweeping.sweep import Sweep
from tokencost.sweeping.tables import FORMATS, format_of, schema_of, table_of
from tokencost.sweeping.working import Done, Recipe, Work, here, on_processes, recalled

WORTH_PROCESSES = 1.5
"""Seconds of work left above which starting processes saves time."""
TRIED_HERE = 2
"""Chunks that are computed in this process first, to see how long they take."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What came out: the summary, the file if one was asked for, and how much of it had to be computed."""

    sweep: Sweep
    summary: Summary
    target: Path | None
    computed: int
    recalled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a sweep is run: `tell` hears how many points there are of how many; `work` overrides who computes."""

    workers: int = 1
    anew: bool = False
    tell: Callable[[int, int], None] = lambda done, points: None
    work: Callable[[Recipe], Work] | None = None


def run(sweep: Sweep, target: Path | None, ways: Ways) -> Swept:
    """Every point of a sweep, in the file and summed up; raises UsageError and AccessError."""
    store = None
    if target is not None:
        format_of(target)
        schema_of(sweep)
        store = opened(sweep, target, anew=ways.anew)
    chunks = chunks_of(sweep)
    there = [chunk for chunk in chunks if store is not None and store.has(chunk.number)]
    missing = [chunk for chunk in chunks if store is None or not store.has(chunk.number)]
    done = _all(sweep, store, there, missing, ways)
    summary = _written(sweep, chunks, store, target, done)
    if store is not None:
        store.forget()
    before = sum(chunk.rows for chunk in there)
    return Swept(sweep, summary, target, sweep.points - before, before)


def _all(
    sweep: Sweep, store: Store | None, there: Sequence[Chunk], missing: Sequence[Chunk], ways: Ways
) -> Iterator[Done]:
    """Chunks as they come, those that an earlier run left first; every one is told."""
    rows = {chunk.number: chunk.rows for chunk in (*there, *missing)}
    total = 0
    for one in _each(sweep, store, there, missing, ways):
        total += rows[one.number]
        ways.tell(total, sweep.points)
        yield one


def _each(
    sweep: Sweep, store: Store | None, there: Sequence[Chunk], missing: Sequence[Chunk], ways: Ways
) -> Iterator[Done]:
    if store is not None:
        yield from (recalled(sweep, chunk, store) for chunk in there)
    recipe = Recipe(digest_of(manifest(sweep)), sweep.catalog.index, sweep.loaded, store)
    if ways.work is not None:
        yield from ways.work(recipe)(missing)
        return
    left, begun, count = iter(missing), time.perf_counter(), 0
    for one in here(sweep, store)([*islice(left, TRIED_HERE)]):
        count += 1
        yield one
    rest = [*left]
    expected = (time.perf_counter() - begun) / max(count, 1) * len(rest)
    many = ways.workers > 1 and expected > WORTH_PROCESSES
    yield from (on_processes(recipe, ways.workers) if many else here(sweep, store))(rest)


def _written(
    sweep: Sweep, chunks: Sequence[Chunk], store: Store | None, target: Path | None, done: Iterator[Done]
) -> Summary:
    """Chunks in their order to the file while others are still computed; their summaries as one."""
    if store is None or target is None:
        return _summed(sweep, chunks, done, lambda chunk: None)
    with (
        replaced(target, store.folder) as part,
        FORMATS[format_of(target)](part, schema_of(sweep)) as write,
        ThreadPoolExecutor(1) as writer,
    ):
        behind: deque[Future[None]] = deque()

        def settle(chunk: Chunk) -> None:
            behind.append(writer.submit(lambda: write(table_of(sweep, chunk, store.batch(chunk.number)))))
            while len(behind) > BEHIND:
                behind.popleft().result()

        summary = _summed(sweep, chunks, done, settle)
        for one in behind:
            one.result()
        return summary


def _summed(sweep: Sweep, chunks: Sequence[Chunk], done: Iterator[Done], settle: Callable[[Chunk], None]) -> Summary:
    """Parts joined in order, a few at a time, so that memory stays flat."""
    early: dict[int, Done] = {}
    parts: list[Summary] = []
    for chunk in chunks:
        while chunk.number not in early:
            one = next(done)
            early[one.number] = one
        parts.append(early.pop(chunk.number).summary)
        settle(chunk)
        if len(parts) >= GATHERED:
            parts = [joined(sweep, parts)]
    return joined(sweep, parts)


BEHIND = 2
"""Chunks that may wait to be written, in a thread of their own, while the next are computed."""
GATHERED = 16
"""Parts of a summary that are joined at a time."""
