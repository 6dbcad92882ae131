"""Small arithmetic in records: numbers, the four operations, and functions from a table; nothing else is evaluated."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from tokencost.errors import CatalogError

Functions = Mapping[str, Callable[..., float]]

LONGEST = 300
OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(text: str, functions: Functions) -> float:
    """The value of an expression; raises CatalogError that quotes what cannot be evaluated."""
    if len(text) > LONGEST:
        raise CatalogError(f"an expression has at most {LONGEST} characters: {text[:40]!r}...")
    try:
        return float(_value(ast.parse(text.strip(), mode="eval").body, functions))
    except (SyntaxError, ZeroDivisionError, TypeError, OverflowError, RecursionError) as error:
        raise CatalogError(f"the expression {text!r} has no value: {error}") from error


def _value(node: ast.expr, functions: Functions) -> float:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, functions)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](_value(left, functions), _value(right, functions))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in functions:
            named = {str(word.arg): _given(word.value) for word in keywords}
            return functions[name](*map(_given, args), **named)
    known = ", ".join(functions)
    raise CatalogError(f"{ast.unparse(node)!r} is neither a number, an operation nor one of {known}")


def _given(node: ast.expr) -> Any:
    """An argument: a number or a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str):
        return node.value
    raise CatalogError(f"the argument {ast.unparse(node)!r} is neither a number nor a text")
