"""Specs on the command line: every one is read and judged, whatever happened to the others."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tokencost.cli.exits import Exit
from tokencost.cli.output import say, write
from tokencost.errors import AccessError, Problem, TokencostError

Specs = Annotated[list[str], typer.Argument(help="Spec files; - reads standard input.", metavar="SPEC")]


def each(
    paths: Sequence[str], overrides: Sequence[str], catalog: Any, use_case: Callable[..., Any]
) -> tuple[list[Any], list[Problem], list[Exit]]:
    """Answers of the specs that could be used, and the problems and exit codes of the others."""
    from tokencost.spec.load import load, load_bytes

    answers: list[Any] = []
    problems: list[Problem] = []
    codes: list[Exit] = []
    for path in paths:
        try:
            from_pipe = path == "-"
            spec = load_bytes(piped(), path, overrides, catalog) if from_pipe else load(Path(path), overrides, catalog)
            answers.append(use_case(catalog, spec))
        except TokencostError as error:
            if len(paths) > 1 and _is_sweep(error):
                say(f"{path}: a sweep, left out; `tokencost sweep {path}` computes it")
                continue
            problems += error.problems
            codes.append(Exit.ACCESS if isinstance(error, AccessError) else Exit.INPUT)
    return answers, problems, codes


def _is_sweep(error: TokencostError) -> bool:
    """Whether a file that is no spec is a sweep: `specs/*.yaml` may hold both."""
    return any(problem.path == "axes" for problem in error.problems)


def piped() -> bytes:
    """What stands on standard input, up to a limit beyond any spec's."""
    if sys.stdin is None:
        raise AccessError("standard input is closed")
    try:
        return sys.stdin.buffer.read(2**21)
    except (OSError, ValueError) as error:
        raise AccessError(f"standard input: {error}") from error


def refuse(problems: Sequence[Problem], asked: str, target: Path | None) -> None:
    """Problems for people on standard error; in a machine's format also where the answer would stand."""
    from tokencost.report.problems import problems_in, problems_text

    say(problems_text(problems))
    text = problems_in(asked, problems)
    if text:
        write(text, target)
