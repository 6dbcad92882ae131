"""The command line: parse, call one use case, print, return an exit code."""

import os
import sys


def main() -> None:
    """Entry point of the `tokencost` command."""
    if sys.argv[1:] == ["--version"]:
        _version()
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
