"""`python -m tests.fuzz spec -runs=100000`: coverage-guided fuzzing of one reader, with the extra `fuzz` (atheris).

Further arguments are libFuzzer's. What is found is written to the current folder as crash-..., slow-unit-... or oom-...
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import atheris

PACKAGES = ["tokencost.reading", "tokencost.spec", "tokencost.validation", "tokencost.importing", "tokencost.catalog"]
CORPUS = Path(__file__).parent / "corpus"
SHOWN = 10_000
"""Inputs between two lines on what was the slowest."""

with atheris.instrument_imports(include=PACKAGES):
    from tests.fuzz.targets import TARGETS, tried


class Meter:
    """How many inputs there were, how many were taken, and which was the slowest."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.taken, self.slowest = name, 0, 0, 0.0

    def __call__(self, data: bytes) -> None:
        """Try one input."""
        start = time.process_time()
        self.taken += tried(self.name, data)
        self.count += 1
        self.slowest = max(self.slowest, time.process_time() - start)
        if self.count % SHOWN == 0:
            self.tell()

    def tell(self) -> None:
        """One line on standard error."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line = f"{self.name}: {self.count:,} inputs, {self.taken:,} taken, slowest {self.slowest * 1000:.0f} ms"
        print(f"{line}, at most {memory:.0f} MB", file=sys.stderr, flush=True)


def main() -> None:
    """Fuzz the target that is named first; new inputs are kept in a folder of their own if one is named."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: python -m tests.fuzz {{{','.join(TARGETS)}}} [libFuzzer arguments]")
    name, limits = sys.argv[1], ["-timeout=5", "-rss_limit_mb=1024", "-max_len=4096"]
    folders = [one for one in sys.argv[2:] if not one.startswith("-")]
    options = [one for one in sys.argv[2:] if one.startswith("-")]
    with tempfile.TemporaryDirectory() as scratch:
        atheris.Setup([sys.argv[0], *limits, *options, *(folders or [scratch]), str(CORPUS / name)], Meter(name))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
