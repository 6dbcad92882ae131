"""Writes tokencost/timing/fused.py: the formulas of one operator on one GPU, written into each other.

A plan prices tens of thousands of operators; half of its time went into calls from one formula to the next. Nothing is
said twice: `python -m tests.promises.fused` reads the formulas from their source, follows the branch of one class of
operator, computes once per platform what no operator changes, and leaves everything else in the order it stands in,
so that results agree to the last bit.
"""

import ast
import collections
import functools
import inspect
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tokencost import numeric
from tokencost.formula import FORMULAS
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup
from tokencost.timing import roofline
from tokencost.units import Constant

TARGET = Path(roofline.__file__).with_name("fused.py")
KINDS = (Linear, Attention, Convolution, Elementwise, Lookup)
COLUMNS = ("compute", "memory", "seconds", "traffic", "kernels")
"""What is asked of an operator, in the order of the tuple that the fused function returns."""

MOVING = re.compile("t[0-9]+")
"""Names of what is computed for each operator."""

HEAD = '''"""The formulas of one operator, written into each other by `python -m tests.promises.fused`, not by hand.

Each function takes a platform and a precision and returns what prices operators of one class there: their arithmetic,
memory and whole time in seconds, bytes of traffic and kernels, all as plain floats.
"""

from collections.abc import Callable
from math import ceil
from math import pow as power

from tokencost.counting.footprint import cached_element
from tokencost.nouns.hardware import Platform, Precision
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup, Operator
from tokencost.numeric import interpolate
from tokencost.timing.rates import _first_known, _names
from tokencost.units import Num

Cost = tuple[Num, Num, Num, Num, Num]
Pricing = Callable[[Platform, Precision], Callable[..., Cost]]
'''
FOOT = """
PRICING: dict[type[Operator], Pricing] = {
%s}
"""


class Fused:
    """One function in the making: `once` runs per platform, `fields` and `lines` per operator."""

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.once: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.lines: list[str] = []
        self.known: dict[str, str] = {}
        self.depth = 2
        self.count = 0

    def emit(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def held(self, code: str) -> str:
        """A name for an expression: computed once per platform if nothing in it belongs to the operator."""
        tree = ast.parse(code, mode="eval").body
        if isinstance(tree, ast.Name | ast.Constant):
            return code
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if not names & {"op", *self.fields.values()} and not any(MOVING.fullmatch(name) for name in names):
            return self.once.setdefault(code, f"p{len(self.once)}")
        if re.fullmatch(r"op\.\w+", code):
            return self.fields.setdefault(code, code[3:])
        if code not in self.known:
            self.count += 1
            self.known[code] = f"t{self.count}"
            self.emit(f"t{self.count} = {code}")
        return self.known[code]

    def branch(self, test: str, yes: Callable[[], str], no: Callable[[], str]) -> str:
        """Either of two, of which only the one that is wanted is computed."""
        self.count += 1
        name, known = f"t{self.count}", dict(self.known)
        for lead, made in ((f"if {test}:", yes), ("else:", no)):
            self.emit(lead)
            self.depth += 1
            self.known = dict(known)
            value = made()
            self.emit(f"{name} = {value}")
            self.depth -= 1
        self.known = known
        return name


Names = dict[str, str]
"""What the names of a formula stand for where it is written into another."""


def expression(node: ast.expr, names: Names, scope: dict[str, Any], into: Fused) -> str:
    """An expression in terms of the operator, the platform and what is known already."""
    match node:
        case ast.Name(id=name):
            value = scope.get(name)
            return names.get(name) or (repr(float(value)) if isinstance(value, Constant) else name)
        case ast.Constant(value=value):
            return repr(value)
        case ast.Attribute(value=ast.Name() as of, attr=attr):
            return into.held(f"{expression(of, names, scope, into)}.{attr}")
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.BitOr() as how, right=right):
            sides = [expression(side, names, scope, into) for side in (left, right)]
            sign = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "BitOr": "|"}[type(how).__name__]
            return into.held(f"{sides[0]} {sign} {sides[1]}")
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return chosen(test, body, orelse, (names, scope, into))
        case ast.Call() if (decided := decision(node, names, scope, into)) is not None:
            return repr(decided)
        case ast.Call(func=ast.Name(id=name)) if callable(scope.get(name)):
            return called(node, scope[name], (names, scope, into))
    return into.held(rewritten(node, names, scope, into))


def chosen(test: ast.expr, body: ast.expr, orelse: ast.expr, at: tuple[Names, dict[str, Any], Fused]) -> str:
    """A conditional expression; by the class of the operator where that decides it."""
    decided = decision(test, *at)
    if decided is not None:
        return expression(body if decided else orelse, *at)
    condition = expression(test, *at)
    return at[2].branch(condition, lambda: expression(body, *at), lambda: expression(orelse, *at))


def rewritten(node: ast.expr, names: Names, scope: dict[str, Any], into: Fused) -> str:
    """Any other expression, its names replaced."""

    class Replace(ast.NodeTransformer):
        def visit_Name(self, inner: ast.Name) -> ast.expr:
            if inner.id not in names and not isinstance(scope.get(inner.id), Constant):
                return inner
            return ast.parse(expression(inner, names, scope, into), mode="eval").body

        def visit_Attribute(self, inner: ast.Attribute) -> ast.expr:
            if not isinstance(inner.value, ast.Name) or inner.value.id not in names:
                return self.generic_visit(inner)  # type: ignore[return-value]
            return ast.parse(expression(inner, names, scope, into), mode="eval").body

    copied = ast.parse(ast.unparse(node), mode="eval").body
    return ast.unparse(Replace().visit(copied))


def called(node: ast.Call, target: Any, at: tuple[Names, dict[str, Any], Fused]) -> str:
    """A call: arithmetic that works on arrays too as plain floats, formulas written out, others left as they are."""
    into = at[2]
    if target is roofline.OperatorCost:
        found = {keyword.arg: keyword.value for keyword in node.keywords}
        return f"({', '.join(expression(found[column], *at) for column in COLUMNS)})"
    given = [expression(argument, *at) for argument in node.args]
    if target is numeric.maximum or target is numeric.minimum:
        a, b = map(into.held, given)
        sign, turned = (">=", "<=") if target is numeric.maximum else ("<=", ">=")
        test = f"{a} {sign} {b}" if a.isidentifier() else f"{b} {turned} {a}"
        return into.held(f"{a} if {test} else {b}")
    if target is numeric.where:
        condition, a, b = given
        return into.held(f"{a} if {condition} else {b}")
    if target is numeric.ceil:
        return into.held(f"float(ceil({given[0]}))")
    about = FORMULAS.get(f"{getattr(target, '__module__', '')}.{getattr(target, '__name__', '')}")
    if about is None or target.__name__ == "cached_element":
        return into.held(f"{target.__name__}({', '.join(given)})")
    tree = source_of(about.call)
    return block(tree.body[1:], dict(zip((a.arg for a in tree.args.args), given, strict=True)), scope_of(about), into)


def scope_of(about: Any) -> dict[str, Any]:
    """The names that a formula's module knows."""
    return dict(vars(inspect.getmodule(about.call)))


@functools.cache
def source_of(call: Callable[..., Any]) -> ast.FunctionDef:
    """A formula as it is written."""
    tree = ast.parse(inspect.getsource(call)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def block(body: list[ast.stmt], names: Names, scope: dict[str, Any], into: Fused) -> str:
    """The statements of a formula, down to what it returns."""
    first, rest = body[0], body[1:]
    match first:
        case ast.Return(value=ast.expr() as value):
            return expression(value, names, scope, into)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return block(rest, {**names, name: expression(value, names, scope, into)}, scope, into)
        case ast.If(test=test, body=yes, orelse=[]):
            return block([*yes, *rest] if decision(test, names, scope, into) else rest, names, scope, into)
        case ast.Match(cases=cases):
            return matched(cases, rest, (names, scope, into))
    raise TypeError(f"cannot write out: {ast.unparse(first)}")


def matched(cases: list[ast.match_case], rest: list[ast.stmt], at: tuple[Names, dict[str, Any], Fused]) -> str:
    """The case of the operator's class; where it has a condition, the others behind it."""
    for place, case in enumerate(cases):
        assert isinstance(case.pattern, ast.MatchClass)
        if at[1][ast.unparse(case.pattern.cls)] is not at[2].kind:
            continue
        body = [*case.body, *rest]
        if case.guard is None:
            return block(body, *at)
        others = cases[place + 1 :]
        yes, no = functools.partial(block, body, *at), functools.partial(matched, others, rest, at)
        return at[2].branch(expression(case.guard, *at), yes, no)
    return block(rest, *at)


def decision(test: ast.expr, names: Names, scope: dict[str, Any], into: Fused) -> bool | None:
    """What the class of the operator says about a condition; None if it says nothing."""
    match test:
        case ast.Name(id=name) if names.get(name) in ("True", "False"):
            return names[name] == "True"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = decision(operand, names, scope, into)
            return None if inner is None else not inner
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(), kinds]):
            return bool(issubclass(into.kind, eval(ast.unparse(kinds), scope)))
    return None


def fused(kind: type) -> str:
    """The function that prices one class of operators."""
    into = Fused(kind)
    tree = source_of(roofline.operator_cost.__wrapped__)  # type: ignore[attr-defined]
    answer = block(tree.body[1:], {"op": "op", "on": "on", "precision": "precision"}, dict(vars(roofline)), into)
    name = kind.__name__
    once = [f"    {held} = {code}" for code, held in into.once.items()]
    fields = [f"        {held} = {code}" for code, held in into.fields.items()]
    head = [f"def price_{name.lower()}(on: Platform, precision: Precision) -> Callable[[{name}], Cost]:"]
    says = f'    """What operators of the class {name} take."""'
    cost = [f"    def cost(op: {name}) -> Cost:", *fields, *into.lines, f"        return {answer}", "    return cost"]
    return tidied("\n".join([*head, says, *once, *cost]))


def tidied(text: str) -> str:
    """Names that are used once give way to what they stand for; the others are numbered anew."""
    tree = ast.parse(text)
    while once := single(tree):
        tree = Choices().visit(Written(once).visit(tree))
    names: dict[str, str] = {}
    for found in re.findall(r"\b[pt][0-9]+\b", ast.unparse(tree)):
        names.setdefault(found, f"{found[0]}{sum(known[0] == found[0] for known in names) + 1}")
    return gathered(re.sub(r"\b[pt][0-9]+\b", lambda match: names[match[0]], ast.unparse(tree)))


def gathered(text: str) -> str:
    """Fields that are looked up one after the other stand on a line."""
    lines: list[str] = []
    names: list[str] = []
    for line in text.splitlines():
        match = re.fullmatch(r"( +)(\w+) = ([\w. *]+\.\w+)", line)
        before = re.fullmatch(r" +([\w, ]+) = ([\w., *]+\.\w+)", lines[-1]) if lines and match and names else None
        free = match and before and not set(re.findall(r"\w+", match[3])) & set(names)
        together = f"{match[1]}{before[1]}, {match[2]} = {before[2]}, {match[3]}" if match and before else ""
        if match and free and len(together) <= 120:
            lines[-1] = together
            names.append(match[2])
        else:
            lines.append(line)
            names = [match[2]] if match else []
    return "\n".join(lines)


def single(tree: ast.AST) -> dict[str, ast.expr]:
    """One name that is set once and read once, with its value, where that fits on a line; none if there is none.

    What is computed once per platform stays where it is unless it is read there too.
    """
    inner = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "cost")
    kept = {node.id for node in ast.walk(inner) if isinstance(node, ast.Name)}
    counts = collections.Counter((n.id, type(n.ctx)) for n in ast.walk(tree) if isinstance(n, ast.Name))
    simple = [node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.Return)]
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    users = [*(node.value or node for node in simple), *(node.test for node in tests)]
    reads = {name.id: user for user in users for name in ast.walk(user) if isinstance(name, ast.Name)}
    for node in simple:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not (name[0] == "p" and name in kept):
                once = counts[name, ast.Store] == counts[name, ast.Load] == 1 and name in reads
                if once and len(ast.unparse(reads[name])) + len(ast.unparse(value)) < LINE:
                    return {name: value}
    return {}


LINE = 105
"""Characters of the longest statement that is written together."""


class Choices(ast.NodeTransformer):
    """Branches that do nothing but set one name become conditional expressions."""

    def visit_If(self, node: ast.If) -> ast.stmt:
        """The innermost first."""
        self.generic_visit(node)
        match node:
            case ast.If(body=[ast.Assign(targets=[ast.Name(id=name)], value=yes)], orelse=[ast.Assign(value=no)]):
                return ast.parse(
                    f"{name} = {ast.unparse(yes)} if {ast.unparse(node.test)} else {ast.unparse(no)}"
                ).body[0]
        return node


class Written(ast.NodeTransformer):
    """Puts values in the place of their names."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The value where the name is read."""
        return self.values.get(node.id, node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        """Nothing where the name is set."""
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id in self.values:
            return None
        return self.generic_visit(node)  # type: ignore[return-value]


def module() -> str:
    """The whole module, before it is formatted."""
    table = "".join(f"    {kind.__name__}: price_{kind.__name__.lower()},\n" for kind in KINDS)
    return "\n\n".join([HEAD, *(fused(kind) + "\n" for kind in KINDS), FOOT % table])


def formatted() -> str:
    """The module as it is kept."""
    command = ["ruff", "format", "--stdin-filename", str(TARGET), "-"]
    return subprocess.run(command, input=module(), capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    TARGET.write_text(formatted(), encoding="utf-8")
