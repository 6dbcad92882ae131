"""A configuration file or a pipeline folder to what has to be written, and what to tell about it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import load
from tokencost.errors import AccessError, UsageError
from tokencost.importing.known import class_of
from tokencost.importing.network import Imported, network
from tokencost.importing.pipeline import CONFIG, INDEX, ROLES, is_pipeline, pipeline
from tokencost.importing.records import is_language_model, network_files, pipeline_files
from tokencost.reading.strict import MAX_BYTES
from tokencost.reading.strict_json import read_json_file
from tokencost.units import quoted

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
UNFINISHED = "the model record is a start: tasks and generation (tokenizer, guidance, native size) are yours to fill in"
NO_MODEL = "a network alone is no model: name it in the components of a model record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Files by path inside a catalogue folder, the networks in them, and the model if it can be estimated as it is."""

    id: str
    name: str
    networks: tuple[Imported, ...]
    files: Mapping[str, str]
    remarks: tuple[str, ...]
    model: str = ""


def add(path: Path, identifier: str) -> Addition:
    """Read a configuration or a pipeline; without an identifier, the folder's name serves."""
    found = _read(path, identifier)
    return replace(found, remarks=(*found.remarks, *covering(found.files)))


def covering(files: Iterable[str]) -> Iterator[str]:
    """Records of the package that these would stand in for, in every model that names them."""
    index = load().index
    for place in files:
        kind, _, name = place.removesuffix(".yaml").partition("/")
        if kind in KINDS and name in index[kind]:
            yield f"{kind}/{name} will stand in for the catalogue's own record of that name; --id chooses another"


def _read(path: Path, identifier: str) -> Addition:
    if path.is_dir() and is_pipeline(path):
        return _pipeline(path, identifier or name_of(path))
    if path.is_dir() and not (path / CONFIG).is_file():
        raise AccessError(f"{path}: neither {INDEX} nor {CONFIG} is in this folder")
    if path.name == INDEX:
        return _pipeline(path.parent, identifier or name_of(path))
    return _network(path / CONFIG if path.is_dir() else path, identifier or name_of(path))


def _pipeline(folder: Path, identifier: str) -> Addition:
    found = pipeline(folder, checked(identifier))
    return Addition(
        id=found.id, name=found.name, networks=found.networks, files=pipeline_files(found), remarks=found.remarks,
        model=found.id,
    )  # fmt: skip


def _network(file: Path, identifier: str) -> Addition:
    document = read_json_file(file, MAX_BYTES)
    name = class_of(document)
    found = network(document, name, checked(identifier))
    whole = is_language_model(found)
    return Addition(
        id=identifier, name=name, networks=(found,), files=network_files(found, identifier),
        remarks=(UNFINISHED if whole else NO_MODEL,),
    )  # fmt: skip


def name_of(path: Path) -> str:
    """An identifier made of the folder's name, and of the one around it where it is a part of a pipeline."""
    place = path.resolve()
    if not place.is_dir():
        place = place.parent if place.name in (CONFIG, INDEX) else place.with_suffix("")
    text = f"{place.parent.name}-{place.name}" if place.name in ROLES else place.name
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:60] or "imported"


def checked(identifier: str) -> str:
    """The identifier, if it can be the name of a file."""
    if not IDENTIFIER.fullmatch(identifier):
        raise UsageError(
            f"--id {quoted(identifier)}: write lower-case letters, digits, dots and hyphens, as in my-model"
        )
    return identifier
