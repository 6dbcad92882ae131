"""`tokencost sample`: the loop that the planner prices, run on a small model and counted."""

import re
from typing import Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.show import show
from tokencost.errors import UsageError

WEIGHT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
More = Annotated[
    list[str] | None, typer.Argument(help="Further guidance weights, after --guidance.", metavar="[WEIGHT...]")
]
GuidanceFlag = Annotated[
    str, typer.Option("--guidance", help="One or several weights (3 5 7): uncond + g (cond - uncond); or none.")
]
Branches = Annotated[str, typer.Option("--branches", help="How guidance runs: sequential, as Emu3's code, or batched.")]
Tokenizer = Annotated[
    str,
    typer.Option("--tokenizer", help="Whose rows, frames and ends are written.", autocompletion=c.named("tokenizers")),
]


def sample(
    more: More = None,
    *,
    grid: Annotated[str, typer.Option("--grid", help="Rows x columns of tokens, or frames x rows x columns.")] = "8x8",
    frames: Annotated[int, typer.Option("--frames", min=0, max=4096, help="Token frames of a clip.")] = 0,
    guidance: GuidanceFlag = "",
    branches: Branches = "sequential",
    temperature: Annotated[float, typer.Option("--temperature", help="0 takes the likeliest code.")] = 1.0,
    top_k: Annotated[int, typer.Option("--top-k", help="Likeliest codes to keep; 0 keeps all.")] = 0,
    top_p: Annotated[float, typer.Option("--top-p", help="Share of probability to keep; 1 keeps all.")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="Of the draws; the model stays the same.")] = 0,
    prompt_tokens: Annotated[int, typer.Option("--prompt-tokens", help="Tokens of the prompt.")] = 16,
    tokenizer: Tokenizer = "emu3",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("sample")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Sample a token grid with a small model, and hold the operations that ran against the formulas.

    Example: tokencost sample --grid 8x8 --guidance 3 5 7
    """
    checked_format("sample", format, output)
    from tokencost.planning.sample import Sampling, grid_of, mode_of, sampled
    from tokencost.sampling.guidance import Choosing

    asked = Sampling(
        grid=grid_of(grid, frames), weights=_weights(guidance, more or []), mode=mode_of(branches), seed=seed,
        how=Choosing(temperature=temperature, top_k=top_k, top_p=top_p), prompt_tokens=prompt_tokens,
        tokenizer=tokenizer,
    )  # fmt: skip
    show("sample", sampled(o.load_catalog(catalog), asked), format, output, no_color=no_color)


def _weights(guidance: str, more: list[str]) -> tuple[float | None, ...]:
    """Weights as they were written; `none` is no guidance."""
    if more and not guidance:
        raise UsageError(f"what is {more[0][:40]!r}? Sizes are given by --grid 8x8, weights by --guidance 3 5 7")
    words = [word for text in (guidance, *more) for word in text.replace(",", " ").split()]
    for word in words:
        if word != "none" and not WEIGHT.fullmatch(word):
            raise UsageError(f"--guidance {word[:40]!r}: write weights like 3 5 7.5, or none")
    return tuple(None if word == "none" else float(word) for word in dict.fromkeys(words)) or (None,)
