"""One configuration to one network: every option read, checked and accounted for."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tokencost.counting.networks import network_params
from tokencost.errors import Problem, SpecError
from tokencost.importing.known import REFERENCES
from tokencost.importing.option import shown
from tokencost.importing.reference import Reference
from tokencost.nouns.network import Network
from tokencost.reading.document import Document
from tokencost.reading.document import Path as Place
from tokencost.reading.validate import MisfitError, in_order

QUANTISED = "stored weights are quantised; say so with --precision"


@dataclass(frozen=True, slots=True)
class Imported:
    """A network that was recognised: `assumed` are options filled in by the class, `remarks` what else to know."""

    id: str
    name: str
    file: str
    network: Network
    params: float
    assumed: tuple[str, ...]
    remarks: tuple[str, ...]


def network(document: Document, name: str, identifier: str) -> Imported:
    """The network that a configuration of the class `name` describes; raises SpecError with every problem."""
    of = REFERENCES[name]
    at: Place = (of.inside,) if of.inside and isinstance(document.data.get(of.inside), dict) else ()
    said = document.data[of.inside] if at else document.data
    problems = list(_problems(of, said, at, document))
    if problems:
        raise SpecError(*in_order(problems))
    given = {key: _tuples(value) for key, value in said.items()}
    values = {key: given.get(key, option.default) for key, option in of.options.items()}
    try:
        found = _checked({"id": identifier, **of.shape(values)}, document)
    except MisfitError as error:
        raise SpecError(document.problem((*at, *error.at), str(error))) from None
    return Imported(
        id=identifier,
        name=name,
        file=document.file,
        network=found,
        params=network_params(found),
        assumed=tuple(f"{key} = {shown(values[key])}" for key in of.options if key not in said),
        remarks=tuple(_remarks(of, said)),
    )


def _problems(of: Reference, said: Mapping[str, Any], at: Place, document: Document) -> Iterator[Problem]:
    for key, option in of.options.items():
        value = _tuples(said.get(key, option.default))
        if fault := option.fault(value):
            what = "cannot be counted" if option.fixed else "cannot be used"
            whose = "" if key in said else ", which the class takes where nothing is said,"
            yield document.problem((*at, key), f"{key}: {shown(value)}{whose} {what}; {fault}")


@functools.cache
def _networks() -> TypeAdapter[Any]:
    return TypeAdapter(Network)


def _checked(data: Mapping[str, Any], document: Document) -> Network:
    try:
        found: Network = _networks().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        raise SpecError(document.problem((), f"no network has {field} = {shown(first['input'])}")) from None
    return found


def _remarks(of: Reference, said: Mapping[str, Any]) -> Iterator[str]:
    for option, remark in of.remarks.items():
        if not option or said.get(option) not in (None, False):
            yield remark
    if said.get("quantization_config"):
        yield QUANTISED
    for key, value in said.items():
        passed = key in of.options or key in of.ignored or key.startswith("_") or key == "quantization_config"
        if not passed and value not in (None, False, "", [], {}):
            yield f"{key[:60]} was not read: no option that is known to change the network"


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
