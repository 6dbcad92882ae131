"""Which run is meant: a published one, a model with amounts of one's own, or parameters and tokens alone."""

from dataclasses import dataclass, replace

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import network_params
from tokencost.errors import CatalogError, UsageError
from tokencost.nouns.model import Model
from tokencost.nouns.training import Figure, Recomputation, Run, Stage
from tokencost.planning.options import RunOptions
from tokencost.planning.training_work import trained_role, usual_sequence
from tokencost.units import Count, Fraction, Num

YOURS = "yours"
"""Id of a run that nobody published: a model or a number of parameters, and tokens."""
USUAL_OPTIONS = RunOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks about a run; 0 or empty leaves it to what is published, else to the default."""

    name: str = ""
    params: Count = 0.0
    tokens: Count = 0.0
    images: Count = 0.0
    sequence: int = 0
    size: tuple[int, int] = (0, 0)
    gpu: str = ""
    mfu: Fraction = 0.0
    exact: bool = False
    recompute: Recomputation = "none"
    assets: Count = 0.0
    against: tuple[str, ...] = ()
    options: RunOptions = USUAL_OPTIONS


def run_of(catalog: Catalog, wanted: Wanted) -> tuple[Run, Model | None]:
    """The published run of that name, or one made of a model or of parameters; with the stages that were asked for."""
    if not wanted.name:
        if not (wanted.params and wanted.tokens):
            raise UsageError("name a model, or give --params and --tokens; `tokencost train` lists what is published")
        made = Run(id=YOURS, name=f"{short(wanted.params)} parameters", params=wanted.params)
        return replace(made, stages=_asked_stages(catalog, made, None, wanted)), None
    found = catalog.find("training", wanted.name)
    run: Run | None = catalog.get("training", found) if found else _by_model(catalog, wanted.name)
    if run is None:
        model: Model = catalog.get("models", wanted.name)
        run = Run(id=model.id, name=model.name, model=model.id, undisclosed=("amount of training",))
    built: Model | None = catalog.get("models", run.model) if run.model else None
    stages = _asked_stages(catalog, run, built, wanted)
    known = tuple(stage for stage in run.stages if stage.tokens or stage.images)
    if not (stages or known or gpu_times(run)):
        raise UsageError(_what_to_give(run, built))
    return replace(run, stages=stages or known), built


def _by_model(catalog: Catalog, name: str) -> Run | None:
    """The first run of the model that `name` means."""
    model = catalog.find("models", name)
    return next((run for run in catalog.all("training") if model and run.model == model), None)


def _what_to_give(run: Run, model: Model | None) -> str:
    hidden = f" ({', '.join(run.undisclosed)} undisclosed)" if run.undisclosed else ""
    images = model is not None and "denoiser" in model.components
    flag = "--images, e.g. --images 1e9" if images else "--tokens, e.g. --tokens 300e9"
    more = "" if run.params or run.model else " and --params"
    return f"{run.id}: how much it was trained on is not published{hidden}; give {flag}{more}"


def _asked_stages(catalog: Catalog, run: Run, model: Model | None, wanted: Wanted) -> tuple[Stage, ...]:
    """One stage as the flags say; none where they say nothing."""
    if wanted.tokens:
        length = wanted.sequence or next((s.sequence for s in run.stages if s.sequence), 0)
        return (Stage(id="asked", tokens=wanted.tokens, sequence=length or usual_sequence(model), source="your flags"),)
    if wanted.images:
        native = model.generation.native if model and model.generation else None
        width, height = wanted.size if all(wanted.size) else (native.width, native.height) if native else (0, 0)
        frames = native.frames if native else 1
        return (
            Stage(id="asked", images=wanted.images, width=width, height=height, frames=frames, source="your flags"),
        )
    return ()


def params_of(catalog: Catalog, run: Run, model: Model | None, wanted: Wanted) -> Count:
    """Parameters that are trained: those given, those published, else those of the backbone."""
    if wanted.params or run.params or model is None or not model.components:
        return wanted.params or run.params
    return network_params(catalog.get("networks", model.components[trained_role(model)].network))


def short(amount: Num) -> str:
    """`3e11`, as flags take it."""
    return f"{float(amount):.6g}".replace("e+0", "e").replace("e+", "e")


def published(catalog: Catalog) -> tuple[Run, ...]:
    """Every run that somebody published something about."""
    runs: tuple[Run, ...] = tuple(catalog.all("training"))
    if not runs:
        raise CatalogError("the catalogue has no training runs")
    return runs


def gpu_times(run: Run) -> list[Figure]:
    """What was published of its GPU time."""
    return [figure for figure in run.published if figure.gpu_time]
