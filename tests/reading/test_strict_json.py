"""JSON of strangers: read as it is, or refused in its place."""

import json
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.errors import Problem, SpecError
from tokencost.reading.strict_json import MAX_LEVELS, MAX_NODES, read_json


def refused(text: str | bytes) -> Problem:
    with pytest.raises(SpecError) as error:
        read_json(text.encode() if isinstance(text, str) else text, "f.json")
    (problem,) = error.value.problems
    return problem


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, -2.5e3, true, false, null, "x\\n\\u00e9\\/"], "b": {}, "c": []}',
        '{\n\t"a": 1,\r\n\t"b": [\n\t\t2\n\t]\n}\n',
        '"\\ud83d\\ude00"', "0", "-0.5", "1E3", '{"": {"b": ""}}', ' [ ] ', '"م\u200dر"',
    ],
)  # fmt: skip
def test_json_is_read_as_others_read_it(text: str) -> None:
    """
    The same value as the standard library finds, tabs, pairs of surrogates and joiners of scripts included.
    """
    assert json.loads(text) == read_json(text.encode(), "f.json").data


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 1, "the file ends"),
        ("{", 1, 2, "a key in double quotes"),
        ('{"a": 1,\n "a": 2}', 2, 2, "duplicate key 'a'"),
        ('{"b": {"a": 1, "a": 2}}', 1, 16, "duplicate key 'a'"),
        ('{"a": NaN}', 1, 7, "a value is due"),
        ('{"a": Infinity}', 1, 7, "a value is due"),
        ('{"a": -Infinity}', 1, 7, "a value is due"),
        ("[1e999]", 1, 2, "out of the range"),
        ("[1e-999]", 1, 2, "out of the range"),
        ("[" + "9" * 5000 + "]", 1, 2, "too many digits"),
        ("[7.999999999999999999]", 1, 2, "cannot be told from 8"),
        ("[01]", 1, 2, "a value is due"),
        ("[1.]", 1, 2, "a value is due"),
        ("[.5]", 1, 2, "a value is due"),
        ("[+1]", 1, 2, "a value is due"),
        ("[1_0]", 1, 2, "a value is due"),
        ("[1,]", 1, 4, "a value is due"),
        ('{"a": 1,}', 1, 9, "a key in double quotes"),
        ("{'a': 1}", 1, 2, "a key in double quotes"),
        ('{"a" 1}', 1, 6, "':' is due"),
        ("[1 2]", 1, 4, "',' or ']' is due"),
        ("{} {}", 1, 4, "a file holds one"),
        ('["a\nb"]', 1, 2, "text is due"),
        ('["\\x41"]', 1, 2, "an escape"),
        ('["\\u00"]', 1, 2, "an escape"),
        ('["\\ud800"]', 1, 2, "U+D800"),
        ('["\\u001b[2J"]', 1, 2, "U+001B"),
        ('["\\u202e"]', 1, 2, "U+202E"),
        ('["\u200b"]', 1, 2, "U+200B"),
        ('{"\\u200bid": 1}', 1, 2, "U+200B"),
        ('{"' + "k" * 300 + '": 1}', 1, 2, "300 characters"),
        (b'\xff\xfe{\x00', 1, 1, "UTF-8"),
        (b'{"a": "\xc3\x28"}', 1, 8, "UTF-8"),
        ("[" * (MAX_LEVELS + 1), 1, MAX_LEVELS + 1, "nested deeper"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_in_its_place(text: str | bytes, line: int, column: int, says: str) -> None:
    """
    What readers take differently (duplicate keys, NaN, huge numbers) is not read at all.
    """
    problem = refused(text)

    assert (line, column) == (problem.line, problem.column)
    assert says in problem.message
    assert len(problem.message) < 250
    assert (problem.message + problem.frame.replace("\n", "")).isprintable()


@pytest.mark.parametrize(
    "bomb",
    [b"[" * 2**20, b'{"a":' * 2**17, b"[" + b"1," * 2**19, b'"' + b"x" * 2**20, b'"' + b"\\" * 2**20, b"9" * 2**20,
     b"\n" * 2**20, b'{"a":1,' * 2**17],
    ids=["lists", "mappings", "values", "text", "escapes", "digits", "lines", "keys"],
)  # fmt: skip
def test_a_bomb_is_refused_quickly(bomb: bytes) -> None:
    """
    A mebibyte of anything costs a second at most.
    """
    start = time.process_time()
    refused(bomb)

    assert time.process_time() - start < 1.0 or sys.gettrace()  # a tracer takes longer


def test_limits_are_where_they_are_said_to_be() -> None:
    """
    As many levels and values as promised are read; one more is refused.
    """
    assert read_json(b"[" * MAX_LEVELS + b"]" * MAX_LEVELS, "f").data
    assert MAX_NODES == 1 + len(read_json(b"[" + b"1," * (MAX_NODES - 2) + b"1]", "f").data)
    assert "more than" in refused(b"[" + b"1," * (MAX_NODES - 1) + b"1]").message
    with pytest.raises(SpecError, match="limit of 3 bytes"):
        read_json(b"[ 1 ]", "f", 3)


def test_marks_know_keys_and_values() -> None:
    """
    A problem with a value is shown where it stands, in the words of an editor.
    """
    document = read_json(b'{\r\n  "a": {"b": [1, 22]},\r  "c": 3\n}', "f")

    assert [(2, 18), (2, 9), (3, 8)] == [
        (p.line, p.column)
        for p in (
            document.problem(("a", "b", 1), "x"),
            document.key_problem(("a", "b"), "x"),
            document.problem(("c",), "x"),
        )
    ]


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('abé "\\\n/', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN, st.booleans())
def test_what_python_writes_is_read_back(value: Any, ascii_only: bool) -> None:
    """
    No value changes on the way.
    """
    assert value == read_json(json.dumps(value, ensure_ascii=ascii_only, indent=1).encode(), "f").data


@given(st.binary(max_size=40) | st.text('[]{}:,"\\ 01.e-+truefalsn\n', max_size=40).map(str.encode))
def test_nothing_is_read_that_others_refuse(source: bytes) -> None:
    """
    Any bytes are a value that every other reader finds too, or a problem in its place.
    """
    problems: list[Problem] = []
    found = None
    try:
        found = read_json(source, "f").data
    except SpecError as error:
        problems = list(error.problems)

    assert json.loads(source) == found if not problems else all(problem.line for problem in problems)
