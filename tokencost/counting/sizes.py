"""Which sizes a tokenizer can express, and the nearest ones where it cannot."""

from tokencost.nouns.model import Tokenizer


def size_problems(tokenizer: Tokenizer, *, width: int, height: int, frames: int = 1) -> list[str]:
    """What stands in the way of this size, each with the nearest sizes that work; empty if nothing does."""
    stride = tokenizer.pixels_per_token
    found = [
        f"{name} {value} is not a multiple of {stride} pixels; nearest: {nearest(value, stride)}"
        for name, value in (("width", width), ("height", height))
        if value % stride
    ]
    first = int(tokenizer.first_frame_alone)
    if frames > 1 and (frames - first) % tokenizer.frames_per_token:
        form = f"a multiple of {tokenizer.frames_per_token}" + (" plus 1" if first else "")
        found.append(f"frames {frames} is not {form}; nearest: {nearest(frames, tokenizer.frames_per_token, first)}")
    return found


def nearest(value: int, stride: int, offset: int = 0) -> str:
    """The valid values on both sides of `value`, as people write them."""
    below = (value - offset) // stride * stride + offset
    return f"{below} or {below + stride}" if below > 0 else f"{below + stride}"


def frames_that_fit(tokenizer: Tokenizer, frames: int) -> int:
    """The smallest number of frames that the coder takes and that covers `frames`."""
    if frames <= 1:
        return 1
    first = int(tokenizer.first_frame_alone)
    return -(-(frames - first) // tokenizer.frames_per_token) * tokenizer.frames_per_token + first
