"""What assets take from the grid: where machines stand, and the share of a fleet that each asset answers for."""

from tokencost.catalog.load import Catalog
from tokencost.catalog.regions import region_named
from tokencost.money.electricity import idle_energy, of_fleet
from tokencost.money.energy import held_power
from tokencost.nouns.answer import Estimate
from tokencost.nouns.electricity import Electricity, Site, Siting
from tokencost.nouns.hardware import Platform
from tokencost.nouns.request import Traffic
from tokencost.planning.options import RunOptions
from tokencost.units import Count


def siting_of(catalog: Catalog, options: RunOptions) -> Siting:
    """The region and the data centre of the options; a PUE of one's own wins over a data centre's."""
    name, grid = region_named(catalog, options.region)
    site: Site = catalog.get("sites", options.site)
    carbon = catalog.source("grids", grid.id, f"carbon.{name}")
    pue = f"{site.name}, {site.since} [{catalog.source('sites', site.id, 'pue')}]"
    return Siting(
        region=name,
        carbon=grid.carbon[name],
        carbon_source=f"{grid.name}, {grid.since} [{carbon}]",
        pue=site.pue if options.pue is None else options.pue,
        pue_source=pue if options.pue is None else "your PUE",
    )


def taken_by(run: Estimate, on: Platform, traffic: Traffic | None, gpus: Count) -> Electricity | None:
    """What an asset of a fleet takes, waiting GPUs included; that of the request alone where there is no traffic."""
    if traffic is None or run.electricity is None or run.energy is None:
        return run.electricity
    batch = run.request.batch
    occupied = run.latency.value * on.gpus / batch
    waiting = idle_energy(gpus, traffic.average, occupied, held_power(on.gpu, on.power))
    return of_fleet(run.energy.value / batch, waiting, traffic.average, run.electricity.siting)
