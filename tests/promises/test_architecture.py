"""The layer rule: imports point down, edges are the only ones to know their libraries, everything fits on a page."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "tokencost"
MODULES = sorted(ROOT.rglob("*.py"))
LAYERS = (
    {"record"},
    {"units", "errors"},
    {"dates"},
    {"numeric"},
    {"numeric", "files"},
    {"formula"},
    {"nouns"},
    {"counting"},
    {"families", "sampling", "timing"},
    {"money", "serving"},
    {"deciding"},
    {"reading"},
    {"network"},
    {"catalog"},
    {"spec"},
    {"market"},
    {"planning"},
    {"importing", "sweeping", "validation"},
    {"measuring"},
    {"report"},
    {"api"},
    {"cli"},
    {"", "__main__"},
)
"""From the ground up; members of one layer never meet. The empty name is the package itself."""
EDGES = {"catalog", "importing", "measuring", "spec", "reading", "report", "cli"}
EDGE_LIBRARIES = {"pydantic", "pydantic_core", "yaml", "rich", "typer"}
ONLINE = {
    "socket",
    "ssl",
    "socketserver",
    "http",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "ftplib",
    "smtplib",
    "gpuhunt",
}
CONNECTED = {"network", "market"}
"""Layers that may open a connection: for a comment, and for a refresh of prices."""
EMPTY_NAMES = {"utils", "helpers", "common", "base", "manager", "util", "helper", "misc"}

modules = pytest.mark.parametrize("path", MODULES, ids=lambda path: name_of(path))


def name_of(path: Path) -> str:
    """Dotted name, as it is imported."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> str:
    """The part of the package that a module belongs to."""
    return [*module.split("."), ""][1]


def rank(module: str) -> int:
    """How high its layer stands."""
    return next(n for n, members in enumerate(LAYERS) if layer(module) in members)


def statements(body: list[ast.stmt], *, typing: bool = False) -> Iterator[ast.stmt]:
    """Statements that run when a module is imported; those for type checkers only if asked for."""
    for node in body:
        checked = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not isinstance(node, ast.FunctionDef) and (typing or not checked):
            yield node
            yield from statements(getattr(node, "body", []), typing=typing)
        if checked or isinstance(node, ast.Try):
            yield from statements(node.orelse, typing=typing)


def imported(nodes: Iterator[ast.AST] | list[ast.AST]) -> Iterator[str]:
    """Dotted names of what import statements import; a name from a package counts as its module if it is one."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name for name in inner if name in KNOWN]
            yield from names or [node.module]


KNOWN = {name_of(path) for path in MODULES}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@modules
def test_imports_point_down(path: Path) -> None:
    """
    Families know no hardware and hardware knows no families; only then do N families and M platforms cost N + M.
    """
    here = name_of(path)
    own = [name for name in imported(list(ast.walk(tree(path)))) if name.startswith("tokencost.")]

    assert not [name for name in own if layer(name) != layer(here) and rank(name) >= rank(here)]


def test_no_module_imports_itself_by_a_detour() -> None:
    """
    A cycle inside a layer is one module in two files.
    """
    graph = {name_of(path): set(imported(statements(tree(path).body))) & KNOWN for path in MODULES}
    while free := {name for name, needs in graph.items() if not needs & graph.keys() - {name}}:
        graph = {name: needs for name, needs in graph.items() if name not in free}

    assert not graph


@modules
def test_only_edges_know_their_libraries(path: Path) -> None:
    """
    Numbers are computed without parsers and printers; the hooks inside units are the one exception.
    """
    nodes = statements(tree(path).body) if layer(name_of(path)) == "units" else list(ast.walk(tree(path)))
    libraries = {name.partition(".")[0] for name in imported(nodes)}

    assert layer(name_of(path)) in EDGES or not libraries & EDGE_LIBRARIES


@modules
def test_torch_is_known_where_it_measures(path: Path) -> None:
    """
    It is an extra of several hundred megabytes; whoever plans does without it.
    """
    libraries = {name.partition(".")[0] for name in imported(list(ast.walk(tree(path))))}

    assert "tokencost.measuring.on_torch" in name_of(path) or not libraries & {"torch", "transformers", "diffusers"}


@modules
def test_connections_are_opened_in_layers_of_their_own(path: Path) -> None:
    """
    Whoever plans is sure that nothing leaves this machine; addresses may be parsed anywhere.
    """
    libraries = set(imported(list(ast.walk(tree(path)))))
    online = {
        name for name in libraries if name.partition(".")[0] in ONLINE or name in {"urllib.request", "http.client"}
    }

    assert layer(name_of(path)) in CONNECTED or not online


def test_commands_stay_offline_unless_they_are_asked() -> None:
    """
    Those layers are not even loaded by the others.
    """
    code = "import sys, tokencost.cli.app, tokencost.planning.plan, tokencost.report; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not [name for name in loaded if name.startswith(("tokencost.network", "tokencost.market"))]


@modules
def test_numpy_waits_until_arrays_are_asked_for(path: Path) -> None:
    """
    Importing numpy takes longer than a plan.
    """
    assert "numpy" not in {name.partition(".")[0] for name in imported(statements(tree(path).body))}


@modules
def test_modules_are_one_idea(path: Path) -> None:
    """
    A module that does not fit in one sitting holds two ideas, and one that has no subject holds none.
    """
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert path.stem not in EMPTY_NAMES


@modules
def test_functions_fit_on_a_page(path: Path) -> None:
    """
    What is longer than 40 lines has a name for each of its parts; the options of a command are no part of its length.
    """
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert not [node.name for node in functions if (node.end_lineno or 0) - node.body[0].lineno + 1 > 40]


@modules
def test_modules_say_what_they_are_about(path: Path) -> None:
    """
    A reader meets the idea before the code.
    """
    assert ast.get_docstring(tree(path))
