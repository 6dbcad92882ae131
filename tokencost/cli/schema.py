"""`tokencost schema`: JSON Schemas for editors."""

import difflib
import json
from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.output import write
from tokencost.errors import UsageError


def schema(
    kind: Annotated[str, typer.Argument(help="spec, or a folder of the catalogue: models, gpus, ...")] = "spec",
    output: o.OutputFile = None,
) -> None:
    """The JSON Schema of the spec, or of one kind of catalogue record.

    Example: tokencost schema > spec.schema.json
    """
    from tokencost.catalog.kinds import KINDS

    if kind == "spec":
        from tokencost.spec.schema import spec_schema

        found = spec_schema()
    elif kind in KINDS:
        from tokencost.catalog.schema import record_schema

        found = record_schema(kind)
    else:
        near = difflib.get_close_matches(kind[:40], ["spec", *KINDS], 1)
        hint = f"did you mean {near[0]}? there are" if near else "there are"
        raise UsageError(f"no schema is called {kind[:40]!r}; {hint} spec, {', '.join(KINDS)}")
    write(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n", output)
