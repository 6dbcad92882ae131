"""What was imported as the files of a catalogue folder: path -> text."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import yaml

from tokencost.importing.network import Imported
from tokencost.importing.pipeline import Pipeline
from tokencost.nouns.model import Tokenizer
from tokencost.nouns.transformer import DecoderLM

FOUND = "config"
GUESSED = "assumed"


def network_files(one: Imported, identifier: str) -> dict[str, str]:
    """The record of one network, a model around it if it is a whole language model, and their source."""
    files = {f"networks/{one.id}.yaml": network_text(one, identifier)}
    if is_language_model(one):
        files[f"models/{identifier}.yaml"] = _text(_language_model(one, identifier))
    entry = {"title": f"Configuration of a {one.name} as given", "kind": "repository"}
    return {**files, f"sources/{identifier}.yaml": _text({f"{identifier}-{FOUND}": entry})}


def pipeline_files(found: Pipeline) -> dict[str, str]:
    """The records of a pipeline: networks, tokenizer, model and sources."""
    told = f"{found.id}-{FOUND}"
    grid = {"default": f"{told}, vae and denoiser"}
    speaker = "diffusers-pipelines" if found.known else f"{found.id}-{GUESSED}"
    said = {"default": f"{speaker}, {found.name or 'a pipeline without a name'}"}
    if "fps" in found.model["generation"]["native"]:
        said["generation.native.fps"] = f"{found.id}-{GUESSED}, frames per second"
    return {
        **{f"networks/{one.id}.yaml": network_text(one, found.id) for one in found.networks},
        f"tokenizers/{found.id}-latent.yaml": _text({**_without_defaults(found.tokenizer), "sources": grid}),
        f"models/{found.id}.yaml": _text({**found.model, "sources": said}),
        f"sources/{found.id}.yaml": _text(_sources(found, said)),
    }


def _sources(found: Pipeline, said: Mapping[str, str]) -> dict[str, Any]:
    entries = {f"{found.id}-{FOUND}": {"title": f"Configurations of a {found.name} as given", "kind": "repository"}}
    if any(f"{found.id}-{GUESSED}" in text for text in said.values()):
        title = "Settings that the configurations do not say; those of the release would replace them"
        entries[f"{found.id}-{GUESSED}"] = {"title": title, "kind": "assumption"}
    return entries


def network_text(one: Imported, identifier: str) -> str:
    """The YAML of one network: its fields that are not what every such network has, and who says them."""
    plain = dataclasses.asdict(one.network)
    unsaid = {f.name for f in dataclasses.fields(one.network) if f.default == plain[f.name]}
    shape = {"id": one.id, "kind": plain["kind"], **{k: v for k, v in plain.items() if k not in unsaid}}
    where = f"{identifier}-{FOUND}, {one.name}"
    silent = "; class defaults where it is silent" if one.assumed else ""
    return _text({**shape, "sources": {"default": f"{where}{silent}"}})


def is_language_model(one: Imported) -> bool:
    """Whether the network can write by itself."""
    return isinstance(one.network, DecoderLM) and one.network.head != "none"


def _language_model(one: Imported, identifier: str) -> dict[str, Any]:
    return {
        "id": identifier, "name": identifier, "org": "unknown", "released": "unknown", "family": "autoregressive",
        "tasks": [], "weights": "open", "components": {"transformer": {"network": one.id}}, "sources": {},
    }  # fmt: skip


def _without_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {f.name: f.default for f in dataclasses.fields(Tokenizer)}
    return {key: value for key, value in data.items() if value != defaults.get(key)}


def _text(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(_lists(data), sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)


def _lists(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _lists(value) for key, value in data.items()}
    return [_lists(one) for one in data] if isinstance(data, list | tuple) else data
