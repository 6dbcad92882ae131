"""Pipelines as diffusers saves them, written from the configurations of the catalogue's networks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.oracle.records import RECORDS

PARTS = {"denoiser": "transformer", "denoiser_2": "transformer_2", "image_decoder": "vae"}
"""Role -> part of a pipeline, where the names differ."""


def part_of(role: str, cls: str) -> str:
    """Where a pipeline keeps the network of a role."""
    return "unet" if cls.startswith("UNet") else PARTS.get(role, role)


SCHEDULERS = {"StableDiffusionPipeline": "PNDMScheduler"}
"""Pipelines whose released sampler is not their class's usual one."""


def write_pipeline(folder: Path, name: str, networks: Mapping[str, str]) -> Path:
    """A folder of a pipeline class with networks of the catalogue by role."""
    sampler = SCHEDULERS.get(name, "FlowMatchEulerDiscreteScheduler")
    index: dict[str, Any] = {"_class_name": name, "_diffusers_version": "0.42.1", "scheduler": ["diffusers", sampler]}
    for role, record in networks.items():
        cls, config = RECORDS[record]
        part = part_of(role, cls)
        index[part] = ["diffusers" if "_class_name" in config else "transformers", cls]
        write_json(folder / part / "config.json", config)
    write_json(folder / "model_index.json", index)
    return folder


def write_json(file: Path, data: Any) -> Path:
    """A file of JSON in a folder that need not exist."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data, indent=2), encoding="utf-8")
    return file
