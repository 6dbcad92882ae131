"""Image tokens that a model reads before it answers."""

from tokencost.counting.tokens import generated_tokens, size_tokens
from tokencost.formula import formula
from tokencost.nouns.model import Perception, Tokenizer
from tokencost.nouns.request import Request
from tokencost.units import Count


@formula("definition", says="tokens of the tokenizer's own span in a prompt: rows, ends, the size, and image marks")
def span_tokens(tokenizer: Tokenizer, request: Request) -> Count:
    """As the model would write it, without the end of the sequence, after a begin mark, the size and an image mark."""
    size = size_tokens(tokenizer, request) if tokenizer.size_text != "none" else 0.0
    marks = 2.0 if tokenizer.size_text == "prompt" else 0.0
    return generated_tokens(tokenizer, request) - min(tokenizer.end, 1) + size + marks


def best_grid(perception: Perception, width: float, height: float) -> tuple[int, int]:
    """The tile grid (rows, columns) that keeps most of the image's pixels, then wastes least."""

    def fit(grid: tuple[int, int]) -> tuple[float, float]:
        room_high, room_wide = grid[0] * perception.tile, grid[1] * perception.tile
        scale = min(room_wide / width, room_high / height)
        kept = min(int(width * scale) * int(height * scale), width * height)
        return kept, kept - room_high * room_wide

    return max(perception.grids, key=fit)


def anyres_tokens(perception: Perception, width: float, height: float) -> tuple[int, int]:
    """Tokens and tiles of an any-resolution reader: an overview, then the unpadded tiles with a newline per row."""
    rows, columns = best_grid(perception, width, height)
    side = perception.tile_tokens_side
    high, wide = rows * side, columns * side
    if width / height > wide / high:
        kept = round(height * wide / width)
        high -= 2 * ((high - kept) // 2)
    else:
        kept = round(width * high / height)
        wide -= 2 * ((wide - kept) // 2)
    return side * side + high * (wide + 1), 1 + rows * columns
