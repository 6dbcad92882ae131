"""Would a test notice? `python -m tests.mutants serving 100` changes one operator or number at a time and looks.

Mutants are drawn at random (seeded) from all of a package. Each runs in a process of its own against the tests that
execute its line, quickest first, and is killed by the first that fails. Needs the extra `audit` (coverage).
"""

import argparse
import ast
import copy
import importlib.util
import json
import math
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TESTS = {
    "counting": ("tests/counting", "tests/families", "tests/promises/test_frozen.py"),
    "timing": ("tests/timing", "tests/promises/test_frozen.py"),
    "serving": (
        "tests/serving", "tests/sweeping/test_stairs.py", "tests/planning/test_capacity.py",
        "tests/planning/test_capacity_service.py", "tests/planning/test_daily_bill.py",
    ),
    "deciding": ("tests/deciding",),
}  # fmt: skip
"""What is run against the mutants of a package."""
MACHINE_CODE = {"compiled.py": "test_compiled"}
"""Files whose lines run where coverage does not see them, and their tests."""
LONGEST = 60
"""Seconds of processor time after which a mutant that does not end is taken as noticed."""
LARGEST = 8 << 30
"""Bytes of memory after which a mutant that takes ever more is stopped, and with that noticed."""
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}  # fmt: skip
SWAPPED = {"maximum": "minimum", "minimum": "maximum", "ceil": "floor", "floor": "ceil", "max": "min", "min": "max",
           "any": "all", "all": "any", "log": "exp", "exp": "log"}  # fmt: skip
UNTOUCHED = (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)
"""Messages say nothing that a test should hold by the letter."""


@dataclass(frozen=True)
class Mutant:
    """One change: the node (by its number in a walk) of a file, and which of the changes that it allows."""

    path: Path
    node: int
    change: int
    line: int
    before: str
    after: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number in _touched(tree):
        for change in range(len(_changes(_node(tree, number)))):
            other = copy.deepcopy(tree)
            node = _node(other, number)
            before = ast.unparse(node)
            _changes(node)[change]()
            yield Mutant(path, number, change, node.lineno, before, ast.unparse(node))  # type: ignore[attr-defined]


def _node(tree: ast.AST, number: int) -> ast.AST:
    return next(node for n, node in enumerate(ast.walk(tree)) if n == number)


def _touched(tree: ast.AST) -> list[int]:
    """Numbers of the nodes that run: no annotations, messages, decorators or what only type checkers read."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        outside: list[ast.AST | None] = [node] if isinstance(node, UNTOUCHED) else []
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            outside.append(node)
        outside += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        outside += getattr(node, "decorator_list", [])
        left_out |= {id(inner) for part in outside if part is not None for inner in ast.walk(part)}
    return [n for n, node in enumerate(ast.walk(tree)) if id(node) not in left_out and _changes(node)]


def _changes(node: ast.AST) -> list[Callable[[], Any]]:
    """What can be changed about a node in place."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            return [lambda: setattr(node, "ops", [COMPARED[type(op)]()])]
        case ast.BinOp(op=op, left=left) if type(op) in COMPUTED and not _is_type(left):
            return [lambda: setattr(node, "op", COMPUTED[type(op)]())]
        case ast.BoolOp(op=op):
            return [lambda: setattr(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [lambda: (setattr(node, "op", ast.Not()), setattr(node, "operand", ast.UnaryOp(ast.Not(), operand)))]
        case ast.IfExp(test=test) | ast.If(test=test):
            return [lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), test))]
        case ast.Constant(value=bool() as value):
            return [lambda: setattr(node, "value", not value)]
        case ast.Constant(value=int() | float() as value):
            return [
                lambda: setattr(node, "value", value + 1),
                lambda: setattr(node, "value", value * 1.01 if value else 1),
            ]
        case ast.Call(func=ast.Name(id=name)) if name in SWAPPED:
            return [lambda: setattr(node, "func", ast.Name(SWAPPED[name], ast.Load()))]
    return []


def _is_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id[:1].isupper() and not node.id.isupper()


def code_of(mutant: Mutant) -> ast.Module:
    """The file with its change, names that were swapped in imported."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    node = _node(tree, mutant.node)
    _changes(node)[mutant.change]()
    extra = ast.parse("from tokencost.numeric import maximum, minimum, ceil, floor, log, exp")
    at = 1 if ast.get_docstring(tree) else 0
    tree.body[at:at] = extra.body if isinstance(node, ast.Call) else []
    return ast.fix_missing_locations(tree)


class _Mutated(SourceFileLoader):
    """Loads a file as if it said something else."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> Any:
        return compile(self.tree, self.path, "exec")


@dataclass
class _Finder:
    """Finds the mutated module before the real one is."""

    name: str
    loader: _Mutated

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The mutated one, if it is asked for."""
        return importlib.util.spec_from_loader(name, self.loader) if name == self.name else None


def in_child(work: Callable[[], int]) -> int:
    """The exit code of some work in a process of its own, silent; 98 if it takes too long."""
    child = os.fork()
    if not child:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
        try:
            os._exit(work())
        except BaseException:
            os._exit(99)
    status = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 98


def passing(arguments: Sequence[str], plugins: Sequence[object] = ()) -> int:
    """Run tests here; hypothesis tries few examples, always the same."""
    import pytest
    from hypothesis import settings

    settings.register_profile("mutants", max_examples=15, derandomize=True, database=None, deadline=None)
    settings.load_profile("mutants")
    quick = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]
    return int(pytest.main([*quick, *arguments], plugins=plugins))


class _Watch:
    """Notes how long each test takes and which lines it runs."""

    def __init__(self, coverage: Any) -> None:
        self.coverage, self.seconds = coverage, dict[str, float]()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


def baseline(package: str, folder: Path) -> dict[str, Any]:
    """Seconds by test, and for each file of the package the tests of each line."""

    def watched() -> int:
        import coverage

        measured = coverage.Coverage(data_file=None, source=[str(ROOT / "tokencost" / package)], config_file=False)
        watch = _Watch(measured)
        measured.start()
        code = passing(TESTS[package], [watch])
        measured.stop()
        data = measured.get_data()
        lines = {file: {str(n): [c for c in found if c] for n, found in data.contexts_by_lineno(file).items()}
                 for file in data.measured_files()}  # fmt: skip
        (folder / "baseline.json").write_text(json.dumps({"seconds": watch.seconds, "lines": lines}))
        return code

    global LONGEST
    kept, LONGEST = LONGEST, 900
    code = in_child(watched)
    LONGEST = kept
    if code:
        sys.exit(f"the tests of {package} fail as they are ({code})")
    found: dict[str, Any] = json.loads((folder / "baseline.json").read_text())
    return found


def survives(mutant: Mutant, known: dict[str, Any]) -> bool:
    """Whether every test that runs the line still passes; a line that no test runs is noticed by none."""
    lines = known["lines"].get(str(mutant.path), {})
    machine = MACHINE_CODE.get(mutant.path.name)
    tests = [name for name in known["seconds"] if machine in name] if machine else lines.get(str(mutant.line))
    if tests is None:
        return True
    names = sorted(tests or known["seconds"], key=lambda name: known["seconds"].get(name, 9.0))
    module = ".".join(mutant.path.relative_to(ROOT).with_suffix("").parts)

    def work() -> int:
        os.environ["NUMBA_CACHE_DIR"] = cache
        sys.meta_path.insert(0, _Finder(module, _Mutated(module, str(mutant.path), code_of(mutant))))
        return passing(names)

    with tempfile.TemporaryDirectory() as cache:
        return in_child(work) == 0


def interval(killed: int, of: int) -> tuple[float, float]:
    """The share that is killed, 19 times out of 20 (Wilson 1927)."""
    z, share = 1.96, killed / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def main() -> None:
    """Draw, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", choices=TESTS)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=math.inf, help="processor time after which no mutant begins")
    asked = parser.parse_args()
    os.chdir(ROOT)
    import hypothesis  # noqa: F401

    whole = [m for path in sorted((ROOT / "tokencost" / asked.package).glob("*.py")) for m in mutants(path)]
    drawn = random.Random(asked.seed).sample(whole, min(asked.number, len(whole)))
    with tempfile.TemporaryDirectory() as folder:
        known = baseline(asked.package, Path(folder))
    killed = done = 0
    for mutant in drawn:
        if done and time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) > asked.seconds:
            break
        alive = survives(mutant, known)
        done, killed = done + 1, killed + (not alive)
        if alive:
            place = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
            print(f"{place}: {mutant.before[:100]}  ->  {mutant.after[:100]}", flush=True)
    low, high = interval(killed, done)
    share = f"{killed / done:.0%} ({low:.0%} to {high:.0%})"
    print(f"{asked.package}: {killed} of {done} killed, {share}; drawn from {len(whole):,} mutants")


if __name__ == "__main__":
    main()
