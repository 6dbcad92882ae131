"""Sizes of what goes in and of what comes out."""

from pydantic import Field, model_validator

from tokencost.reading.validate import MisfitError
from tokencost.spec.quantities import Frames, FramesPerSecond, Length, Pixels
from tokencost.spec.record import Record

WHOLE_FRAMES = 1e-6
"""Frames; seconds × fps may miss a whole number by this much, for rates such as 23.976."""


class Picture(Record):
    """The size of an image that goes in."""

    width: Pixels = Field(description="Pixels from left to right.")
    height: Pixels = Field(description="Pixels from top to bottom.")


class Output(Picture):
    """The size of what comes out; a video also has a length."""

    seconds: Length | None = Field(default=None, description="Length of a video in seconds; needs fps.")
    fps: FramesPerSecond | None = Field(default=None, description="Frames per second of a video.")
    frames: Frames | None = Field(default=None, description="Length of a video in frames, instead of seconds.")

    @property
    def length(self) -> int:
        """Frames: as given, or seconds times fps; 1 for an image."""
        if self.frames is not None:
            return self.frames
        return round(self.seconds * self.fps) if self.seconds and self.fps else 1

    @model_validator(mode="after")
    def _consistent(self) -> "Output":
        if self.seconds is None or self.fps is None:
            return self
        product = self.seconds * self.fps
        if abs(product - round(product)) > WHOLE_FRAMES or round(product) < 1:
            text = f"{self.seconds:g} s at {self.fps:g} fps are {product:g} frames, not a whole number; write frames"
            raise MisfitError(text, "fps")
        if product > 100_000:
            raise MisfitError(f"{product:,.0f} frames are not allowed; it has to be at most 100,000", "seconds")
        if self.frames is not None and self.frames != round(product):
            text = (
                f"{self.frames} frames, but {self.seconds:g} s at {self.fps:g} fps are {product:g}; write one of them"
            )
            raise MisfitError(text, "frames")
        return self
