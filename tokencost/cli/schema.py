"""`tokencost schema`: JSON Schemas for editors, and for programs that read results."""

import difflib
import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from tokencost.cli import options as o
from tokencost.cli.output import write
from tokencost.errors import UsageError


def schema(
    kind: Annotated[str, typer.Argument(help="spec, or a folder of the catalogue: models, gpus, ...")] = "",
    result: Annotated[
        str, typer.Option("--result", help="What a command prints with --format json: plan, check, 'train --list', ...")
    ] = "",
    output: o.OutputFile = None,
) -> None:
    """The JSON Schema of the spec, of one kind of catalogue record, or of a command's result.

    Example: tokencost schema > spec.schema.json
    """
    if kind and result:
        raise UsageError("name a kind of file or a --result, not both")
    found = _of_result(result) if result else _of_file(kind or "spec")
    write(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n", output)


def _of_result(command: str) -> dict[str, Any]:
    from tokencost.report.schemas import RESULTS, result_schema

    if command not in RESULTS:
        raise _unknown(command, RESULTS)
    return result_schema(command)


def _of_file(kind: str) -> dict[str, Any]:
    from tokencost.catalog.kinds import KINDS

    if kind == "spec":
        from tokencost.spec.schema import spec_schema

        return spec_schema()
    if kind not in KINDS:
        raise _unknown(kind, ["spec", *KINDS])
    from tokencost.catalog.schema import record_schema

    return record_schema(kind)


def _unknown(name: str, known: Iterable[str]) -> UsageError:
    near = difflib.get_close_matches(name[:40], list(known), 1)
    hint = f"did you mean {near[0]}? there are" if near else "there are"
    return UsageError(f"no schema is called {name[:40]!r}; {hint} {', '.join(known)}")
