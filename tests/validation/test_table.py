from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.errors import AccessError, Problem, SpecError
from tokencost.validation.rows import Row
from tokencost.validation.table import MAX_BYTES, MAX_CELL, count, number, read_bytes, read_table

HEAD = "id,model,scope,steps,metric,value\n"


def read(text: str) -> tuple[Row, ...]:
    return read_bytes(text.encode(), "m.csv")


def refused(text: str) -> list[str]:
    with pytest.raises(SpecError) as error:
        read(text)
    return [str(problem) for problem in error.value.problems]


def test_conditions_nobody_gave_are_left_to_the_model() -> None:
    """
    An empty cell means the model's default, and a column that is not there means the same.
    """
    (row,) = read(HEAD + "a,sdxl,request,,latency_s,3.5\n")

    assert (row.id, row.value, row.steps, row.gpu) == ("a", 3.5, 0, "")
    assert row.place == "m.csv:2"


def test_an_unknown_column_is_refused_with_the_nearest_name() -> None:
    """
    A mistyped column would silently be a default.
    """
    assert refused("model,metric,value,guidence\n") == ["m.csv:1: column 'guidence' is unknown; did you mean guidance?"]


def test_columns_that_make_a_row_are_required_once() -> None:
    """
    Without model, metric and value there is nothing to predict; twice there would be two answers.
    """
    assert refused("model,metric,metric\n") == [
        "m.csv:1: column 'metric' stands twice",
        "m.csv:1: column 'value' is missing",
    ]


@pytest.mark.parametrize("value", ["", "0", "-1", "nan", "inf", "1e400", "0x10", "1,5", "١", "1_000"])
def test_a_value_is_a_plain_number_above_zero(value: str) -> None:
    """
    Errors are ratios, and only a plain number means the same to everybody.
    """
    assert any("is not a number above 0" in text for text in refused(HEAD + f'a,sdxl,request,,latency_s,"{value}"\n'))


def test_a_metric_nobody_knows_is_refused_with_the_nearest_name() -> None:
    """
    The unit of the value hangs on it.
    """
    assert refused(HEAD + "a,sdxl,request,,latency,3\n") == [
        "m.csv:2: metric: 'latency' is no metric; did you mean latency_s?"
    ]


def test_all_problems_are_told_at_once() -> None:
    """
    A table is mended in one go.
    """
    assert len(refused(HEAD + "a,sdxl,request,,latency_s,x\nb,sdxl\n")) == 2


def test_a_condition_nobody_can_read_stays_with_its_row() -> None:
    """
    One odd cell among thousands must not keep the others from being predicted, nor become a default.
    """
    (row,) = read(HEAD + "a,sdxl,request,a few,latency_s,3\n")

    assert row.faults == ("steps 'a few' is not a whole number above 0",)


def test_a_remark_may_follow_a_number() -> None:
    """
    Sources qualify their figures, and the qualification belongs beside the figure.
    """
    (row,) = read(HEAD + "a,sdxl,request,25 (script default),latency_s,3\n")

    assert (row.steps, row.faults) == (25, ())


def test_attention_is_a_kernel_or_a_count() -> None:
    """
    In tables of counts the column holds FLOPs, in tables of measurements the name of a kernel.
    """
    (timed,) = read("model,metric,value,attention\nsdxl,latency_s,3,sdpa\n")
    (counted,) = read("model,metric,value,linear,attention\nsdxl,flops,3,2,1\n")

    assert (timed.attention, timed.classes) == ("sdpa", {})
    assert (counted.attention, counted.classes) == ("", {"linear": 2.0, "attention": 1.0})


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """
    A quoted cell may hold line breaks; the place of a row is where it begins.
    """
    rows = read('model,metric,value,notes\n\nsdxl,latency_s,3,"two\nlines"\nsdxl,latency_s,4,\n')

    assert [row.place for row in rows] == ["m.csv:3", "m.csv:5"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"model,metric,value\n\xff,latency_s,1\n", "m.csv:2:1: the file is not UTF-8"),
        (b"model,metric,value\nsdxl\x1b[2J,latency_s,1\n", "m.csv:2:5: the character U+001B"),
        (b"model,metric,value\nsd\xe2\x80\xaexl,latency_s,1\n", "m.csv:2:3: the character U+202E"),
        (b'model,metric,value\n"sdxl,latency_s,1\n', "not CSV"),
        (b"model,metric,value\n" + b"x" * (MAX_CELL + 1) + b",latency_s,1\n", f"more than {MAX_CELL} characters"),
        (b"x" * (MAX_BYTES + 1), "larger than the limit of 16,777,216 bytes (16 MiB)"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    """
    Tables come from strangers; limits and the encoding are checked before anything is believed.
    """
    with pytest.raises(SpecError) as error:
        read_bytes(data, "m.csv")

    assert said in str(error.value)


def test_a_file_that_cannot_be_read_is_no_wrong_input(tmp_path: Path) -> None:
    """
    Scripts tell a missing file (exit 4) from a faulty one (exit 2).
    """
    with pytest.raises(AccessError):
        read_table(tmp_path / "none.csv")


@given(st.text(max_size=12))
def test_numbers_are_read_as_python_reads_them_or_not_at_all(text: str) -> None:
    """
    No text becomes another number than it says.
    """
    found = number(text)

    assert found is None or found == float(text.partition("(")[0])


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_problems(data: bytes) -> None:
    """
    A reader of untrusted files has two outcomes.
    """
    try:
        rows = read_bytes(b"model,metric,value\n" + data, "m.csv")
    except SpecError as error:
        problems = error.problems
        rows = ()
    else:
        problems = [Problem("none")]

    assert problems
    assert all(row.value > 0 for row in rows)


def test_counts_are_whole() -> None:
    """
    Half a step is a slip of the keyboard.
    """
    assert [count(text) for text in ("", "8", "1.5", "0", "1e12")] == [0, 8, None, None, None]
