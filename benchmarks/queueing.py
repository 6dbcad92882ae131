"""Time of the exact law, of one percentile and of one sizing: `python benchmarks/queueing.py`."""

import statistics
import time
from collections.abc import Callable
from functools import partial

from tokencost.serving.queueing import servers_for, waiting_law, waiting_quantile

SERVERS = (1, 8, 64, 128, 512, 4000, 20000)
UTILISATION = 0.98
LIMITS = [(0.95, 1.1)]


def milliseconds(work: Callable[[], object], repeat: int = 7) -> float:
    """Median processor time of `work` on a cold cache."""

    def once() -> float:
        waiting_law.cache_clear()
        start = time.process_time()
        work()
        return 1e3 * (time.process_time() - start)

    return statistics.median(once() for _ in range(repeat))


def main() -> None:
    """Print one row per fleet size."""
    print(f"{'servers':>8} {'points':>7} {'law':>9} {'p95':>9} {'sizing':>9}   utilisation {UTILISATION}, ms")
    for servers in SERVERS:
        load = UTILISATION * servers
        law = waiting_law(servers, load)
        times = (
            milliseconds(partial(waiting_law, servers, load)),
            milliseconds(partial(waiting_quantile, law, 0.95)),
            milliseconds(partial(servers_for, 1.0, load, LIMITS)),
        )
        print(f"{servers:>8} {2 * len(law.queue_tail):>7} " + " ".join(f"{value:>9.2f}" for value in times))


if __name__ == "__main__":
    main()
