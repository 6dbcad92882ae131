"""The request as a model can make it: on its own grid of sizes and frames."""

from tokencost.catalog.load import Catalog
from tokencost.counting.sizes import frames_that_fit, size_problems
from tokencost.nouns.answer import Note, Violation
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.record import replace


def fitted(catalog: Catalog, model: Model, request: Request) -> tuple[Request, tuple[Note, ...], list[Violation]]:
    """The request on the model's grid: clips rounded up to frames its coder takes, sizes off the grid refused."""
    generation = model.generation
    if request.task == "image-to-text" or generation is None:
        return request, (), []
    grid = catalog.get("tokenizers", generation.tokenizer)
    frames = frames_that_fit(grid, int(request.frames)) if request.task == "text-to-video" else 1
    notes: tuple[Note, ...] = ()
    if frames != request.frames:
        reason = f"the coder takes clips of that form; {request.frames:g} are kept"
        notes = (Note(name="frames", value=f"{frames} generated", reason=reason),)
    problems = size_problems(grid, width=int(request.width), height=int(request.height), frames=frames)
    wrong = [Violation(constraint="size", message=text) for text in problems]
    return (replace(request, frames=float(frames)) if notes else request), notes, wrong
