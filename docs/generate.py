"""Writes the pages under docs/reference, docs/claims.md and the figures of docs/lesson.md from the product itself.

`python docs/generate.py` after a change; a test compares the pages with what this makes, byte by byte.
"""

import atexit
import contextlib
import functools
import inspect
import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_type_hints
from unittest.mock import patch

import typer
from typer.models import ArgumentInfo, OptionInfo

from tokencost.cli.app import EXITS, app
from tokencost.cli.run import run
from tokencost.report.numbers import count, number, time
from tokencost.spec.schema import spec_schema

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


def spec_rows(part: Mapping[str, Any], whole: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """Key, meaning and default of everything below one part of the schema."""
    for key, said in part.get("properties", {}).items():
        here = f"{path}{key}"
        due = "**required**" if key in part.get("required", ()) else _default(said)
        yield f"`{here}`", _meaning(said), due
        for inner in _inner(said, whole):
            yield from spec_rows(inner, whole, f"{here}.")


def _inner(said: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The records that a value may be."""
    choices = [*said.get("anyOf", ()), *said.get("oneOf", ()), *said.get("allOf", ())]
    parts = [said, *choices, *(inner for part in choices for inner in part.get("oneOf", ()))]
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


EXAMPLES = {
    "tokens": ["tokens --tokenizer emu3 --res 512"],
    "estimate": ["estimate emu3-gen --res 512"],
    "plan": ["plan {specs}/poster-1024.yaml", "plan {specs}/print-2048.yaml"],
    "check": ["check {specs}/poster-1024.yaml", "check {specs}/poster-512.yaml --set budget.per_asset=0.00001USD"],
    "diff": [
        "diff {specs}/poster-512.yaml {specs}/poster-512.yaml --set traffic.peak=30req/s --fail-on increase",
    ],
    "compare": ["compare --res 1024"],
    "compare --where": [
        "compare --where any --res 1024 --models sdxl,gpt-image-1",
        "compare --where aws --spec {specs}/poster-1024.yaml --models sdxl --regions us-east-1",
    ],
    "reconcile": ["reconcile {invoice} {specs}/poster-1024.yaml --assets poster-1024=6000000"],
    "prices list": ["prices list --gpu h200", "prices list --model gpt-image-1"],
    "prices list --conflicts": ["prices list --conflicts"],
    "prices show": ["prices show aws-h200-141gb-sxm-on-demand-us-east-1"],
    "sample": ["sample --grid 2x2 --guidance 3"],
    "explain --claims": ["explain --claims"],
    "train": ["train llama-2-7b --assets 1e9", "train emu3-gen --tokens 300e9 --against sd3", "train sd-1"],
}
"""Commands whose answers have every field that there is."""
TOLD = ("check", "compare")
"""Commands whose candidates are told with another."""
OPEN = {
    "allowed": "limit",
    "not_forecast": "product",
    "params": "component",
    "flops": "phase",
    "spec": "key",
    "sources": "id",
}
"""Objects whose keys are names, and what they name."""
UNITS = {
    "bytes": "B", "seconds": "s", "p50_s": "s", "p95_s": "s", "p99_s": "s", "flop": "FLOP", "joules": "J", "usd": "USD",
    "hour": "USD/h", "kg_co2e": "kg", "kg_per_joule": "kg/J", "requests_per_second": "1/s", "tokens_per_second": "1/s",
    "fps": "1/s",
}  # fmt: skip


def json_page() -> str:
    """Every field of every answer in JSON, from answers."""
    parts = [f"{NOTE}\n# JSON\n\nAll numbers are in base units. A field that is not known is null.\n"]
    for command, lines in EXAMPLES.items():
        found = list(fields([asked(line) for line in lines], ""))
        told = [row for row in found if command not in TOLD or not row[0].startswith("candidates[].")]
        rows = [(f"`{path}`", kinds, _unit(path) if "number" in kinds else "") for path, kinds in told]
        same = "\n`candidates[]` as in a plan.\n" if command in TOLD else ""
        parts.append(f"\n## tokencost {command} --format json\n\n{table(('field', 'type', 'unit'), rows)}{same}")
    return "".join(parts)


def asked(line: str) -> Any:
    """The JSON that a command prints."""
    return json.loads(said(line, "json"))


def said(line: str, form: str) -> str:
    """What a command prints in one format."""
    out = io.StringIO()
    arguments = line.format(specs=DOCS.parent / "specs", invoice=invoice() if "{invoice}" in line else "").split()
    with patch.object(sys, "argv", ["tokencost", *arguments, "--format", form]), contextlib.redirect_stdout(out):
        run()
    return out.getvalue()


@functools.cache
def invoice() -> Path:
    """A forecast in the columns of an invoice, and a tax on top of it."""
    rows = said("plan {specs}/poster-1024.yaml --quick", "focus").splitlines()
    folder = tempfile.mkdtemp(prefix="tokencost-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "invoice.csv"
    tax = rows[1].replace(",Usage,", ",Tax,", 1)
    path.write_text("\n".join([*rows, tax, tax.replace("poster-1024", "zoo")]) + "\n", encoding="utf-8")
    return path


def fields(values: Sequence[Any], path: str) -> Iterator[tuple[str, str]]:
    """Path and type of everything in these values, which stand in the same place of several answers."""
    if path:
        yield path, " or ".join(sorted({_type(value) for value in values}))
    name = path.rpartition(".")[2]
    keys = dict.fromkeys(key for value in values if isinstance(value, dict) for key in value)
    if name in OPEN and keys:
        named = [key for key in keys if key != "total"]
        yield from ((f"{path}.{key}", "number") for key in keys if key == "total")
        kinds = sorted({_type(value[key]) for value in values if value for key in named if key in value})
        yield f"{path}.<{OPEN[name]}>", " or ".join(kinds)
        return
    for key in keys:
        inner = [value[key] for value in values if isinstance(value, dict) and key in value]
        yield from fields(inner, f"{path}.{key}".lstrip("."))
    members = [member for value in values if isinstance(value, list) for member in value]
    if members and name != "grid":
        yield from fields(members, f"{path}[]")


def _type(value: Any) -> str:
    names = {"NoneType": "null", "bool": "true or false", "int": "number", "float": "number", "str": "text"}
    return {**names, "dict": "object", "list": "list"}[type(value).__name__]


def _unit(path: str) -> str:
    if "flops." in path:
        return "FLOP"
    around, _, last = path.rpartition(".")
    if last in ("low", "high"):
        return "J" if around.endswith("energy") else "s"
    return next((unit for name, unit in UNITS.items() if last == name or last.endswith(f"_{name}")), "")


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
