"""The table of families, and the one way from a request to a program."""

from collections.abc import Callable, Mapping

from tokencost.families.autoregressive import autoregressive
from tokencost.families.diffusion import diffusion
from tokencost.families.hybrid import hybrid
from tokencost.families.masked import masked
from tokencost.families.next_scale import next_scale
from tokencost.families.perception import perception
from tokencost.nouns.generator import Generator
from tokencost.nouns.request import Request
from tokencost.nouns.work import Program

FAMILIES: Mapping[str, Callable[[Generator, Request], Program]] = {
    "autoregressive": autoregressive,
    "diffusion": diffusion,
    "masked": masked,
    "next-scale": next_scale,
    "hybrid": hybrid,
    "perception": perception,
}


def lower(generator: Generator, request: Request) -> Program:
    """The program of a request; a model that answers about an image runs as perception whatever it generates with."""
    family = "perception" if request.task == "image-to-text" else generator.model.family
    return FAMILIES[family](generator, request)
