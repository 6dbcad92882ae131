"""Tokens against the counts of released code and papers."""

from dataclasses import replace

import pytest

from tests.promises.records import catalog
from tokencost.counting.reading import anyres_tokens, best_grid, span_tokens
from tokencost.counting.sizes import frames_that_fit, nearest, size_problems
from tokencost.counting.tokens import count_tokens, digits
from tokencost.nouns.model import Perception, Tokenizer
from tokencost.nouns.request import Request


def tokenizer(name: str) -> Tokenizer:
    found: Tokenizer = catalog().get("tokenizers", name)
    return found


def clip(width: float, height: float, frames: float = 1.0, prompt: float = 0.0) -> Request:
    return Request(task="text-to-video", width=width, height=height, frames=frames, prompt_tokens=prompt)


@pytest.mark.parametrize(
    ("width", "height", "visual", "generated"),
    [
        (512.0, 512.0, 4096, 4163),
        (720.0, 720.0, 8100, 8193),
        (960.0, 544.0, 8160, 8231),
        (544.0, 960.0, 8160, 8283),
        (832.0, 624.0, 8112, 8193),
        (1024.0, 1024.0, 16384, 16515),
        (2048.0, 2048.0, 65536, 65795),
    ],
)
def test_emu3_images_are_as_long_as_its_code_makes_them(
    width: float, height: float, visual: int, generated: int
) -> None:
    """
    One token ends each row and three end the image; the last row ends like the others.
    """
    count = count_tokens(tokenizer("emu3"), clip(width, height))

    assert (visual, generated) == (count.visual, count.generated)


@pytest.mark.parametrize(
    ("width", "height", "frames", "visual", "generated"),
    [
        (256.0, 256.0, 32.0, 8192, 8458),
        (256.0, 256.0, 48.0, 12288, 12686),
        (512.0, 512.0, 120.0, 122880, 124832),
        (688.0, 384.0, 120.0, 123840, 125312),
        (720.0, 720.0, 120.0, 243000, 245732),
        (1280.0, 720.0, 120.0, 432000, 434732),
    ],
)
def test_emu3_clips_are_frames_of_its_images(
    width: float, height: float, frames: float, visual: int, generated: int
) -> None:
    """
    Four frames share a latent frame; every latent frame has its rows and an end.
    """
    count = count_tokens(tokenizer("emu3"), clip(width, height, frames))

    assert (visual, generated) == (count.visual, count.generated)


@pytest.mark.parametrize(
    ("width", "height", "generated"),
    [(1024.0, 1024.0, 4169), (1168.0, 880.0, 4079), (1360.0, 752.0, 4051), (1248.0, 832.0, 4117)],
)
def test_emu35_writes_the_size_itself(width: float, height: float, generated: int) -> None:
    """
    Begin, "h*w", image mark, rows, and two tokens in place of the last row's end and beyond.
    """
    assert generated == count_tokens(tokenizer("emu3.5"), clip(width, height)).generated


@pytest.mark.parametrize(("side", "prefix"), [(512.0, 23), (720.0, 23), (1024.0, 25), (2048.0, 25)])
def test_the_prompt_of_emu3_names_the_size_digit_by_digit(side: float, prefix: int) -> None:
    """
    15 prompt tokens, three marks, and five or seven tokens such as "64*64" or "128*128".
    """
    assert prefix == count_tokens(tokenizer("emu3"), clip(side, side, prompt=15.0), 3.0).prompt


@pytest.mark.parametrize(("number", "count"), [(1.0, 1), (9.0, 1), (10.0, 2), (99.0, 2), (100.0, 3), (1000.0, 4)])
def test_digits_are_counted_at_powers_of_ten(number: float, count: int) -> None:
    """
    A logarithm of 1000 that comes out a hair below 3 must not lose a digit.
    """
    assert count == digits(number)


@pytest.mark.parametrize(("side", "span"), [(512.0, 4169), (1024.0, 16523)])
def test_emu3_reads_an_image_as_it_would_write_it(side: float, span: int) -> None:
    """
    Rows and their ends, the size, and four marks, by the code of Emu3-Chat.
    """
    assert span == span_tokens(tokenizer("emu3"), clip(side, side))


def llava() -> Perception:
    reader: Perception = catalog().get("models", "llava-1.6-7b").perception
    return reader


@pytest.mark.parametrize(
    ("width", "height", "grid", "tokens", "tiles"),
    [
        (672.0, 672.0, (2, 2), 2928, 5),
        (336.0, 672.0, (2, 1), 1776, 3),
        (672.0, 336.0, (1, 2), 1752, 3),
        (1008.0, 336.0, (1, 3), 2328, 4),
    ],
)
def test_llava_reads_an_overview_and_tiles(
    width: float, height: float, grid: tuple[int, int], tokens: int, tiles: int
) -> None:
    """
    576 tokens for the overview, 24 per row of a tile, and one more per row; 672 × 672 is the published 2,928.
    """
    assert grid == best_grid(llava(), width, height)
    assert (tokens, tiles) == anyres_tokens(llava(), width, height)


def test_latent_frames_that_share_a_token_are_rounded_up() -> None:
    """
    CogVideoX 1.5 joins two latent frames: 81 frames are 21 of them, and 11 frames of tokens.
    """
    joined = replace(tokenizer("cogvideox-latent"), frame_patch=2)

    assert (21, 11) == tuple(
        count_tokens(one, clip(720.0, 480.0, 81.0)).frames for one in (tokenizer("cogvideox-latent"), joined)
    )


def test_llava_drops_the_padding_of_a_tile() -> None:
    """
    An image of 672 × 336 on a square of tiles would fill half of it.
    """
    wide = anyres_tokens(llava(), 672.0, 500.0)[0]

    assert anyres_tokens(llava(), 672.0, 336.0)[0] < wide < anyres_tokens(llava(), 672.0, 672.0)[0]


@pytest.mark.parametrize(
    ("name", "frames", "fit"),
    [
        ("emu3", 1, 1),
        ("emu3", 2, 4),
        ("emu3", 30, 32),
        ("wan-latent", 2, 5),
        ("wan-latent", 80, 81),
        ("wan-latent", 81, 81),
        ("wan-latent", 1, 1),
        ("cogvideox-latent", 46, 49),
    ],
)
def test_clips_are_rounded_up_to_what_the_coder_takes(name: str, frames: int, fit: int) -> None:
    """
    Coders whose first frame stands alone take k·n + 1 frames, the others k·n.
    """
    assert fit == frames_that_fit(tokenizer(name), frames)
    assert not size_problems(tokenizer(name), width=480, height=480, frames=fit)


def test_a_size_off_the_grid_names_the_nearest() -> None:
    """
    The message is how one learns what to write instead.
    """
    (problem,) = size_problems(tokenizer("emu3"), width=510, height=512)

    assert "width 510 is not a multiple of 8 pixels; nearest: 504 or 512" == problem


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [(672.0, 500.0, 2340), (500.0, 672.0, 2352), (672.0, 490.0, 2340), (1008.0, 300.0, 2182), (300.0, 1008.0, 2232)],
)
def test_padding_is_dropped_in_whole_rows_on_both_sides(width: float, height: float, tokens: int) -> None:
    """
    By hand: 672 × 500 on 48 × 48 fills 36 rows of 49 with the newline, beside 576 of the overview; 500 × 672 fills 48
    rows of 37. 1008 × 300 fills 21 of 24 rows of 73: a padding of 3 loses one on each side.
    """
    assert tokens == anyres_tokens(llava(), width, height)[0]


def test_the_tiles_that_waste_least_are_taken() -> None:
    """
    A small square is whole on any grid, and fills one tile best.
    """
    reader = replace(llava(), grids=((2, 2), (1, 1), (1, 2)))

    assert (1, 1) == best_grid(reader, 100.0, 100.0)
    assert (2, 2) == best_grid(reader, 672.0, 672.0)
    assert (1, 2) == best_grid(reader, 672.0, 336.0)


@pytest.mark.parametrize(
    ("name", "frames", "problem"),
    [
        ("emu3", 1, None),
        ("emu3", 4, None),
        ("emu3", 30, "frames 30 is not a multiple of 4; nearest: 28 or 32"),
        ("emu3", 2, "frames 2 is not a multiple of 4; nearest: 4"),
        ("wan-latent", 1, None),
        ("wan-latent", 5, None),
        ("wan-latent", 80, "frames 80 is not a multiple of 4 plus 1; nearest: 77 or 81"),
        ("wan-latent", 2, "frames 2 is not a multiple of 4 plus 1; nearest: 1 or 5"),
    ],
)
def test_frames_that_a_coder_does_not_take_are_told(name: str, frames: int, problem: str | None) -> None:
    """
    A still is one frame everywhere.
    """
    assert ([problem] if problem else []) == size_problems(tokenizer(name), width=480, height=480, frames=frames)


def test_both_sides_are_told() -> None:
    """
    Mending one at a time takes as many runs.
    """
    found = size_problems(tokenizer("emu3"), width=510, height=7)

    assert ["width 510", "height 7"] == [problem.partition(" is")[0] for problem in found]


@pytest.mark.parametrize(("value", "text"), [(3, "8"), (9, "8 or 16")])
def test_the_nearest_size_is_never_nothing(value: int, text: str) -> None:
    """
    Below the smallest size there is only one way to go.
    """
    assert text == nearest(value, 8)
