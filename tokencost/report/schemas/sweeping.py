"""What many points come to: a sweep, and models over a range of sizes."""

from typing import Literal

from tokencost.report.schemas.part import Family, Part, Sealed, means
from tokencost.report.schemas.run import Platform


class Curve(Part):
    """One model over all sizes."""

    model: str = means("id in the catalogue")
    family: Family = means("how it works")
    per_asset_usd: list[float | None] = means("cost at each side; null: it does not make that size, or no price", "USD")
    latency_s: list[float | None] = means("one request at each side; null: it does not make that size", "s")


class Crossing(Part):
    """Where another model becomes the best."""

    by: str = means("cost or latency")
    kept: float = means("the last side at which the one before was the best", "px")
    side: float = means("the first side at which the one after is", "px")
    before: str = means("the best below; empty: none")
    after: str = means("the best above; empty: none")


class Ranged(Sealed):
    """All models against resolution."""

    schema_: Literal["tokencost.compare-range/1"] = means("this schema", name="schema")
    task: str = means("text-to-image, text-to-video or image-to-text")
    platform: Platform | None = means("where they run")
    sides: list[float] = means("of square images", "px")
    step: float = means("how finely crossings are looked for", "px")
    models: list[Curve] = means("one per model")
    crossings: list[Crossing] = means("from small to large, cost first")


class AxisOf(Part):
    """What is varied."""

    name: str = means("as the sweep calls it")
    field: str = means("field of the spec")
    unit: str | None = means("of its values; null: names or counts")
    values: int = means("how many values")


class Range(Part):
    """How a metric is spread over the rows; null where there are none."""

    min: float | None = means("the least, in base units")
    median: float | None = means("half are below, right to a part in eight thousand")
    max: float | None = means("the most")


class Point(Part):
    """One row."""

    row: int = means("its number, from 0")
    at: dict[str, str] = means("value on each axis")
    set: list[str] = means("what `plan --set` takes to plan it alone")
    metrics: dict[str, float | None] = means("in base units")


class Top(Part):
    """The best rows by one metric."""

    by: str = means("the metric")
    most: bool = means("whether the most is best")
    points: list[Point] = means("the best first")


class Front(Part):
    """Rows that no other beats in everything."""

    minimise: list[str] = means("metrics")
    maximise: list[str] = means("metrics")
    points: list[Point] = means("in the order of the rows")


class BestOf(Part):
    """The best rows of one value of an axis of names."""

    axis: str = means("the axis")
    value: str = means("the name")
    points: list[Point] = means("the best first")


class Sweep(Sealed):
    """Millions of points, summed up."""

    schema_: Literal["tokencost.sweep/1"] = means("this schema", name="schema")
    name: str = means("of the sweep")
    points: int = means("points of all axes")
    rows: int = means("those that the filters keep")
    feasible: int = means("rows that keep every limit of the spec")
    output: str | None = means("the file with every row")
    axes: list[AxisOf] = means("outermost first")
    columns: list[str] = means("of the file")
    metrics: dict[str, Range] = means("over the rows")
    top: Top = means("the best rows")
    pareto: Front = means("the front")
    best: list[BestOf] = means("by each name")
