"""Tokens of a size, by a tokenizer's name or by strides."""

from dataclasses import replace

from tokencost.catalog.load import Catalog
from tokencost.counting.sizes import size_problems
from tokencost.counting.tokens import TokenCount, count_tokens
from tokencost.errors import UsageError
from tokencost.nouns.model import Tokenizer
from tokencost.nouns.request import Request
from tokencost.planning.options import OutputOptions
from tokencost.planning.scores import ceilings_of_grid


def tokens_for(catalog: Catalog, *, tokenizer: str, stride: str, codebook: int, size: OutputOptions) -> TokenCount:
    """All token figures; sizes off the grid are refused with the nearest that work."""
    grid = grid_of(catalog, tokenizer, stride, codebook)
    width, height = size.width or size.height, size.height or size.width
    if not width or not height:
        raise UsageError("give the size: --res 1024, or --width and --height")
    frames = size.frames or (round(size.seconds * (size.fps or 24.0)) if size.seconds else 1)
    problems = size_problems(grid, width=width, height=height, frames=frames)
    if problems:
        raise UsageError(*(f"{grid.id}: {text}" for text in problems))
    request = Request(
        task="text-to-video" if frames > 1 else "text-to-image", width=float(width), height=float(height),
        frames=float(frames), prompt_tokens=float(size.prompt_tokens),
    )  # fmt: skip
    return replace(count_tokens(grid, request), ceilings=ceilings_of_grid(catalog, grid.id))


def grid_of(catalog: Catalog, tokenizer: str, stride: str, codebook: int) -> Tokenizer:
    """A tokenizer by name, by strides alone, or what the named one would be with other strides."""
    if not tokenizer and not stride:
        raise UsageError("give --tokenizer ID or --stride 4x4x4")
    if not tokenizer:
        return by_stride(stride, codebook)
    named: Tokenizer = catalog.get("tokenizers", tokenizer)
    if not stride:
        return named
    other = by_stride(stride, codebook or named.codebook)
    return replace(
        named, id=f"{named.id} at {other.id}", pixels_per_token=other.pixels_per_token,
        frames_per_token=other.frames_per_token, codebook=other.codebook,
    )  # fmt: skip


def by_stride(stride: str, codebook: int) -> Tokenizer:
    """A tokenizer that is nothing but its strides: frames x height x width, no structural tokens."""
    parts = stride.lower().split("x")
    if len(parts) not in (2, 3) or not all(
        part.isascii() and part.isdigit() and 0 < int(part[:6]) <= 4096 for part in parts
    ):
        raise UsageError(
            f"--stride {stride[:40]!r}: write frames x height x width, for example 4x4x4, or 8x8 for images"
        )
    if parts[-1] != parts[-2]:
        raise UsageError(f"--stride {stride[:40]!r}: height and width must be the same")
    frames = int(parts[0]) if len(parts) == 3 else 1
    return Tokenizer(
        id=f"stride {stride}", name=f"stride {stride}", pixels_per_token=int(parts[-1]), frames_per_token=frames,
        codebook=codebook,
    )  # fmt: skip
