"""The command line: parse, call one use case, print, return an exit code."""

import gc
import os
import sys

COMPLETING = "_TOKENCOST_COMPLETE"
"""Set by a shell that wants to know what could stand after the cursor."""
RECORDS = 200_000
"""Records that are made before Python looks for cycles among them: a plan makes as many, and none in a cycle."""


def main() -> None:
    """Entry point of the `tokencost` command."""
    if COMPLETING in os.environ:
        sys.modules["rich"] = None  # type: ignore[assignment]  # typer paints help texts where it can; a shell waits
    if sys.argv[1:] == ["--version"]:
        _version()
    gc.set_threshold(RECORDS)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    from tokencost.cli.run import run

    sys.exit(run())


def _version() -> None:
    """As `run` would print it, but without importing what it needs for everything else."""
    from tokencost import __version__

    try:
        print(f"tokencost {__version__}", flush=True)
    except OSError:
        os._exit(4)
    sys.exit(0 if sys.stdout else 4)
