"""Electricity: where it comes from, what a data centre adds, and what an asset takes of it."""

from collections.abc import Mapping

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Fraction, Joules, Kilograms, KilogramsPerJoule


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid(Noun):
    """Carbon intensity of electricity by region, CO2-equivalent, by location and averaged over a year."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    since: str
    carbon: Mapping[str, KilogramsPerJoule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Noun):
    """A data centre: `pue` (power usage effectiveness) is what its meter counts over what its machines draw."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    since: str
    pue: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Siting:
    """Where machines stand, as somebody asked for it, with who says the two numbers."""

    id: str = "siting"
    region: str
    carbon: KilogramsPerJoule
    carbon_source: str
    pue: Fraction
    pue_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One line of what is taken from the grid, for one asset."""

    name: str
    joules: Joules
    carbon: Kilograms


@dataclass(frozen=True, slots=True, kw_only=True)
class Electricity:
    """What one asset takes from the grid, line by line, and a month of the fleet; None where there is no traffic."""

    joules: Joules
    carbon: Kilograms
    lines: tuple[Drawn, ...]
    month_joules: Joules | None
    month_carbon: Kilograms | None
    siting: Siting
