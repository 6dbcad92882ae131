"""Configurations of reference classes: those of the catalogue's networks, and others for the importer to get right."""

from pathlib import Path
from typing import Any

import yaml

from tokencost.measuring.classes import CLASSES

HERE = Path(__file__).parent
RECORDS: dict[str, tuple[str, dict[str, Any]]] = {name: (cls, dict(said)) for name, (cls, said) in CLASSES.items()}
"""Network of the catalogue -> its class, and the options that are not the class's defaults."""
OTHERS: dict[str, tuple[str, dict[str, Any]]] = yaml.safe_load((HERE / "others.yaml").read_text(encoding="utf-8"))
"""The same for classes that the importer does not read."""
CASES: list[dict[str, Any]] = yaml.safe_load((HERE.parent / "importing" / "cases.yaml").read_text(encoding="utf-8"))
"""Configurations of no network of the catalogue, with the counts of PyTorch."""
CONFIGURED = [
    *((name, cls, config) for name, (cls, config) in {**RECORDS, **OTHERS}.items()),
    *((f"imported-{n}-{case['class']}", case["class"], case["config"]) for n, case in enumerate(CASES)),
]
