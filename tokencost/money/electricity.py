"""From joules of GPUs to what the grid delivers for them, and the CO2 that this emits."""

from tokencost.formula import formula
from tokencost.money.bill import monthly_assets
from tokencost.nouns.electricity import Drawn, Electricity, Siting
from tokencost.numeric import maximum
from tokencost.units import Count, Joules, Kilograms, PerSecond, Seconds, Watts


@formula("definition")
def overhead_energy(drawn: Joules, siting: Siting) -> Joules:
    """What cooling and power supply take on top of what machines draw."""
    return drawn * (siting.pue - 1)


@formula("definition")
def emitted(joules: Joules, siting: Siting) -> Kilograms:
    """CO2-equivalent of electricity, by the average of its grid."""
    return joules * siting.carbon


@formula("definition")
def idle_energy(gpus: Count, average: PerSecond, occupied: Seconds, held: Watts) -> Joules:
    """Drawn by a fleet's GPUs while they wait, shared by what it makes; `occupied` are GPU seconds of one asset."""
    return maximum(gpus / average - occupied, 0.0) * held


def of_request(drawn: Joules, siting: Siting) -> Electricity:
    """One asset on a replica that is never idle; `drawn` by its GPUs."""
    return _metered((("GPUs at work", drawn),), siting, None)


def of_fleet(drawn: Joules, waiting: Joules, average: PerSecond, siting: Siting) -> Electricity:
    """One asset of a fleet that waits between requests, and a month of it."""
    return _metered((("GPUs at work", drawn), ("GPUs waiting", waiting)), siting, average)


def _metered(machines: tuple[tuple[str, Joules], ...], siting: Siting, average: PerSecond | None) -> Electricity:
    """Machines, then what the data centre adds; lines add up to the whole."""
    added = overhead_energy(sum((joules for _, joules in machines), 0.0), siting)
    lines = tuple(
        Drawn(name=name, joules=joules, carbon=emitted(joules, siting))
        for name, joules in (*machines, (f"cooling and power supply (PUE {siting.pue:g})", added))
    )
    joules = sum((line.joules for line in lines), 0.0)
    carbon = sum((line.carbon for line in lines), 0.0)
    made = None if average is None else monthly_assets(average)
    return Electricity(
        joules=joules, carbon=carbon, lines=lines, month_joules=None if made is None else joules * made,
        month_carbon=None if made is None else carbon * made, siting=siting,
    )  # fmt: skip
