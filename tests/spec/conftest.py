"""A small catalogue, so that these tests say themselves which names there are."""

from typing import Any

import pytest

from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import Catalog


def records(*names: str, **aliases: str) -> dict[str, Any]:
    """Records that have a name, and aliases given as alias=name."""
    return {
        name: {
            "noun": {"id": name, "name": name, "aliases": [a for a, n in aliases.items() if n == name]},
            "sources": {},
        }
        for name in names
    }


@pytest.fixture
def catalog() -> Catalog:
    """Two GPUs, an engine, a precision, two models and two metrics."""
    scales = ({"id": "geneval", "better": "higher", "highest": 1}, {"id": "coco-fid", "better": "lower"})
    index: dict[str, Any] = {kind: {} for kind in KINDS}
    index |= {
        "gpus": records("a100-80gb-sxm", "h100-80gb-sxm"),
        "engines": records("compile"),
        "precisions": records("bf16"),
        "models": records("sdxl", "emu3-gen", emu3="emu3-gen"),
        "metrics": {one["id"]: {"noun": {"name": "", "lowest": 0, **one}, "sources": {}} for one in scales},
    }
    return Catalog(index)
