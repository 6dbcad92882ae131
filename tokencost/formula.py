"""Formulas: pure functions whose call tree is the derivation.

@formula changes nothing about a function until someone asks for a derivation. Inside
`with deriving() as trace:` every call is recorded with its arguments, so a report can print the
expression (read from the source, so it cannot drift), the numbers put into it, and who says so.
A description costs parsing, so it is made when it is asked for, never at import.
"""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast, get_type_hints

from tokencost.units import Unit

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Formula:
    """What is known about a formula without calling it; `cites` is an id of the catalogue's sources."""

    call: Callable[..., Any]
    cites: str
    says: str = ""

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.call.__name__

    @property
    def doc(self) -> str:
        """The docstring."""
        return inspect.getdoc(self.call) or ""

    @functools.cached_property
    def expression(self) -> str:
        """The single return expression as text; for an algorithm, what it says of itself."""
        return self.says or _expression(self.call)

    @functools.cached_property
    def units(self) -> dict[str, Unit | None]:
        """Unit of each argument and of "return"; None where it is not a quantity."""
        return {name: _unit_of(hint) for name, hint in get_type_hints(self.call, include_extras=True).items()}

    @property
    def output(self) -> Unit | None:
        """Unit of what it returns."""
        return self.units.get("return")

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """How it is called."""
        return inspect.signature(self.call)


@dataclass(slots=True)
class Step:
    """One recorded call."""

    formula: Formula
    inputs: dict[str, Any]
    value: Any = None
    children: list["Step"] = field(default_factory=list)


FORMULAS: dict[str, Formula] = {}
_watchers = 0
"""Blocks that record or assume right now, in any thread: while there are none, a formula is just its function."""
_current: ContextVar[Step | None] = ContextVar("current", default=None)
_assumed: ContextVar[Mapping[str, Any]] = ContextVar("assumed", default=MappingProxyType({}))


def formula(cites: str, *, says: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a pure function as a formula; `cites` names an entry of data/sources.yaml.

    A formula is a docstring and one return expression. An algorithm (a loop over layers, a root
    search) may have a longer body and then has to say in words what it computes.
    """

    def decorate(fn: Callable[P, R]) -> Callable[P, R]:
        about = Formula(fn, cites, says)
        FORMULAS[f"{fn.__module__}.{fn.__name__}"] = about

        @functools.wraps(fn)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _watchers:
                return fn(*args, **kwargs)
            parent, assumed = _current.get(), _assumed.get()
            if parent is None and not assumed:
                return fn(*args, **kwargs)
            inputs = dict(about.signature.bind(*args, **kwargs).arguments)
            return cast(R, _observed(about, parent, assumed, inputs))

        return call

    return decorate


def _observed(about: Formula, parent: Step | None, assumed: Mapping[str, Any], inputs: dict[str, Any]) -> Any:
    step = Step(about, inputs)
    if parent is not None:
        parent.children.append(step)
    token = _current.set(step if parent is not None else None)
    try:
        step.value = assumed[key] if (key := _key(about, inputs)) in assumed else about.call(**inputs)
        return step.value
    finally:
        _current.reset(token)


def _key(about: Formula, inputs: dict[str, Any]) -> str:
    """`phase_time:decode`: a formula, and the id of the first noun it is about."""
    first = next(iter(inputs.values()), None)
    return f"{about.name}:{getattr(first, 'id', '')}".removesuffix(":")


@contextmanager
def assuming(values: Mapping[str, Any]) -> Iterator[None]:
    """Take these quantities as given, e.g. a measurement: {"phase_time:decode": 96.0}."""
    token = _assumed.set(values)
    try:
        with _watching():
            yield
    finally:
        _assumed.reset(token)


def watched() -> bool:
    """Whether calls are being recorded here: then nothing may be taken from a cache or summed up beforehand."""
    return _watchers > 0 and _current.get() is not None


def undisturbed() -> bool:
    """Whether nobody records or assumes anything: then formulas that are written into each other give the same."""
    return not _watchers


@contextmanager
def _watching() -> Iterator[None]:
    global _watchers
    _watchers += 1
    try:
        yield
    finally:
        _watchers -= 1


@contextmanager
def deriving() -> Iterator[Step]:
    """Record every formula called inside the block as a tree under the yielded root."""
    root = Step(Formula(deriving, "definition", "everything asked for"), {})
    token = _current.set(root)
    try:
        with _watching():
            yield root
    finally:
        _current.reset(token)


def unit_of_field(noun: type, name: str) -> Unit | None:
    """Unit declared on a field of a noun."""
    return _unit_of(_hints(noun).get(name))


@functools.cache
def _hints(noun: type) -> dict[str, Any]:
    return get_type_hints(noun, include_extras=True)


def _unit_of(hint: Any) -> Unit | None:
    return next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Unit)), None)


def _expression(fn: Callable[..., Any]) -> str:
    """The single return expression of `fn`, as text."""
    node = ast.parse(textwrap.dedent(inspect.getsource(fn))).body[0]
    assert isinstance(node, ast.FunctionDef)
    last = node.body[-1]
    if not isinstance(last, ast.Return) or last.value is None or len(node.body) > 2:
        raise TypeError(f"{fn.__name__}: a formula is a docstring and one return expression")
    return ast.unparse(last.value)
