"""Writes the pages under docs/reference, docs/claims.md and the figures of docs/lesson.md from the product itself.

`python docs/generate.py` after a change; a test compares the pages with what this makes, byte by byte.
"""

import contextlib
import inspect
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_type_hints
from unittest.mock import patch

import typer
from typer.models import ArgumentInfo, OptionInfo

from tokencost.cli.app import EXITS, app
from tokencost.cli.run import run
from tokencost.nouns.budget import METRICS
from tokencost.report.numbers import count, number, time
from tokencost.report.schemas import RESULTS, fields, result_schema
from tokencost.spec.schema import budget_schema, spec_schema

DOCS = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py; change the product, not this page. -->"
FIGURES = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)

Rows = Iterable[Sequence[str]]


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    lesson = DOCS / "lesson.md"
    predicted = figures()
    return {
        DOCS / "reference" / "spec.md": spec_page(),
        DOCS / "reference" / "budget.md": budget_page(),
        DOCS / "reference" / "commands.md": commands_page(),
        DOCS / "reference" / "json.md": json_page(),
        DOCS / "claims.md": claims_page(),
        lesson: FIGURES.sub(lambda found: f"{found[1]}{predicted}{found[2]}", lesson.read_text(encoding="utf-8")),
    }


def table(columns: Sequence[str], rows: Rows) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def spec_page() -> str:
    """Every key of a product spec, from the schema that editors use."""
    schema = spec_schema()
    rows = list(spec_rows(schema, schema, ""))
    return (
        f"{NOTE}\n# The product spec\n\n"
        "YAML, at most 1 MiB. Quantities carry their unit (`10 s`, `2 req/s`, `0.01 USD`); counts and pixels are bare\n"
        "numbers. An unknown key is an error. What `assume` takes as given is a value, or\n"
        "`{value: 2 s, reason: measured}`.\n\n"
        "`tokencost schema` prints the same as JSON Schema, for editors.\n\n"
        f"{table(('key', 'what it is', 'default'), rows)}"
    )


def budget_page() -> str:
    """Every key of a budget file, and what a rule can bound."""
    schema = budget_schema()
    metrics = [(f"`{name}`", _bound(one.unit, one.named), "yes" if one.drawn else "") for name, one in METRICS.items()]
    return (
        f"{NOTE}\n# The budget file\n\n"
        "`tokencost.budget.yaml`, read like a spec: strict, with units, every problem at once in its place.\n"
        "`tokencost check` holds specs against it ([how](../how-to/ci.md#a-budget-of-their-own));\n"
        "`tokencost schema budget` prints the same as JSON Schema, for editors.\n\n"
        f"{table(('key', 'what it is', 'default'), spec_rows(schema, schema, ''))}"
        "\n## Metrics\n\n"
        "Of the candidate that is recommended, or of the nearest where nothing is feasible. What is not known breaks\n"
        "the rule. `at` takes a quantile of 1,000 draws over prediction errors, prices and traffic. GPUs and replicas\n"
        "are those of the fleet, memory is that of one GPU.\n\n"
        f"{table(('metric', 'bounded by', '`at`'), metrics)}"
    )


def _bound(unit: str, named: bool) -> str:
    usual = {"USD": "USD", "s": "time (`s`, `ms`, `min`)", "B": "memory (`GiB`, `GB`)", "J": "energy (`kJ`, `Wh`)"}
    usual |= {"kg": "mass of CO2-equivalent (`g`, `kg`)", "": "a count"}
    return "`one_of`, `stays`" if named else f"`limit`, `max_increase`, `max_decrease`: {usual[unit]}"


def spec_rows(part: Mapping[str, Any], whole: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """Key, meaning and default of everything below one part of the schema."""
    for key, said in part.get("properties", {}).items():
        here = f"{path}{key}"
        due = "**required**" if key in part.get("required", ()) else _default(said)
        yield f"`{here}`", _meaning(said), due
        for inner in _inner(said, whole):
            yield from spec_rows(inner, whole, f"{here}{'[]' if 'items' in said else ''}.")


def _inner(said: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The records that a value may be."""
    choices = [*said.get("anyOf", ()), *said.get("oneOf", ()), *said.get("allOf", ())]
    parts = [said, said.get("items", {}), *choices, *(inner for part in choices for inner in part.get("oneOf", ()))]
    found = [whole["definitions"][part["$ref"].rpartition("/")[2]] for part in parts if "$ref" in part]
    members = [member for record in found for member in (record, *record.get("anyOf", ()))]
    return [member for member in members if member.get("properties", {}).keys() - {"value", "reason"}]


def _meaning(said: Mapping[str, Any]) -> str:
    choices = said.get("enum") or ()
    return str(said.get("description", "")) + (f" One of {', '.join(f'`{c}`' for c in choices)}." if choices else "")


def _default(said: Mapping[str, Any]) -> str:
    value = said.get("default")
    known = {key: each for key, each in value.items() if each} if isinstance(value, dict) else value
    return f"`{json.dumps(known)}`" if known not in (None, {}, []) else ""


def commands_page() -> str:
    """Every command with its arguments and flags, from the command table."""
    return (
        f"{NOTE}\n# Commands\n\n{EXITS}. Several specs: the worst in the order 1, 4, 2, 3, 0.\n\n"
        "Answers go to standard output, everything else to standard error.\n\n" + "\n".join(_commands(app, ()))
    )


def _commands(group: typer.Typer, path: tuple[str, ...]) -> Iterator[str]:
    for command in group.registered_commands:
        call = command.callback
        assert call is not None
        here = (*path, command.name or call.__name__)
        hints = get_type_hints(call, include_extras=True)
        rows = [_flag(param, hints[name]) for name, param in inspect.signature(call).parameters.items()]
        head = f"## tokencost {' '.join(here)}\n\n{_help(call)}\n\n"
        yield head + table(("", "what it does", "default"), rows)
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from _commands(inner.typer_instance, (*path, str(inner.name)))


def _help(call: Callable[..., Any]) -> str:
    """The docstring of a command; its example as code."""
    said, _, example = (inspect.getdoc(call) or "").partition("Example: ")
    return said.strip() + (f"\n\n    {example.strip()}" if example else "")


def _flag(param: inspect.Parameter, hint: Any) -> tuple[str, str, str]:
    """One flag or argument: how it is written, what it does, its default."""
    about: Any = next(m for m in hint.__metadata__ if isinstance(m, OptionInfo | ArgumentInfo))
    flags = [name for name in (about.default, *(about.param_decls or ())) if str(name).startswith("-")]
    named = ", ".join(f"`{name}`" for name in flags)
    due = param.default is inspect.Parameter.empty
    default = f"`{param.default}`" if not due and param.default not in (None, "", False) else ""
    bounds = f" From {about.min:,} to {about.max:,}." if about.max is not None else ""
    variable = f" Also `{about.envvar}`." if about.envvar else ""
    written = named or f"`{about.metavar or param.name.upper()}`"
    return written, f"{about.help}{bounds}{variable}", "**required**" if due else default


SAME = {
    "check": {"candidates[]": "a plan", "recommendation": "a plan", "change": "a diff"},
    "compare": {"candidates[]": "a plan"},
}  # fmt: skip
"""Parts that are told with another command, and with which."""
HEADINGS = {"problems": "A refused input"}
KINDS = {
    "string": "text", "number": "number", "integer": "whole number", "boolean": "true or false", "null": "null",
    "array": "list", "object": "object",
}  # fmt: skip


def json_page() -> str:
    """Every field of every result, from the schemas that declare them."""
    head = (
        f"{NOTE}\n# JSON\n\n"
        "All numbers are in base units. A field is always there unless it says *sometimes*; what is not known is\n"
        "null. `[]` is a member of a list, `<>` an entry of an object whose keys are names. `plan` and `check` print\n"
        "one object for one spec and a list for several; `--format jsonl` prints one object to a line.\n\n"
        "`schema` names the version. A version only grows: fields are added, never taken away, renamed or given\n"
        "another type, so readers pass over what they do not know. `tokencost schema --result plan` prints the JSON\n"
        "Schema (draft 2020-12) that this version of tokencost holds itself to.\n"
    )
    return head + "".join(_result(command) for command in RESULTS)


def _result(command: str) -> str:
    told = SAME.get(command, {})
    rows = [
        (f"`{path}`", _kind(said, always), said.get("unit", ""), said.get("description", ""))
        for path, said, always in fields(result_schema(command))
        if not any(path.startswith(f"{part}.") for part in told)
    ]
    title = HEADINGS.get(command, f"tokencost {command} --format json")
    same = "".join(f"\n`{part}` as in {where}.\n" for part, where in told.items())
    return f"\n## {title}\n\n{table(('field', 'type', 'unit', 'what it is'), rows)}{same}"


def _kind(said: Mapping[str, Any], always: bool = True) -> str:
    """The type of a value in words."""
    if not always:
        return f"{_kind(said)}, sometimes"
    if "anyOf" in said:
        return " or ".join(dict.fromkeys(_kind(member) for member in said["anyOf"]))
    if "const" in said or "enum" in said:
        return " or ".join(f"`{word}`" for word in said.get("enum", [said.get("const")]))
    return "object" if "$ref" in said else KINDS.get(said.get("type", ""), "anything")


def asked(line: str) -> Any:
    """The JSON that a command prints."""
    return json.loads(said(line, "json"))


def said(line: str, form: str) -> str:
    """What a command prints in one format."""
    out = io.StringIO()
    arguments = line.format(specs=DOCS.parent / "specs").split()
    with patch.object(sys, "argv", ["tokencost", *arguments, "--format", form]), contextlib.redirect_stdout(out):
        run()
    return out.getvalue()


def claims_page() -> str:
    """What the lesson says, held against what can be known and counted."""
    return (
        f"{NOTE}\n# The lesson's claims\n\n"
        "A lesson on Emu3, and a page that lists its benchmarks, say what such models are and cost. Every claim\n"
        "stands here with what its own premises give, what the primary source says, and what tokencost computes:\n"
        "expressions are evaluated, none of their values is typed. `tokencost explain --claims` prints this page\n"
        "in any format.\n\n"
        f"{said('explain --claims', 'markdown')}"
    )


def figures() -> str:
    """Predictions that the lesson's page quotes."""
    rows = []
    for side in (512, 720, 1024, 2048):
        tokens = asked(f"tokens --tokenizer emu3 --res {side}")
        runs = [asked(f"estimate emu3-gen --res {side} --engine {engine}") for engine in ("eager", "compile")]
        seconds = (f"{time(run['latency']['seconds'])}" for run in runs)
        passes = next(phase["steps"] for phase in runs[0]["phases"] if phase["id"] == "decode")
        rate = next(phase["steps"] / phase["seconds"] for phase in runs[0]["phases"] if phase["id"] == "decode")
        cells = (f"{side}²", count(tokens["visual"]), count(tokens["generated"]), count(passes), number(rate), *seconds)
        rows.append(cells)
    head = ("image", "visual", "written", "decode passes", "passes/s, eager", "time, eager", "time, compiled")
    return table(head, rows)


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
