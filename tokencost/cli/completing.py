"""What a shell offers after the tab key: names of the catalogue with what they are, words, and spec files."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import typer

Offer = tuple[str, str]
"""What is put in, and what is said about it."""
Completer = Callable[[typer.Context, str], list[Offer]]

FILES = (".yaml", ".yml")
SAVED = (*FILES, ".json")
PLATFORMS = ("gpus", "engines", "precisions", "tokenizers")


def words(choices: Mapping[str, str] | Iterable[str]) -> Completer:
    """One of a few words."""
    said = dict(choices) if isinstance(choices, Mapping) else dict.fromkeys(choices, "")

    def complete(context: typer.Context, incomplete: str) -> list[Offer]:
        return [(word, about) for word, about in said.items() if word.startswith(incomplete)]

    return complete


def named(*kinds: str, several: bool = False) -> Completer:
    """Names of records; `several` are separated by commas, and only the last one is completed."""

    def complete(context: typer.Context, incomplete: str) -> list[Offer]:
        before, comma, last = incomplete.rpartition(",") if several else ("", "", incomplete)
        found = [offer for kind in kinds for offer in _matching(kind, last, _own(context))]
        taken = set(before.split(","))
        return [(f"{before}{comma}{name}", about) for name, about in found if name not in taken]

    return complete


def files(*, saved: bool = False, models: bool = False) -> Completer:
    """Spec files and the folders that may hold some; saved results and models too where they are taken."""
    endings = SAVED if saved else FILES

    def complete(context: typer.Context, incomplete: str) -> list[Offer]:
        found = list(_paths(incomplete, endings))
        return [*found, *(_matching("models", incomplete, _own(context)) if models else ())]

    return complete


def record(context: typer.Context, incomplete: str) -> list[Offer]:
    """Any record: KIND/NAME, or the name of a model or of what it runs on."""
    from tokencost.catalog.named import names

    kind, slash, name = incomplete.partition("/")
    if slash:
        return [(f"{kind}/{found}", about) for found, about in _matching(kind, name, _own(context))]
    return [
        offer for folder in ("models", *PLATFORMS) if names(folder) for offer in _matching(folder, incomplete, None)
    ]


def kind(context: typer.Context, incomplete: str) -> list[Offer]:
    """Folders of the catalogue."""
    from tokencost.catalog.named import kinds

    return [(name, f"{count} records") for name, count in kinds().items() if name.startswith(incomplete)]


def shape(context: typer.Context, incomplete: str) -> list[Offer]:
    """What has a schema: the spec, and every kind of record."""
    return [*words({"spec": "the product spec"})(context, incomplete), *kind(context, incomplete)]


def _matching(kind: str, begun: str, own: Path | None) -> list[Offer]:
    """Ids that begin so, in any case, then other names that do; an alias says whose it is."""
    from tokencost.catalog.named import names

    start = begun.lower()
    known = names(kind, own)
    found = [
        (begun + name[len(begun) :], called[0]) for name, called in known.items() if name.lower().startswith(start)
    ]
    offered = {name for name in known if name.lower().startswith(start)}
    if not begun:
        return found
    for name, called in known.items():
        others = [alias for alias in called[1:] if alias.lower().startswith(start) and not set(alias) & set(" :,'\"")]
        alias = next((alias for alias in others if alias.startswith(begun)), others[0] if others else "")
        if alias and name not in offered:
            found.append((begun + alias[len(begun) :], f"{called[0]}: {name}"))
    return found


def _own(context: typer.Context) -> Path | None:
    """The user's folder, from the flag before or the environment."""
    said = context.params.get("catalog") or context.params.get("extra") or os.environ.get("TOKENCOST_CATALOG")
    return Path(str(said)) if said else None


def _paths(begun: str, endings: tuple[str, ...]) -> Iterable[Offer]:
    folder, slash, name = begun.rpartition("/")
    try:
        entries = sorted(os.scandir(f"{folder}{slash}" or "."), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        hidden = entry.name.startswith(".") and not name.startswith(".")
        if entry.name.startswith(name) and entry.name.isprintable() and not hidden:
            if entry.is_dir():
                yield f"{folder}{slash}{entry.name}/", ""
            elif entry.name.endswith(endings):
                yield f"{folder}{slash}{entry.name}", ""


TASKS = words({"image": "text to image", "video": "text to video", "perception": "image to text"})
GUIDANCE = words(("none", "batched", "sequential", "distilled"))
QUALITY = words({"draft": "", "standard": "", "premium": ""})
