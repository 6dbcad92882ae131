"""Traces: every line is an arrival or is refused in its place."""

from pathlib import Path

import pytest

from tokencost.errors import AccessError, SpecError
from tokencost.nouns.request import Traffic
from tokencost.spec import trace
from tokencost.spec.trace import moment, read_trace, replayed


def written(folder: Path, text: str) -> Path:
    path = folder / "arrivals.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "0\n1.5\n1.5\n4\n",
        "TIMESTAMP,ContextTokens\n0,374\n1.5,396\n1.5,1\n4,2\n",
        "# made up\r\n\r\n0;x\r\n1.5;y\r\n1.5\r\n4e0\r\n",
        "\ufeff0\n1.5\n1.50\n4",
        '"0","a, b"\n"1.5"\n"1.5"\n"4"\n',
    ],
)
def test_one_arrival_per_line_is_read(tmp_path: Path, text: str) -> None:
    """
    A heading, further columns, comments, empty lines, a byte order mark and any line end are fine.
    """
    assert (0.0, 1.5, 1.5, 4.0) == read_trace(written(tmp_path, text))


def test_dates_are_seconds_apart(tmp_path: Path) -> None:
    """
    ISO 8601 with a T, a space, a zone or seven places of a second; without a zone it is UTC.
    """
    text = "2023-11-16 18:15:46.6805900\n2023-11-16T18:15:47.680590\n2023-11-16T19:15:50.680590+01:00\n"
    times = read_trace(written(tmp_path, text))

    assert (1.0, 3.0) == pytest.approx((times[1] - times[0], times[2] - times[1]), abs=1e-6)
    assert 0.0 == moment("1970-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("0\n2\n1\n", 3, "in order"),
        ("0\nsoon\n2\n", 2, "'soon' is no arrival"),
        ("0\n-1\n", 2, "no arrival"),
        ("0\nnan\n", 2, "no arrival"),
        ("nan\n1\n2\n", 1, "no arrival"),
        ("0\n1e999\n", 2, "no arrival"),
        ("0\n2023-13-45\n", 2, "no arrival"),
        ("0\n１\n", 2, "no arrival"),
    ],
)
def test_what_is_no_arrival_is_refused_in_its_place(tmp_path: Path, text: str, line: int, says: str) -> None:
    """
    The message has file and line, so that an editor can go there.
    """
    with pytest.raises(SpecError) as refused:
        read_trace(written(tmp_path, text))

    assert [line] == [problem.line for problem in refused.value.problems]
    assert says in str(refused.value)
    assert "arrivals.csv" in str(refused.value)


@pytest.mark.parametrize("text", ["", "7\n", "time\n", "3\n3\n3\n"])
def test_a_trace_without_a_rate_is_refused(tmp_path: Path, text: str) -> None:
    """
    One moment says nothing about how often requests come.
    """
    with pytest.raises(SpecError, match="no rate"):
        read_trace(written(tmp_path, text))


def test_many_faults_are_told_at_once_but_not_all(tmp_path: Path) -> None:
    """
    A file of another kind does not fill the screen.
    """
    with pytest.raises(SpecError) as refused:
        read_trace(written(tmp_path, "heading\n" + "x\n" * 500))

    assert trace.MOST_PROBLEMS == len(refused.value.problems)


def test_sizes_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Neither a huge file nor a huge number of arrivals is swallowed.
    """
    path = written(tmp_path, "0\n1\n2\n3\n")
    monkeypatch.setattr(trace, "MOST_ARRIVALS", 3)
    with pytest.raises(SpecError, match="more than 3 arrivals"):
        read_trace(path)

    monkeypatch.setattr(trace, "LARGEST_FILE", 7)
    with pytest.raises(SpecError, match="limit of 7 bytes"):
        read_trace(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """
    Also in a column that is not read: a file is text or it is not.
    """
    path = tmp_path / "arrivals.csv"
    path.write_bytes(b"0\n1,\xff\n2\n")

    with pytest.raises(SpecError, match=r"arrivals\.csv:2:3: the file is not UTF-8"):
        read_trace(path)


def test_what_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    """
    A folder, or nothing at all.
    """
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(AccessError):
            read_trace(path)


def test_a_trace_runs_at_the_rate_of_the_peak() -> None:
    """
    Scaled in time; without rates in the spec as it was recorded, and billed on its own mean.
    """
    times = (5.0, 6.0, 9.0)

    assert Traffic(average=0.5, peak=0.5, arrivals=(0.0, 1.0, 4.0)) == replayed(times, None)
    assert Traffic(average=1.0, peak=2.0, arrivals=(0.0, 0.25, 1.0)) == replayed(times, Traffic(average=1.0, peak=2.0))
