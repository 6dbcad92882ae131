"""What is held against measurements and publications: validations and training runs."""

from typing import Literal

from tokencost.report.schemas.part import Part, Sealed, maybe, means
from tokencost.report.schemas.run import Electricity, Line, Note


class ClassCount(Part):
    """FLOPs of one operator class."""

    predicted: float = means("by the formulas", "FLOP")
    measured: float = means("by the reference", "FLOP")
    ratio: float | None = means("predicted / measured; null: one of them is nothing")


class Row(Part):
    """A measurement with its prediction; figures are in the unit of the metric."""

    id: str = means("of the row")
    status: Literal["ok", "unsupported"] = means("whether it could be predicted")
    reason: str = means("why not")
    predicted: float | None = means("the prediction")
    low: float | None = means("low end of the central 90 %")
    high: float | None = means("high end of the central 90 %")
    measured: float | None = means("what was measured")
    ratio: float | None = means("predicted / measured")
    classes: dict[str, ClassCount] = means("operator classes that the row measures")
    regime: str = means("what the row is about")
    group: str = means("rows of one experiment")
    model: str = maybe("a condition")
    component: str = maybe("a condition")
    scope: str = maybe("a condition")
    metric: str = maybe("a condition")
    gpu: str = maybe("a condition")
    n_gpus: float = maybe("a condition")
    parallelism: str = maybe("a condition")
    engine: str = maybe("a condition")
    precision: str = maybe("a condition")
    batch: float = maybe("a condition")
    source: str = means("who measured")
    place: str = means("file and line")


class Errors(Part):
    """Errors of several rows: |ln(predicted / measured)|."""

    rows: int = means("how many")
    groups: int = means("how many experiments")
    median_log_error: float | None = means("of rows")
    p90_log_error: float | None = means("of rows")
    group_median_log_error: float | None = means("of experiments")
    group_p90_log_error: float | None = means("of experiments")
    bias: float | None = means("middle of predicted / measured")
    coverage: float | None = means("share of rows inside their interval")


class Fitted(Part):
    """A constant, believed and fitted."""

    believed: float | None = means("before any measurement")
    recorded: float | None = means("in the catalogue")
    fitted: float | None = means("to the rows")


class Summary(Part):
    """Errors of all rows, and of parts of them."""

    files: list[str] = means("tables")
    rows: int = means("how many")
    predicted: int = means("how many could be predicted")
    overall: Errors | None = means("all rows")
    groups: dict[str, Errors] = means("by experiment")
    regimes: dict[str, Errors] = means("by what rows are about")
    gpus: dict[str, Errors] = means("by GPU")
    engines: dict[str, Errors] = means("by engine")
    models: dict[str, Errors] = means("by model")
    uses: dict[str, Errors] = means("by whether constants were fitted to the rows")
    worst: list[str] = means("ids of the rows with the largest errors")
    constants: dict[str, Fitted] = means("with `--fit`")


class Validation(Sealed):
    """Predictions beside measurements."""

    schema_: Literal["tokencost.validate/1"] = means("this schema", name="schema")
    rows: list[Row] = means("every row of the tables")
    summary: Summary = means("their errors")


class Stage(Part):
    """A stage of training."""

    id: str = means("its name")
    tokens: float | None = means("tokens trained on")
    sequence: float | None = means("tokens of a sequence")
    images: float | None = means("images seen")
    width: float | None = means("pixels")
    height: float | None = means("pixels")
    frames: float | None = means("frames of a clip")
    conditions: str = means("in words")
    source: str = means("who says so")


class CountedWork(Part):
    """Work counted in one way."""

    id: str = means("which way")
    name: str = means("in words")
    flop: float | None = means("work", "FLOP")
    gpu_seconds: float | None = means("time of one GPU", "s")


class Figure(Part):
    """A published figure; what it is not about is null."""

    gpu_seconds: float | None = means("time of one GPU", "s")
    flop: float | None = means("work", "FLOP")
    usd: float | None = means("cost", "USD")
    kg_co2e: float | None = means("carbon", "kg")
    gpu: str | None = means("which GPU")
    conditions: str = means("in words")
    standing: str = means("who says so about whom")
    source: str = means("where")


class Published(Figure):
    """A published figure, and the utilisation it implies."""

    mfu: dict[str, float | None] = means("by way of counting")


class Against(Part):
    """Another run."""

    run: str = means("its name")
    name: str = means("in words")
    flop: float | None = means("work", "FLOP")
    ratio: float | None = means("this run / that run")
    source: str = means("who says so")


class Training(Sealed):
    """A training run; GPU time is in seconds of one GPU."""

    schema_: Literal["tokencost.train/1"] = means("this schema", name="schema")
    run: str = means("its name")
    name: str = means("in words")
    model: str | None = means("id in the catalogue")
    params: float | None = means("parameters")
    stages: list[Stage] = means("in order")
    counted: list[CountedWork] = means("each way of counting")
    basis: str = means("what the GPU time is from")
    gpu: str = means("which GPU")
    mfu: float | None = means("model FLOPs utilisation")
    gpu_seconds: float | None = means("time of one GPU", "s")
    usd: float | None = means("GPUs alone", "USD")
    costs: list[Line] = means("lines of the bill")
    assets: float | None = means("that share the cost")
    usd_per_asset: float | None = means("share of one asset", "USD")
    electricity: Electricity = means("of the run")
    published: list[Published] = means("what is published of it")
    against: list[Against] = means("other runs")
    undisclosed: list[str] = means("what is not published")
    notes: str = means("in words")
    assumptions: list[Note] = means("numbers that a person chose")
    sources: list[str] = means("ids of sources")


class ListedRun(Part):
    """A run of which something is published."""

    run: str = means("its name")
    name: str = means("in words")
    model: str | None = means("id in the catalogue")
    stages: list[Stage] = means("in order")
    published: list[Figure] = means("figures")
    undisclosed: list[str] = means("what is not published")


class TrainingList(Part):
    """Every run of which something is published."""

    schema_: Literal["tokencost.train-list/1"] = means("this schema", name="schema")
    runs: list[ListedRun] = means("by name")
