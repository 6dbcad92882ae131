"""`tokencost schema`: JSON Schemas for editors, and for programs that read results."""

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.output import write
from tokencost.errors import UsageError

WRITTEN = ("spec", "budget")
"""What people write for each product; the rest are records of the catalogue."""
SKILL = Path(__file__).parent.parent / "SKILL.md"


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            help="spec (the default), budget, or a kind of record: models, gpus, ...", autocompletion=c.shape
        ),
    ] = "",
    result: Annotated[
        str, typer.Option("--result", help="What a command prints with --format json: plan, check, 'train --list', ...")
    ] = "",
    skill: Annotated[
        bool, typer.Option("--skill", help="Print the skill for coding assistants instead (SKILL.md).")
    ] = False,
    catalog: o.CatalogDir = None,
    output: o.OutputFile = None,
) -> None:
    """The JSON Schema of the spec, the budget file, a kind of catalogue record, or a command's result.

    Names of models, GPUs and engines are suggested in a spec; with --catalog also your own.

    Coding assistants read a skill: tokencost schema --skill -o SKILL.md, in a folder where yours looks for skills.

    Example: tokencost schema > tokencost.schema.json
    """
    if sum((bool(kind), bool(result), skill)) > 1:
        raise UsageError("name one: a kind of file, a --result, or --skill")
    if skill:
        write(SKILL.read_text(encoding="utf-8"), output)
    else:
        write(_as_file(_of_result(result)) if result else schema_text(kind or "spec", catalog), output)


def schema_text(kind: str, catalog: Path | None) -> str:
    """The schema of a kind of file, as its file; raises UsageError for a kind that has none."""
    return _as_file(_of_file(kind, catalog))


def _as_file(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _of_result(command: str) -> dict[str, Any]:
    from tokencost.report.schemas import RESULTS, result_schema

    if command not in RESULTS:
        raise _unknown(command, RESULTS)
    return result_schema(command)


def _of_file(kind: str, catalog: Path | None) -> dict[str, Any]:
    from tokencost.catalog.kinds import KINDS

    if kind in WRITTEN:
        from tokencost.spec import schema as written

        return written.spec_schema(o.load_catalog(catalog)) if kind == "spec" else written.budget_schema()
    if kind not in KINDS:
        raise _unknown(kind, [*WRITTEN, *KINDS])
    from tokencost.catalog.schema import record_schema

    return record_schema(kind)


def _unknown(name: str, known: Iterable[str]) -> UsageError:
    near = difflib.get_close_matches(name[:40], list(known), 1)
    hint = f"did you mean {near[0]}? there are" if near else "there are"
    return UsageError(f"no schema is called {name[:40]!r}; {hint} {', '.join(known)}")
