"""What a command does not need it does not import: half of a short command's time is its imports."""

import os
import subprocess
import sys
import tempfile

import pytest

from tests.cli.calling import DRAFT, POSTER

LIBRARIES = {"typer", "rich", "pydantic", "yaml", "numpy", "numba", "torch", "tomllib", "unittest"}
OURS = {"tokencost.catalog.compile", "tokencost.spec.product", "tokencost.reading.strict", "tokencost.measuring"}
PARSER = {"typer", "pydantic"}
"""What every command with arguments takes: the newest typer checks each of them with pydantic."""
SPEC = {*PARSER, "yaml", "tokencost.spec.product", "tokencost.reading.strict"}

EMPTY = tempfile.TemporaryDirectory()
"""Where no project file has to be read."""
RUN = """
import contextlib, io, sys
from tokencost.cli import main
sys.argv = ["tokencost", *{arguments!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""
CALL = """
import tokencost
tokencost.{call}
"""


def imported(code: str) -> set[str]:
    """Libraries, and the heavier parts of the package, that a fresh interpreter holds after running this."""
    tell = f"import sys; print(*({LIBRARIES | OURS!r} & set(sys.modules)))"
    # What measures the coverage of a process imports libraries of its own.
    around = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    line = [sys.executable, "-c", f"{code}\n{tell}"]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=EMPTY.name, env=around)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--version"], set()),
        (["--help"], {"typer"}),
        (["tokens", "--tokenizer", "emu3", "--res", "512"], PARSER),
        (["estimate", "sdxl", "--format", "json"], PARSER),
        (["compare", "--res", "512"], PARSER),
        (["explain", "sdxl", "--format", "json"], PARSER),
        (["train", "--params", "7e9", "--tokens", "1e12"], PARSER),
        (["catalog", "show", "gpus", "a100-80gb-sxm"], PARSER),
        (["plan", POSTER, "--quick", "--format", "json"], SPEC),
        (["plan", POSTER, "--quick"], SPEC),
        (["plan", POSTER, "--quick", "--format", "html"], SPEC),
        (["check", POSTER, DRAFT], SPEC),
        (["capacity", DRAFT], SPEC),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_commands_import_what_they_need(arguments: list[str], needed: set[str]) -> None:
    """
    Nobody's table needs rich, nobody's plan numpy, nobody's estimate the reader of specs.
    """
    assert imported(RUN.format(arguments=arguments)) <= needed


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        ("__version__", set()),
        ("tokens('emu3', res=512)", set()),
        ("estimate('sdxl')", set()),
        ("compare(res=512)", set()),
        ("train(params=7e9, tokens=1e12)", set()),
        (f"check({DRAFT!r})", SPEC - {"typer"}),
    ],
    ids=["import", "tokens", "estimate", "compare", "train", "check"],
)
def test_the_package_is_imported_without_its_command_line(call: str, needed: set[str]) -> None:
    """
    A notebook that asks for an estimate should not wait for parsers and printers.
    """
    assert imported(CALL.format(call=call)) <= needed
