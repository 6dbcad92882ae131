"""The command line: parse, call one use case, print, return an exit code."""

import os
import sys

COMPLETING = "_TOKENCOST_COMPLETE"
"""Set by a shell that wants to know what could stand after the cursor."""


def main() -> None:
    """Entry point of the `tokencost` command."""
    if COMPLETING in os.environ:
        sys.modules["rich"] = None  # type: ignore[assignment]  # typer paints help texts where it can; a shell waits
    if sys.argv[1:] == ["--version"]:
        from tokencost import __version__

        print(f"tokencost {__version__}")
        return
    from tokencost.cli.run import run

    sys.exit(run())
