"""Pixels and frames to tokens: the grid, and what is written around it."""

from tokencost.formula import formula
from tokencost.nouns.model import Score, Tokenizer
from tokencost.nouns.request import Request
from tokencost.numeric import ceil, floor, log, minimum
from tokencost.record import dataclass
from tokencost.units import Constant, Count

DECIMAL_BASE = Constant(10, "", "sizes are written in decimal digits, each a token of its own")
ROUNDING_GUARD = Constant(1e-9, "", "log(1000)/log(10) must not fall below 3")
SEPARATOR = Constant(1, "", "the sign between height and width")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCount:
    """Tokens of one image or clip: the grid, visual tokens, structural tokens written with them, and prompt parts.

    `ceilings` are published reconstructions of the coder behind the grid, where one is known.
    """

    frames: Count
    height: Count
    width: Count
    visual: Count
    structural: Count
    generated: Count
    prompt: Count
    ceilings: tuple[Score, ...] = ()


@formula("definition")
def grid_width(tokenizer: Tokenizer, request: Request) -> Count:
    """Tokens in a row."""
    return request.width / tokenizer.pixels_per_token


@formula("definition")
def grid_height(tokenizer: Tokenizer, request: Request) -> Count:
    """Rows of a frame."""
    return request.height / tokenizer.pixels_per_token


@formula("definition")
def latent_frames(tokenizer: Tokenizer, request: Request) -> Count:
    """Latent frames of a clip; a coder whose first frame stands alone needs k·n + 1 frames, a still is one."""
    return minimum(
        request.frames,
        ceil((request.frames - tokenizer.first_frame_alone) / tokenizer.frames_per_token) * tokenizer.chunk_latents
        + tokenizer.first_frame_alone,
    )


@formula("definition")
def grid_frames(tokenizer: Tokenizer, request: Request) -> Count:
    """Token frames: latent frames, several to a token where the network's patch spans time."""
    return ceil(latent_frames(tokenizer, request) / tokenizer.frame_patch)


@formula("definition")
def visual_tokens(tokenizer: Tokenizer, request: Request) -> Count:
    """Tokens that carry picture: one grid per token frame."""
    return (
        grid_frames(tokenizer, request)
        * grid_height(tokenizer, request)
        * grid_width(tokenizer, request)
        * tokenizer.tokens_per_position
    )


@formula("definition")
def row_and_frame_tokens(tokenizer: Tokenizer, request: Request) -> Count:
    """Ends of rows and frames, the last of each included."""
    return grid_frames(tokenizer, request) * (grid_height(tokenizer, request) * tokenizer.row_end + tokenizer.frame_end)


@formula("definition")
def digits(number: Count) -> Count:
    """Decimal digits of a whole number."""
    return floor(log(number) / log(DECIMAL_BASE) + ROUNDING_GUARD) + 1


@formula("definition")
def size_tokens(tokenizer: Tokenizer, request: Request) -> Count:
    """The size written out as "h*w", one token per digit."""
    return digits(grid_height(tokenizer, request)) + SEPARATOR + digits(grid_width(tokenizer, request))


@formula(
    "definition",
    says="tokens written besides the picture: row and frame ends, begin, end, and the size if it is generated",
)
def structural_tokens(tokenizer: Tokenizer, request: Request) -> Count:
    """Forced by the format, but each costs a pass and a place in the cache."""
    written = size_tokens(tokenizer, request) if tokenizer.size_text == "generated" else 0.0
    return tokenizer.begin + written + row_and_frame_tokens(tokenizer, request) + tokenizer.end


@formula("definition")
def generated_tokens(tokenizer: Tokenizer, request: Request) -> Count:
    """Everything an autoregressive model writes for one image or clip."""
    return visual_tokens(tokenizer, request) + structural_tokens(tokenizer, request)


@formula("definition", says="the user's prompt, the template around it, and the size if the prompt carries it")
def prefix_tokens(tokenizer: Tokenizer, request: Request, prompt_overhead: Count) -> Count:
    """Tokens read before the first one is written."""
    size = size_tokens(tokenizer, request) if tokenizer.size_text == "prompt" else 0.0
    return request.prompt_tokens + prompt_overhead + size


def count_tokens(tokenizer: Tokenizer, request: Request, prompt_overhead: Count = 0.0) -> TokenCount:
    """All token figures of one request."""
    return TokenCount(
        frames=grid_frames(tokenizer, request),
        height=grid_height(tokenizer, request),
        width=grid_width(tokenizer, request),
        visual=visual_tokens(tokenizer, request),
        structural=structural_tokens(tokenizer, request),
        generated=generated_tokens(tokenizer, request),
        prompt=prefix_tokens(tokenizer, request, prompt_overhead),
    )
