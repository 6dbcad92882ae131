"""The device under PyTorch: what it is, and how long a call takes on it.

On the CPU a call ends when it returns; one thread is timed by the clock of its process, which stands still while
others have the processor, several threads by the clock on the wall. On a GPU a call only asks for work, so kernels are
captured in a graph, which leaves the host out, and timed between two events; models are timed as the host runs them.
"""

import datetime
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import torch

from tokencost.errors import UsageError
from tokencost.measuring.readings import Machine

SHORTEST = 4e-3
"""float that a sample lasts at least, so that the clock and a lone interruption do not matter."""
MOST = 2000
"""Runs in a sample at most."""
GRAPH_RUNS = 50
"""Runs captured in one graph at most."""
MILLISECOND = 1e-3
WARM_UPS = 2


def chosen(asked: str) -> Literal["cpu", "cuda"]:
    """The device that was asked for, else a GPU where there is one."""
    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise UsageError("--device cuda: PyTorch sees no GPU here; --device cpu measures the processor")
    return "cuda" if asked == "cuda" or (not asked and there) else "cpu"


def without_gradients() -> Any:
    """A context in which nothing is kept for training."""
    return torch.inference_mode()


def use_threads(threads: int) -> None:
    """So many threads for every kernel; 0 leaves PyTorch's choice."""
    if threads:
        torch.set_num_threads(threads)


def machine(name: str, device: Literal["cpu", "cuda"]) -> Machine:
    """What PyTorch and the system say about the device."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    version = str(torch.__version__)
    if device == "cuda":
        found = torch.cuda.get_device_properties(0)
        return Machine(
            name=name, device=device, model=found.name, memory=float(found.total_memory),
            multiprocessors=int(found.multi_processor_count), threads=torch.get_num_threads(), torch=version,
            date=date,
        )  # fmt: skip
    memory = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return Machine(
        name=name, device=device, model=_processor(), memory=memory, multiprocessors=1,
        threads=torch.get_num_threads(), torch=version, date=date,
    )  # fmt: skip


def _processor() -> str:
    """The processor by its name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine() or "processor")


def stopwatch(device: str, run: Callable[[], Any]) -> Callable[[], float]:
    """A function that gives the seconds of one `run`, which has been warmed up; on a GPU without the host."""
    return _graph_watch(run) if device == "cuda" else host_watch(device, run)


def host_watch(device: str, run: Callable[[], Any]) -> Callable[[], float]:
    """As `stopwatch`, the host's part included: calls as a program issues them, until all of their work is done."""
    for _ in range(WARM_UPS):
        run()
    times = _times(_span(device, run, 1))
    return lambda: _span(device, run, times)


def issue_watch(device: str, run: Callable[[], Any]) -> Callable[[], float]:
    """float until the host is free again, whether or not the device has begun."""
    for _ in range(WARM_UPS):
        run()
    _wait(device)

    def sample() -> float:
        began = time.perf_counter()
        run()
        taken = time.perf_counter() - began
        _wait(device)
        return taken

    return sample


def _times(once: float) -> int:
    return max(1, min(MOST, round(SHORTEST / max(once, 1e-7))))


def _span(device: str, run: Callable[[], Any], times: int) -> float:
    clock = time.process_time if device == "cpu" and torch.get_num_threads() == 1 else time.perf_counter
    _wait(device)
    began = clock()
    for _ in range(times):
        run()
    _wait(device)
    return (clock() - began) / times


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _graph_watch(run: Callable[[], Any]) -> Callable[[], float]:
    graph, runs = captured(run, GRAPH_RUNS)
    replays = _times(_between_events(graph.replay, 1))

    return lambda: _between_events(graph.replay, replays) / runs


def captured(run: Callable[[], Any], runs: int) -> tuple[Any, int]:
    """A graph of so many runs, warmed up on a stream of its own as captures ask for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UPS):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(runs):
            run()
    graph.replay()
    torch.cuda.synchronize()
    return graph, runs


def _between_events(run: Callable[[], Any], times: int) -> float:
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for _ in range(times):
        run()
    end.record()
    end.synchronize()
    return float(begin.elapsed_time(end)) * MILLISECOND / times
