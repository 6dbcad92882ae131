"""`tokencost schema`: JSON Schemas for editors."""

import difflib
import json
from pathlib import Path
from typing import Annotated

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
        typer.Argument(help="spec, budget, or a kind of record: models, gpus, ...", autocompletion=c.shape),
    ] = "spec",
    skill: Annotated[
        bool, typer.Option("--skill", help="Print the skill for coding assistants instead (SKILL.md).")
    ] = False,
    catalog: o.CatalogDir = None,
    output: o.Output = None,
) -> None:
    """The JSON Schema (draft 7) of the spec, of the budget file, or of one kind of catalogue record.

    Names of models, GPUs and engines are suggested in a spec; with --catalog also your own.

    Coding assistants read a skill: tokencost schema --skill -o SKILL.md, in a folder where yours looks for skills.

    Example: tokencost schema > tokencost.schema.json
    """
    write(SKILL.read_text(encoding="utf-8") if skill else schema_text(kind, catalog), output)


def schema_text(kind: str, catalog: Path | None) -> str:
    """A schema as its file; raises UsageError for a kind that has none."""
    from tokencost.catalog.kinds import KINDS

    if kind in WRITTEN:
        from tokencost.spec import schema as written

        found = written.spec_schema(o.load_catalog(catalog)) if kind == "spec" else written.budget_schema()
    elif kind in KINDS:
        from tokencost.catalog.schema import record_schema

        found = record_schema(kind)
    else:
        near = difflib.get_close_matches(kind[:40], [*WRITTEN, *KINDS], 1)
        hint = f"did you mean {near[0]}? there are" if near else "there are"
        raise UsageError(f"no schema is called {kind[:40]!r}; {hint} {', '.join([*WRITTEN, *KINDS])}")
    return json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
