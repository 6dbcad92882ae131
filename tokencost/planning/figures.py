"""Figures that records may ask for in their expressions: each is what a command of tokencost answers."""

import functools
from collections.abc import Callable
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import network_params
from tokencost.counting.tokens import TokenCount
from tokencost.counting.training import six_n_d
from tokencost.errors import CatalogError
from tokencost.nouns.answer import Estimate
from tokencost.nouns.model import Tokenizer
from tokencost.nouns.network import Network
from tokencost.nouns.training import Amount
from tokencost.planning.expression import Functions
from tokencost.planning.grid import tokens_for
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.sample import Run, Sampling, sampled
from tokencost.planning.single import single
from tokencost.sampling.layout import TokenGrid

SAMPLE_SIDE = 8
SAMPLE_WEIGHTS = (3.0, 5.0, 7.0)
LOOPS = ("decode", "denoise")
"""Phases that run once per token or step."""


def functions_of(catalog: Catalog) -> Functions:
    """The table of functions over one catalogue."""
    run = functools.cache(functools.partial(_estimate, catalog))
    effect = functools.partial(_effect, functools.cache(functools.partial(_samples, catalog)))
    return {
        "visual": lambda *grid: float(_tokens(catalog, *grid).visual),
        "written": lambda *grid: float(_tokens(catalog, *grid).generated),
        "codes": lambda name: float(_tokenizer(catalog, name).codebook),
        "pixels": lambda name: _pixels(_tokenizer(catalog, name)),
        "params": lambda model, role="transformer": network_params(_network(catalog, model, role)),
        "seconds": lambda *of, **how: float(run(*of, **how).latency.value),
        "passes": lambda *of, **how: sum(float(p.steps) for p in run(*of, **how).phases if p.id in LOOPS),
        "flop": lambda *of, component="", **how: _flop(run(*of, **how), component),
        "training": lambda model, tokens: _training(_network(catalog, model, "transformer"), tokens),
        "peak": lambda gpu, precision="bf16": float(catalog.get("gpus", gpu).peak[precision]),
        "score": functools.partial(_score, catalog),
        "entropy": lambda weight: effect(weight).effect.entropy,
        "agreement": lambda weight: effect(weight).effect.agreement,
        "work": lambda weight: effect(weight).relative_work,
    }


def _pixels(tokenizer: Tokenizer) -> float:
    """Pixels of all frames that one code stands for."""
    return float(tokenizer.pixels_per_token**2 * tokenizer.frames_per_token)


def _training(net: Network, tokens: float) -> float:
    said = "the expression of a record"
    amount = Amount(id=net.id, params=network_params(net), params_source="counted", tokens=tokens, tokens_source=said)
    return float(six_n_d(amount))


def _tokens(catalog: Catalog, grid: str, side: int, frames: int = 1) -> TokenCount:
    """Of a square, by a tokenizer's name or by strides (4x4x4)."""
    named = grid if catalog.find("tokenizers", grid) else ""
    size = OutputOptions(width=side, height=side, frames=frames)
    return tokens_for(catalog, tokenizer=named, stride="" if named else grid, codebook=0, size=size)


def _tokenizer(catalog: Catalog, name: str) -> Tokenizer:
    found: Tokenizer = catalog.get("tokenizers", name)
    return found


def _network(catalog: Catalog, model: str, role: str) -> Network:
    parts = catalog.get("models", model).components
    if role not in parts:
        raise CatalogError(f"{model} has no {role}; it has {', '.join(parts)}")
    found: Network = catalog.get("networks", parts[role].network)
    return found


def _estimate(catalog: Catalog, model: str, side: int, frames: int | None = None, **how: Any) -> Estimate:
    """One square on the default platform, unless said otherwise."""
    fps = 8.0 if frames else None
    return single(catalog, model, "", OutputOptions(width=side, height=side, frames=frames, fps=fps), RunOptions(**how))


def _flop(run: Estimate, component: str) -> float:
    return sum(float(phase.flop) for phase in run.phases if component in ("", phase.component))


def _score(catalog: Catalog, model: str, metric: str, conditions: str = "") -> float:
    """The first published score under a metric whose conditions hold that text."""
    for score in catalog.get("quality", model).scores:
        if score.metric == metric and conditions in score.conditions:
            return float(score.value)
    raise CatalogError(f"quality/{model} has no {metric} score" + (f" under {conditions!r}" if conditions else ""))


def _samples(catalog: Catalog) -> dict[float, Run]:
    """Runs of the small sampler by guidance weight; 0 stands for none."""
    sides = TokenGrid(frames=1, height=SAMPLE_SIDE, width=SAMPLE_SIDE)
    found = sampled(catalog, Sampling(grid=sides, weights=SAMPLE_WEIGHTS))
    return {run.weight or 0.0: run for run in found.runs}


def _effect(runs: Callable[[], dict[float, Run]], weight: float) -> Run:
    known = ", ".join(f"{w:g}" for w in (0.0, *SAMPLE_WEIGHTS))
    if weight not in (0.0, *SAMPLE_WEIGHTS):
        raise CatalogError(f"the small sampler runs with weights {known}, not {weight:g}")
    return runs()[weight]
