"""Specs on the command line: every one is read and judged, whatever happened to the others."""

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tokencost.cli import completing as c
from tokencost.cli.destinations import Destination
from tokencost.cli.exits import Exit
from tokencost.cli.output import say, write_all
from tokencost.cli.progress import progress
from tokencost.errors import AccessError, Problem, TokencostError

Specs = Annotated[
    list[str], typer.Argument(help="Spec files; - reads standard input.", metavar="SPEC", autocompletion=c.files())
]


def each(
    paths: Sequence[str], overrides: Sequence[str], catalog: Any, use_case: Callable[..., Any], *, quiet: bool
) -> tuple[list[Any], list[Problem], list[Exit]]:
    """Answers of the specs that could be used, and the problems (each once) and exit codes of the others."""
    from tokencost.planning.memory import remembering
    from tokencost.spec.load import load, load_bytes

    catalog = remembering(catalog)
    answers: list[Any] = []
    problems: list[Problem] = []
    codes: list[Exit] = []
    for number, path in enumerate(paths, 1):
        try:
            from_pipe = path == "-"
            spec = load_bytes(piped(), path, overrides, catalog) if from_pipe else load(Path(path), overrides, catalog)
            with progress(f"planning {path}" + (f" ({number} of {len(paths)})" if len(paths) > 1 else ""), quiet=quiet):
                answers.append(use_case(catalog, spec))
        except TokencostError as error:
            if len(paths) > 1 and left_out(path, error):
                continue
            problems += error.problems
            codes.append(Exit.ACCESS if isinstance(error, AccessError) else Exit.INPUT)
    return answers, list(dict.fromkeys(problems)), codes


def left_out(path: str, error: TokencostError) -> bool:
    """Whether a file that is no spec is a sweep, which is said: `specs/*.yaml` may hold both."""
    found = any(problem.path == "axes" for problem in error.problems)
    if found:
        say(f"{path}: a sweep, left out; `tokencost sweep {shlex.quote(path)}` computes it")
    return found


def piped() -> bytes:
    """What stands on standard input, up to a limit beyond any spec's."""
    if sys.stdin is None:
        raise AccessError("standard input is closed")
    try:
        return sys.stdin.buffer.read(2**21)
    except (OSError, ValueError) as error:
        raise AccessError(f"standard input: {error}") from error


def refuse(problems: Sequence[Problem], places: Sequence[Destination]) -> None:
    """Problems for people on standard error; in a machine's format also where an answer would stand."""
    from tokencost.report.problems import problems_in, problems_text

    say(problems_text(problems))
    texts = [(problems_in(one.format, problems), one.path) for one in places]
    write_all([(text, path) for text, path in texts if text])
