"""The command line: parse, call one use case, print, return an exit code."""

import sys


def main() -> None:
    """Entry point of the `tokencost` command."""
    if sys.argv[1:] == ["--version"]:
        from tokencost import __version__

        print(f"tokencost {__version__}")
        return
    from tokencost.cli.run import run

    sys.exit(run())
