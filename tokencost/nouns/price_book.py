"""What stands around prices: where regions are, which countries a residency means, and prices that nobody may use."""

from collections.abc import Mapping

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Places(Noun):
    """The regions of one provider, each with the ISO 3166 code of its country."""

    id: str
    provider: str
    countries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residency(Noun):
    """A label that data have to stay under: the countries in which a machine may stand."""

    id: str
    name: str
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted(Noun):
    """A price as somebody wrote it."""

    said: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside(Noun):
    """Prices that were found and are not used, and why; `about` is a GPU or a model."""

    id: str
    about: str
    what: str
    why: str
    quotes: tuple[Quoted, ...]
