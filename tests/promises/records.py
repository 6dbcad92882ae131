"""Records of the package's catalogue, compiled once for all promises."""

import functools
import json
from typing import Any

from tokencost.catalog.load import Catalog, compiled


@functools.cache
def text() -> str:
    """The index of the package's records, fresh from the YAML."""
    return compiled()


@functools.cache
def catalog() -> Catalog:
    """The package's catalogue."""
    return Catalog(json.loads(text()))


@functools.cache
def first_network(kind: type) -> Any:
    """Some network of that kind."""
    return next(net for net in catalog().all("networks") if type(net) is kind)
