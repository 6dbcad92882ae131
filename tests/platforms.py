"""Models on platforms as the planner resolves them, for tests of what comes after."""

from typing import Any

from tests.promises.records import catalog
from tokencost.families.lowering import lower
from tokencost.nouns.generator import Generator
from tokencost.nouns.hardware import Platform
from tokencost.nouns.request import Request
from tokencost.nouns.work import Phase, Program
from tokencost.planning.options import RunOptions
from tokencost.planning.resolve import generator, platform


def made(model: str, **options: Any) -> Generator:
    """A model ready to run."""
    return generator(catalog(), catalog().get("models", model), RunOptions(**options))


def on(model: str, **options: Any) -> Platform:
    """The platform that a model is run on; one A100 and compiled kernels unless said otherwise."""
    return platform(catalog(), RunOptions(**options), made(model, **options))


def image(side: float = 512.0, **fields: Any) -> Request:
    """A request for a square image."""
    return Request(**{"task": "text-to-image", "width": side, "height": side, "prompt_tokens": 64.0, **fields})


def program(model: str, request: Request, **options: Any) -> Program:
    """What a model does for a request."""
    return lower(made(model, **options), request)


def phase(model: str, request: Request, name: str, **options: Any) -> Phase:
    """One phase of it."""
    return next(phase for phase in program(model, request, **options) if phase.id == name)
