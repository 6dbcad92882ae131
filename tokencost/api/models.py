"""Questions about models that need no spec: what one takes, how several compare, how one is trained and sampled."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokencost.catalog.load import load
from tokencost.errors import UsageError
from tokencost.planning.options import options_from

if TYPE_CHECKING:
    from tokencost.counting.tokens import TokenCount
    from tokencost.nouns.answer import Comparison, Estimate
    from tokencost.nouns.training import Training
    from tokencost.nouns.what_if import WhatIf
    from tokencost.planning.claims import Claims
    from tokencost.planning.ranging import Ranged
    from tokencost.planning.sample import Sampled


def estimate(model: str, *, task: str = "", catalog: Path | None = None, **flags: Any) -> "Estimate":
    """One model, one request, one platform.

    `flags` are those of the command: width, height, res (pixels), frames, seconds, fps, prompt_tokens,
    output_tokens, gpu, gpus, engine, precision, parallelism, price ("1.80 USD/h"), batch, steps, guidance,
    accelerations (a sequence of ids).
    Raises TokencostError, with every problem found.
    """
    from tokencost.planning.single import single

    output, options = options_from(flags)
    return single(load(catalog), model, task, output, options)


def compare(
    *, task: str = "image", models: Sequence[str] = (), catalog: Path | None = None, **flags: Any
) -> "Comparison":
    """All models of a task side by side at one size; flags as in `estimate`."""
    from tokencost.planning import compare as comparing

    output, options = options_from(flags)
    return comparing.compare(load(catalog), comparing.task_named(task), output, options, models)


def compare_range(
    start: int,
    stop: int,
    *,
    task: str = "image",
    models: Sequence[str] = (),
    catalog: Path | None = None,
    **flags: Any,
) -> "Ranged":
    """Cost and time of the models against the side of a square in pixels, and where the best of them changes.

    Both ends are looked at; flags as in `estimate`, without a size. Raises UsageError where no model makes a size
    between.
    """
    from tokencost.planning.ranging import ranged

    output, options = options_from(flags)
    return ranged(load(catalog), task, range(start, stop), output, options, models)


def what_if(model: str, *, task: str = "", catalog: Path | None = None, **flags: Any) -> "WhatIf":
    """One model as it is, with every acceleration that concerns it, and with all that go together."""
    from tokencost.planning.what_if import what_if as accelerating

    output, options = options_from(flags)
    return accelerating(load(catalog), model, task, output, options)


def tokens(
    tokenizer: str = "", *, stride: str = "", codebook: int = 0, catalog: Path | None = None, **flags: Any
) -> "TokenCount":
    """Tokens of an image or clip by a tokenizer's name or by strides ("4x4x4"); sizes in pixels as in `estimate`."""
    from tokencost.planning.grid import tokens_for

    output, _ = options_from(flags)
    return tokens_for(load(catalog), tokenizer=tokenizer, stride=stride, codebook=codebook, size=output)


def train(model: str = "", *, catalog: Path | None = None, **flags: Any) -> "Training":
    """A training run: FLOPs, GPU time, cost, energy and CO2, beside what is published.

    `flags` are those of the command: params, tokens, images, sequence, size (width and height in pixels), gpu, mfu,
    exact, recompute, assets, against (names of runs), and price, region, site, pue as in `estimate`.
    """
    from tokencost.planning import train as training
    from tokencost.planning.training_run import Wanted

    _, options = options_from({name: flags.pop(name) for name in ("price", "region", "site", "pue") if name in flags})
    unknown = flags.keys() - Wanted.__dataclass_fields__.keys() | (flags.keys() & {"name", "options"})
    if unknown:
        raise UsageError(f"unknown flag {sorted(unknown)[0]!r}")
    return training.train(load(catalog), Wanted(name=model, options=options, **flags))


def sample(
    grid: str = "8x8",
    *,
    frames: int = 0,
    guidance: Sequence[float | None] = (None,),
    branches: str = "sequential",
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
    prompt_tokens: int = 16,
    tokenizer: str = "emu3",
    catalog: Path | None = None,
) -> "Sampled":
    """A token grid written by a small model, and what ran beside what the formulas count.

    `grid` is rows x columns of tokens ("8x8") or frames x rows x columns, `guidance` the weights to draw with, None
    without guidance, `temperature` 0 for the likeliest code. Raises TokencostError for what cannot be drawn.
    """
    from tokencost.planning.sample import Sampling, grid_of, mode_of, sampled
    from tokencost.sampling.guidance import Choosing

    weights = tuple(None if weight is None else float(weight) for weight in guidance)
    asked = Sampling(
        grid=grid_of(grid, frames), weights=weights, mode=mode_of(branches), seed=seed,
        how=Choosing(temperature=temperature, top_k=top_k, top_p=top_p), prompt_tokens=prompt_tokens,
        tokenizer=tokenizer,
    )  # fmt: skip
    return sampled(load(catalog), asked)


def claims(*, catalog: Path | None = None) -> "Claims":
    """What the lesson on Emu3 says, counted again, and its exercises, worked: `explain --claims`."""
    from tokencost.planning import claims as claiming

    return claiming.claims(load(catalog))
