"""What is written, in order: codes where the model chooses, and the tokens that the format forces around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokencost.nouns.model import Tokenizer

CODE = "code"
"""A place where the model chooses."""
SIGNS: tuple[str, ...] = ("PAD", "BOS", "BOI", "IMG", "EOL", "EOF", "EOI", "EOS", *"0123456789", "*")
"""Tokens that are neither text nor picture: padding, beginnings, ends of rows, frames, image and sequence, a size."""
BEGINNINGS, ENDS = ("BOI", "IMG"), ("EOI", "EOS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One space of integers: signs, then `text` tokens, then `codes`, as in Emu3."""

    text: int
    codes: int

    @property
    def size(self) -> int:
        """Tokens that there are."""
        return len(SIGNS) + self.text + self.codes

    @property
    def first_code(self) -> int:
        """The token of code 0."""
        return len(SIGNS) + self.text

    def name(self, token: int) -> str:
        """A token as it is printed: signs by name, codes and text by number."""
        if token < len(SIGNS):
            return SIGNS[token]
        return f"text {token - len(SIGNS)}" if token < self.first_code else str(token - self.first_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrid:
    """Frames, rows and columns of tokens."""

    frames: int
    height: int
    width: int


def span(tokenizer: Tokenizer, grid: TokenGrid) -> tuple[str, ...]:
    """Everything written for one image or clip: CODE, or the sign that is forced."""
    row = (*[CODE] * (grid.width * tokenizer.tokens_per_position), *["EOL"] * tokenizer.row_end)
    frame = (*row * grid.height, *["EOF"] * tokenizer.frame_end)
    written = _size(grid) if tokenizer.size_text == "generated" else ()
    return (*_some(BEGINNINGS, tokenizer.begin), *written, *frame * grid.frames, *_some(ENDS, tokenizer.end))


def prefix(tokenizer: Tokenizer, grid: TokenGrid, text: Sequence[int]) -> tuple[int, ...]:
    """What is read before: the beginning, the prompt, the size where the prompt carries it, the start of the image."""
    size = _size(grid) if tokenizer.size_text == "prompt" else ()
    words = (len(SIGNS) + word for word in text)
    return (token("BOS"), *words, *(token(sign) for sign in ("BOI", *size, "IMG")))


PREFIX_SIGNS = 3
"""BOS, BOI and IMG."""


def token(sign: str) -> int:
    """The token of a sign."""
    return SIGNS.index(sign)


def _size(grid: TokenGrid) -> tuple[str, ...]:
    return (*str(grid.height), "*", *str(grid.width))


def _some(signs: Sequence[str], count: int) -> tuple[str, ...]:
    """The first `count` signs, the last of them as often as it takes."""
    return tuple(signs[min(n, len(signs) - 1)] for n in range(count))
