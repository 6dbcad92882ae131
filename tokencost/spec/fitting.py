"""What a task needs and what it has no use for, and what is left empty: judged on the file as it stands.

These checks look at which keys are there, so they work beside the checks of the values: all problems
are found in one go.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from tokencost.errors import Problem
from tokencost.reading.document import Document, Path
from tokencost.units import quoted

USELESS: Mapping[str, tuple[tuple[Path, str], ...]] = {
    "text-to-image": (
        (("output", "seconds"), "an image has no length; remove seconds, or write task: text-to-video"),
        (("output", "fps"), "an image has no frames per second; remove fps, or write task: text-to-video"),
        (("output", "frames"), "an image has no frames; remove frames, or write task: text-to-video"),
        (("input",), "text-to-image takes no input; the size stands in output"),
        (("output_tokens",), "only image-to-text answers in output_tokens; remove the key"),
    ),
    "text-to-video": (
        (("input",), "text-to-video takes no input; the size stands in output"),
        (("output_tokens",), "only image-to-text answers in output_tokens; remove the key"),
    ),
    "image-to-text": ((("output",), "image-to-text takes input {width, height} and output_tokens instead of output"),),
}
MUST = {"text-to-image": "output", "text-to-video": "output", "image-to-text": "input"}


def fitting(document: Document) -> list[Problem]:
    """Everything that is missing for the task, or has no place in it."""
    data = document.data if isinstance(document.data, dict) else {}
    task = data.get("task")
    if not isinstance(task, str) or task not in MUST:
        return []
    useless = [document.key_problem(at, why) for at, why in USELESS[task] if _holds(data, at)]
    useless += _in_classes(data, task, document)
    return [*useless, *_missing(data, task, document), *_no_day(data, document), *_two_times(data, document)]


def _two_times(data: dict[str, Any], document: Document) -> Iterator[Problem]:
    """A batch ends with all of its requests, so they cannot each have a time of their own."""
    for name in ("service_spread", "service-spread"):
        if _holds(data, ("assume", name)) and _holds(data, ("platform", "batching")):
            text = "the requests of a batch end together; write batching or service_spread"
            yield document.key_problem(("assume", name), text)


def _no_day(data: dict[str, Any], document: Document) -> Iterator[Problem]:
    """A fleet can only follow a day that is drawn."""
    follows = ("platform", "autoscale")
    if _holds(data, follows) and data["platform"]["autoscale"] is True and not _holds(data, ("traffic", "profile")):
        text = "a fleet that follows the day needs its course; add traffic.profile, such as {peak_to_mean: 1.8}"
        yield document.key_problem(follows, text)


def _in_classes(data: dict[str, Any], task: str, document: Document) -> Iterator[Problem]:
    """What has no place in a class of requests either, and what classes rule out."""
    traffic = data.get("traffic")
    classes = traffic.get("classes") if isinstance(traffic, dict) else None
    if not isinstance(classes, list):
        return
    for number, part in enumerate(classes):
        if isinstance(part, dict):
            here: Path = ("traffic", "classes", number)
            yield from (document.key_problem((*here, *at), why) for at, why in USELESS[task] if _holds(part, at))
            yield from _shapeless(part, task, document, here)
    for other, why in AGAINST_CLASSES:
        if _holds(data, other):
            yield document.key_problem(other, why)


AGAINST_CLASSES: tuple[tuple[Path, str], ...] = (
    (("assume", "request_time"), "classes of requests take times of their own; write request_time or traffic.classes"),
    (("platform", "batching"), "a batch forms of equal requests; write batching or traffic.classes"),
)


def _missing(data: dict[str, Any], task: str, document: Document) -> Iterator[Problem]:
    if MUST[task] not in data:
        yield document.problem((), f"{task} needs {MUST[task]}: {{width, height}}; the key {MUST[task]!r} is missing")
    yield from _shapeless(data, task, document, ())


def _shapeless(data: dict[str, Any], task: str, document: Document, here: Path) -> Iterator[Problem]:
    """A video without a length."""
    size = data.get("output")
    if task != "text-to-video" or not isinstance(size, dict) or "frames" in size:
        return
    absent = [key for key in ("seconds", "fps") if key not in size]
    if absent:
        text = f"a video needs seconds and fps, or frames; missing: {', '.join(absent)}"
        yield document.key_problem((*here, "output"), text)


def _holds(data: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def empty_places(data: Any, document: Document, path: Path = ()) -> Iterator[Problem]:
    """Every null: a spec has no use for one, and a comment that swallows a value leaves one behind."""
    if data is None:
        yield document.problem(path, f"nothing stands here; write a value or remove the key{_comment(document, path)}")
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, value in parts:
        yield from empty_places(value, document, (*path, part))


def _comment(document: Document, path: Path) -> str:
    line = document.marks.get(path, (0, 0))[0]
    swallowed = 0 < line <= len(document.lines) and " #" in document.lines[line - 1]
    return " ('#' after a space begins a comment)" if swallowed else ""


def trace_problems(document: Document, folder: FilePath) -> Iterator[Problem]:
    """A trace is a file inside the folder of the spec, wherever links lead."""
    traffic = document.data.get("traffic") if isinstance(document.data, dict) else None
    trace = traffic.get("trace") if isinstance(traffic, dict) else None
    if isinstance(trace, str) and trace.strip():
        fault = _trace_fault(trace, folder)
        if fault:
            yield document.problem(("traffic", "trace"), fault)


def _trace_fault(trace: str, folder: FilePath) -> str:
    try:
        home = folder.resolve()
        path = (home / trace).resolve()
        if FilePath(trace).is_absolute() or not path.is_relative_to(home):
            return f"trace {quoted(trace)} is not inside the folder of the spec; write a relative path"
        known = path.is_file()
        return (
            "" if known else f"trace {quoted(trace)} does not exist in the folder of the spec; write the path of a file"
        )
    except (OSError, ValueError, RuntimeError):
        return f"trace {quoted(trace)} is not a path that can be opened"
