"""All models of a task side by side at one output size."""

import difflib
from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.deciding.recommend import ranked
from tokencost.errors import CatalogError, UsageError
from tokencost.nouns.answer import Comparison, PlatformName
from tokencost.nouns.model import Model, TaskName
from tokencost.nouns.request import Request
from tokencost.planning.asked import Asked
from tokencost.planning.candidates import judge
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.record import replace

TASKS: dict[str, TaskName] = {"image": "text-to-image", "video": "text-to-video", "perception": "image-to-text"}
"""What the flag says -> what records and specs say; the full names work too."""

VIDEO_SECONDS, VIDEO_FPS = 5.0, 24.0
"""Length and rate of a clip where nothing is said."""

IMAGE_SIZE, VIDEO_SIZE = (1024, 1024), (1280, 720)
"""Width and height where nothing is said."""


def task_named(name: str) -> TaskName:
    """A task by its short or full name."""
    for short, full in TASKS.items():
        if name in (short, full):
            return full
    near = difflib.get_close_matches(name[:40], [*TASKS, *TASKS.values()], 1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"task {name[:40]!r}: {hint}choose from {', '.join(TASKS)}")


def models_for(catalog: Catalog, task: TaskName, names: Sequence[str] = ()) -> list[Model]:
    """The models that are named, or every model that does the task."""
    if names:
        return [catalog.get("models", name) for name in dict.fromkeys(names)]
    ids = [name for name, record in catalog.index["models"].items() if task in record["noun"]["tasks"]]
    return [catalog.get("models", name) for name in sorted(ids)]


def request_for(task: TaskName, output: OutputOptions, *, batch: int = 1) -> Request:
    """A request of the size that was asked for; one side given means a square."""
    if task != "text-to-video" and ((output.frames or 1) > 1 or output.seconds or output.fps):
        raise UsageError(f"--frames, --seconds and --fps are for clips, not for {task}")
    usual = VIDEO_SIZE if task == "text-to-video" else IMAGE_SIZE
    width = output.width or output.height or usual[0]
    height = output.height or output.width or usual[1]
    fps = output.fps or VIDEO_FPS
    frames = output.frames or (round((output.seconds or VIDEO_SECONDS) * fps) if task == "text-to-video" else 1)
    return Request(
        task=task, width=float(width), height=float(height), frames=float(frames), fps=fps if frames > 1 else 0.0,
        prompt_tokens=float(output.prompt_tokens), output_tokens=float(output.output_tokens), batch=float(batch),
    )  # fmt: skip


def compare(
    catalog: Catalog, task: TaskName, output: OutputOptions, options: RunOptions, names: Sequence[str] = ()
) -> Comparison:
    """Every suitable model, cheapest first; those that cannot run stay in, with the reason."""
    request = request_for(task, output, batch=options.batch)
    models = models_for(catalog, task, names)
    strangers = [m.id for m in models if task not in m.tasks]
    if strangers:
        raise CatalogError(*(f"{name} does not do {task}" for name in strangers))
    asked = Asked(request=replace(request, batch=1.0), batch=options.batch)
    found = [judge(catalog, model, asked, [options]) for model in models]
    platform = PlatformName(
        gpu=catalog.find("gpus", options.gpu) or options.gpu, gpus=float(options.gpus), engine=options.engine,
        precision=options.precision, parallelism=options.parallelism,
    )  # fmt: skip
    return Comparison(
        task=task, width=request.width, height=request.height, frames=request.frames, platform=platform,
        candidates=ranked(found), seal=catalog.seal,
    )  # fmt: skip
