"""The records of one folder of the package's data, read as the catalogue reads them."""

import functools
from typing import Any

from pydantic import TypeAdapter

from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import DATA
from tokencost.reading.strict import read


def plain(kind: str) -> dict[str, Any]:
    """Plain data by id."""
    return {path.stem: read(path.read_bytes(), str(path)).data for path in sorted((DATA / kind).glob("*.yaml"))}


@functools.cache
def nouns(kind: str) -> dict[str, Any]:
    """Nouns by id."""
    adapter = TypeAdapter(KINDS[kind])
    return {
        name: adapter.validate_python({key: value for key, value in data.items() if key != "sources"})
        for name, data in plain(kind).items()
    }


@functools.cache
def sources() -> dict[str, Any]:
    """Every source by id."""
    return {name: entry for file in plain("sources").values() for name, entry in file.items()}
