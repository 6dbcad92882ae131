"""The names of the catalogue alone, for shells that complete them: a small file beside the index, nothing decoded."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
NAMES = DATA / "names.json"
INDEX = DATA / "index.json"

Names = Mapping[str, Mapping[str, list[str]]]
"""Folder -> id -> what it is called, then its other names."""


def names_in(index: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Every id of a compiled index with its names; regions by the grid that knows them."""
    found = {kind: _of_kind(kind, own) for kind, own in index.items() if kind != "sources"}
    regions = {region: [grid] for grid, record in index.get("grids", {}).items() for region in record["noun"]["carbon"]}
    return {**found, "regions": regions}


def _of_kind(kind: str, own: Mapping[str, Any]) -> dict[str, list[str]]:
    nouns = {name: record["noun"] for name, record in own.items()}
    return {name: [_called(kind, noun, name), *noun.get("aliases", ())] for name, noun in nouns.items()}


def _called(kind: str, noun: Mapping[str, Any], name: str) -> str:
    family = f" ({noun['family']})" if kind == "models" else ""
    return f"{noun.get('name', name)}{family}"


def text_of(index: Mapping[str, Any]) -> str:
    """The names of a compiled index, as they are stored."""
    return json.dumps(names_in(index), ensure_ascii=False, separators=(",", ":"))


def names(kind: str, extra: Path | None = None) -> dict[str, list[str]]:
    """Ids of one folder with their names; of the user's own records only the ids, which are their files' names."""
    own = sorted(path.stem for path in (extra / kind).glob("*.yaml")) if extra else []
    return {**_known().get(kind, {}), **{name: [f"yours, in {extra}"] for name in own}}


def kinds() -> dict[str, int]:
    """Folders of the catalogue and how many records they hold."""
    return {kind: len(own) for kind, own in _known().items() if kind != "regions"}


def _known() -> Names:
    try:
        known: Names = json.loads(NAMES.read_bytes())
    except (OSError, ValueError):
        known = names_in(json.loads(INDEX.read_bytes()))
    return known
