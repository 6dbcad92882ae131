"""`tokencost schema`: JSON Schemas for editors."""

import difflib
import json
from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.output import write
from tokencost.errors import UsageError

WRITTEN = ("spec", "budget")
"""What people write for each product; the rest are records of the catalogue."""


def schema(
    kind: Annotated[str, typer.Argument(help="spec, budget, or a folder of the catalogue: models, gpus, ...")] = "spec",
    output: o.Output = None,
) -> None:
    """The JSON Schema of the spec, of the budget file, or of one kind of catalogue record.

    Example: tokencost schema > spec.schema.json
    """
    from tokencost.catalog.kinds import KINDS

    if kind in WRITTEN:
        from tokencost.spec import schema as written

        found = written.spec_schema() if kind == "spec" else written.budget_schema()
    elif kind in KINDS:
        from tokencost.catalog.schema import record_schema

        found = record_schema(kind)
    else:
        near = difflib.get_close_matches(kind[:40], [*WRITTEN, *KINDS], 1)
        hint = f"did you mean {near[0]}? there are" if near else "there are"
        raise UsageError(f"no schema is called {kind[:40]!r}; {hint} {', '.join([*WRITTEN, *KINDS])}")
    write(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n", output)
