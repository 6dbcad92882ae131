"""`tokencost init`: a commented spec from a few answers."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.output import say, say_part, write, write_file
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.spec.starter import Question

TARGET = Path("tokencost.yaml")
SCHEMA = "tokencost.schema.json"
LIMITS = "; none for no limit"


def answers(
    name: Annotated[str, typer.Option("--name", help="What reports call the product; default: the file's name.")] = "",
    task: Annotated[str, typer.Option("--task", help="image, video or perception.", autocompletion=c.TASKS)] = "",
    res: Annotated[str, typer.Option("--res", help="Size: 1024 for a square, or 1280x720.")] = "",
    frames: Annotated[str, typer.Option("--frames", help="Length of a clip in frames.")] = "",
    seconds: Annotated[str, typer.Option("--seconds", help="Length of a clip in seconds.")] = "",
    fps: Annotated[str, typer.Option("--fps", help="Frames per second of a clip.")] = "",
    prompt_tokens: Annotated[str, typer.Option("--prompt-tokens", help="Tokens of the user's prompt.")] = "",
    output_tokens: Annotated[str, typer.Option("--output-tokens", help="Tokens of an answer about an image.")] = "",
    quality: Annotated[
        str, typer.Option("--quality", help="draft, standard or premium.", autocompletion=c.QUALITY)
    ] = "",
    latency: Annotated[str, typer.Option("--latency", help=f"95 % are answered within: '10 s'{LIMITS}.")] = "",
    average: Annotated[str, typer.Option("--average", help="Requests on average: '1 req/s'; none for none.")] = "",
    peak: Annotated[str, typer.Option("--peak", help="Requests in the busiest hour: '3 req/s'.")] = "",
    gpu: Annotated[
        str,
        typer.Option(
            "--gpu", help="A GPU, or several to choose from, with commas.", autocompletion=c.named("gpus", several=True)
        ),
    ] = "",
    budget: Annotated[str, typer.Option("--budget", help=f"For one asset: '0.01 USD'{LIMITS}.")] = "",
    budget_month: Annotated[str, typer.Option("--budget-month", help=f"For a month: '20000 USD'{LIMITS}.")] = "",
) -> dict[str, str]:
    """What the flags say, by question."""
    return dict(locals())


Output = Annotated[Path, typer.Option("--output", "-o", help="Where the spec goes; - prints it.", show_default=False)]
SchemaFlag = Annotated[
    str, typer.Option("--schema", help="Schema for editors: a URL, or a file that is written beside the spec.")
]


@o.grouped(said=answers)
def init(
    *,
    said: dict[str, str],
    output: Output = TARGET,
    schema: SchemaFlag = SCHEMA,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take what is usual.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a spec that is there already.")] = False,
    catalog: o.CatalogDir = None,
    quiet: o.Quiet = False,
) -> None:
    """A commented spec: asks on a terminal, takes flags and what is usual otherwise.

    Example: tokencost init --task image --res 1024 --average '2 req/s' --gpu a100-80gb-sxm -o poster.yaml
    """
    from tokencost.spec.starter import completed, spec_text

    printed = str(output) == "-"
    if not printed and not force and (output.exists() or output.is_symlink()):
        raise UsageError(f"{output} is there already; --force replaces it, -o names another")
    _checked_schema(schema)
    records = o.load_catalog(catalog)
    given = {key: text.strip() for key, text in said.items() if text.strip()}
    given.setdefault("name", _name_for(output))
    given |= {"task": _in_full(given["task"])} if "task" in given else {}
    _refuse(given, records)
    if not yes and _on_a_terminal():
        given = ask(given, records, _from_terminal)
    elif not quiet:
        _tell_defaults(given)
    text = spec_text(completed(given), schema)
    if printed:
        return write(text, None)
    added = _write_schema(output.parent / schema, schema, catalog)
    write_file(text, output)
    if not quiet:
        say(f"wrote {output}{added}; next: tokencost plan {shlex.quote(str(output))}")
    return None


def _on_a_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _from_terminal(prompt: str) -> str:
    """A line that somebody typed; raises typer.Abort where nobody will."""
    say_part(prompt)
    line = sys.stdin.readline()
    if not line:
        say("")
        raise typer.Abort
    return line


def ask(given: dict[str, str], catalog: "Catalog", read: Callable[[str], str]) -> dict[str, str]:
    """The questions that no flag has answered, each until its answer can be used."""
    from tokencost.spec.starter import QUESTIONS

    answered = dict(given)
    for question in QUESTIONS:
        usual = question.default(answered)
        if question.asked and usual and question.key not in answered:
            answered[question.key] = _answer(question, usual, answered, catalog, read)
    return answered


def _answer(
    question: "Question", usual: str, so_far: dict[str, str], catalog: "Catalog", read: Callable[[str], str]
) -> str:
    while True:
        text = read(f"{question.text} [{usual}]: ").strip() or usual
        try:
            text = _in_full(text) if question.key == "task" else text
            wrong = _wrong({**so_far, question.key: text}, question, catalog)
        except UsageError as error:
            wrong = [problem.message for problem in error.problems]
        if not wrong:
            return text
        say("\n".join(f"  {message}" for message in wrong))


def _wrong(said: dict[str, str], question: "Question", catalog: "Catalog") -> list[str]:
    """What is wrong with one answer, whatever is still to be said."""
    from tokencost.spec.starter import completed, problems

    found = problems(completed(said), catalog)
    own = tuple(question.path.split())
    return [each.message for each in found if any(f"{each.path}.".startswith(f"{path}.") for path in own)]


def _refuse(given: dict[str, str], catalog: "Catalog") -> None:
    """Raise UsageError with every answer that cannot be used, by the flag that gave it."""
    from tokencost.spec.starter import completed, problems, question_of

    wrong = []
    for problem in problems(completed(given), catalog):
        question = question_of(problem)
        wrong.append(f"{question.flag}: {problem.message}" if question else problem.message)
    if wrong:
        raise UsageError(*dict.fromkeys(wrong))


def _tell_defaults(given: dict[str, str]) -> None:
    from tokencost.spec.starter import QUESTIONS, completed

    taken = completed(given)
    usual = [f"{q.flag} {taken[q.key]!r}" for q in QUESTIONS if q.asked and q.key in taken and q.key not in given]
    if usual:
        say(f"nothing was asked; taken as usual: {' '.join(usual)}")


def _in_full(task: str) -> str:
    """A task as specs write it; raises UsageError for one that there is not."""
    from tokencost.planning.compare import task_named

    return task_named(task)


def _name_for(output: Path) -> str:
    """The file's name without its endings; the folder's if the file is called like the program."""
    stem = output.name.partition(".")[0]
    if stem in ("tokencost", "-", ""):
        stem = output.absolute().parent.name if stem == "tokencost" else ""
    return stem or "product"


def _checked_schema(schema: str) -> None:
    if not schema or not schema.isprintable() or any(character.isspace() for character in schema):
        raise UsageError(f"--schema {schema[:40]!r} is no URL and no name of a file; it has to be free of spaces")


def _write_schema(target: Path, schema: str, catalog: Path | None) -> str:
    """The schema beside the spec, unless it is elsewhere or there already."""
    from tokencost.cli.schema import schema_text

    if "://" in schema or target.exists():
        return ""
    write_file(schema_text("spec", catalog), target)
    return f" and {target}"
