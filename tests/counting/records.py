"""Single records of the catalogue, read without compiling all of it."""

import yaml

from tokencost.catalog.decode import decode
from tokencost.catalog.load import DATA
from tokencost.nouns.network import Network


def network(name: str) -> Network:
    """The network of that name."""
    data = yaml.safe_load((DATA / "networks" / f"{name}.yaml").read_text(encoding="utf-8"))
    data.pop("sources")
    found: Network = decode(Network, data)
    return found
