"""A sweep made ready: its axes in the order of its rows, the cells that names make, and how rows are numbered.

Rows run over names first, then shapes, then numbers, the last axis fastest. A cell is one choice of names: a model and
a spec that was read for it; inside, shapes are timed one by one and numbers are arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from tokencost.catalog.load import Catalog
from tokencost.nouns.model import Model
from tokencost.spec.product import Product
from tokencost.spec.sweep import Comparison, LoadedSweep, SweptAxis
from tokencost.sweeping.fields import Moved, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One choice of names, and where its model stands; `plain` says that arrays tell all there is about it."""

    model: Model
    setting: Setting
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What is computed: `moved` are the numbers that each of the last axes moves."""

    loaded: LoadedSweep
    catalog: Catalog = field(repr=False)
    product: Product = field(repr=False)
    names: tuple[SweptAxis, ...]
    shapes: tuple[SweptAxis, ...]
    numbers: tuple[SweptAxis, ...]
    moved: tuple[tuple[Moved, ...], ...] = field(repr=False)
    metrics: tuple[str, ...]
    where: tuple[Comparison, ...]
    cells: dict[tuple[int, ...], Cell] = field(default_factory=dict, repr=False)

    @property
    def axes(self) -> tuple[SweptAxis, ...]:
        """All axes in the order of the rows."""
        return (*self.names, *self.shapes, *self.numbers)

    @property
    def compared(self) -> tuple[str, ...]:
        """Metrics that the summary looks at."""
        said = self.loaded.said
        names = [said.top.by, *(said.pareto.minimise or ()), *(said.pareto.maximise or ())]
        return tuple(dict.fromkeys([*names, *([said.heat_map.value] if said.heat_map else [])]))

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns of a chunk: those that are written, and those that the summary looks at."""
        return tuple(dict.fromkeys([*self.metrics, "feasible", *self.compared]))

    @property
    def simulates(self) -> bool:
        """Whether some fleets are sized by simulation: where requests share steps, or come in bursts."""
        traffic = self.product.traffic
        bursts = traffic is not None and (traffic.burstiness or 1.0) != 1
        named = next(axis for axis in self.names if axis.path == "model").values.texts
        families = {self.catalog.get("models", name).family for name in named}
        return bursts or not families <= {"diffusion", "api"}

    @property
    def size(self) -> tuple[int, ...]:
        """Values of each axis."""
        return tuple(len(axis.values.texts) for axis in self.axes)

    @property
    def points(self) -> int:
        """Rows before any filter."""
        return prod(self.size)


def overrides_at(sweep: Sweep, at: Sequence[int]) -> tuple[str, tuple[str, ...]]:
    """The model of a point, and what `--set` takes to plan it alone."""
    model, said = "", []
    moved = dict(zip((axis.name for axis in sweep.numbers), sweep.moved, strict=True))
    for axis, n in zip(sweep.axes, at, strict=True):
        text = axis.values.texts[n]
        if axis.path == "model":
            model = text
        elif axis.name in moved:
            said += [f"{part.field}={part.texts[n]}" for part in moved[axis.name]]
        elif axis.path == "resolution":
            said += [f"{'output' if sweep.product.output else 'input'}.{side}={text}" for side in ("width", "height")]
        else:
            said.append(f"{axis.path}={text}")
    return model, tuple(said)
