"""One network record, without the rest of the catalogue."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from tokencost.nouns.network import Network

NETWORKS = Path(__file__).parents[2] / "tokencost/data/networks"


def network(name: str) -> Any:
    """The noun of one record."""
    raw = yaml.safe_load((NETWORKS / f"{name}.yaml").read_text())
    return TypeAdapter(Network).validate_python({key: value for key, value in raw.items() if key != "sources"})
