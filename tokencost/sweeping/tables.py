"""Columns as tables of Arrow, and the files that people read: Parquet, CSV, JSON Lines.

Arrow is an extra: it is imported where a file is written, and nowhere else. Row groups follow the chunks and nothing
else is chosen by the clock or by threads, so the same sweep gives the same bytes.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tokencost.errors import UsageError
from tokencost.spec.sweep import SweptAxis
from tokencost.sweeping.chunks import ROW, Chunk, Columns, places, places_in
from tokencost.sweeping.metrics import METRICS
from tokencost.sweeping.sweep import Sweep

EXTRA = "writing a sweep to a file needs Arrow: pip install 'tokencost-planner[sweep]'"
COMPRESSION = "snappy"
"""Half as fast again as zstd at its first level, for a fifth more bytes; writing is the slowest part of a sweep."""


def arrow() -> Any:
    """Arrow, or advice how to install it."""
    try:
        import pyarrow
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(EXTRA) from error
    return pyarrow


def batch_of(columns: Columns) -> Any:
    """The computed columns of a chunk as they are kept between runs."""
    pa = arrow()
    return pa.record_batch([pa.array(values) for values in columns.values()], names=[*columns])


def heading(axis: SweptAxis) -> str:
    """The name of an axis' column, with the unit of its values: `price [USD/h]`."""
    return f"{axis.name} [{axis.values.unit}]" if axis.values.unit else axis.name


def table_of(sweep: Sweep, chunk: Chunk, kept: Any) -> Any:
    """The rows of a chunk as people read them: axes, then metrics."""
    import numpy as np

    pa = arrow()
    some = ROW in kept.schema.names
    names, found = [], []
    all_places = places(sweep, kept.column(ROW).to_numpy()) if some else places_in(sweep, chunk)
    for axis, at in zip(sweep.axes, all_places, strict=True):
        values = pa.array(axis.values.numbers or axis.values.texts)
        names.append(heading(axis))
        found.append(pa.DictionaryArray.from_arrays(pa.array(np.asarray(at, np.int32)), values))
    for name in sweep.metrics:
        names.append(name)
        found.append(kept.column(name))
    return pa.table(found, names=names)


def schema_of(sweep: Sweep) -> Any:
    """Columns and their types; the units of metrics stand beside them."""
    pa = arrow()
    fields = [
        pa.field(heading(axis), pa.dictionary(pa.int32(), pa.float64() if axis.values.numbers else pa.string()))
        for axis in sweep.axes
    ]
    for name in sweep.metrics:
        unit = METRICS[name].unit if name in METRICS else ""
        kind = pa.bool_() if name == "feasible" else pa.float64()
        fields.append(pa.field(name, kind, metadata={"unit": unit} if unit else None))
    return pa.schema(fields)


Write = Callable[[Any], None]


@contextmanager
def parquet(path: Path, schema: Any) -> Iterator[Write]:
    """One row group for every chunk."""
    pa = arrow()
    axes = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    with pa.parquet.ParquetWriter(
        path, schema, compression=COMPRESSION, use_dictionary=axes, store_schema=False
    ) as writer:
        yield lambda table: writer.write_table(table.cast(schema), row_group_size=max(1, table.num_rows))


@contextmanager
def comma_separated(path: Path, schema: Any) -> Iterator[Write]:
    """Text in quotes, numbers in as few digits as tell them apart, nothing for what is not known."""
    pa = arrow()
    plain = _plain(schema)
    with pa.csv.CSVWriter(path, plain) as writer:
        yield lambda table: writer.write_table(_known(table.cast(plain)))


@contextmanager
def json_lines(path: Path, schema: Any) -> Iterator[Write]:
    """An object per row; null for what is not known."""
    plain = _plain(schema)
    keys = [json.dumps(name) for name in plain.names]
    with open(path, "w", encoding="ascii", newline="") as stream:

        def write(table: Any) -> None:
            columns = [map(json.dumps, column.to_pylist()) for column in _known(table.cast(plain)).columns]
            for row in zip(*columns, strict=True):
                stream.write(f"{{{', '.join(f'{key}: {value}' for key, value in zip(keys, row, strict=True))}}}\n")

        yield write


FORMATS: Mapping[str, Callable[[Path, Any], Any]] = {
    ".parquet": parquet, ".csv": comma_separated, ".jsonl": json_lines,
}  # fmt: skip
"""By the end of the file's name."""


def _plain(schema: Any) -> Any:
    pa = arrow()
    return pa.schema([
        pa.field(one.name, one.type.value_type if pa.types.is_dictionary(one.type) else one.type) for one in schema
    ])  # fmt: skip


def _known(table: Any) -> Any:
    """What is not a number is nothing."""
    import pyarrow.compute as pc

    pa = arrow()
    for n, one in enumerate(table.schema):
        if pa.types.is_floating(one.type):
            column = table.column(n)
            table = table.set_column(n, one, pc.if_else(pc.is_nan(column), pa.scalar(None, one.type), column))
    return table


def format_of(target: Path) -> str:
    """The end of a file's name that says its format; raises UsageError for another."""
    if target.suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"-o {target.name[:40]}: the end of the name says the format, one of {known}")
    return target.suffix
