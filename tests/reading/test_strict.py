"""The strict reader: plain YAML 1.2, every refusal in its place."""

import os
import sys
import time
from pathlib import Path

import pytest

from tokencost.errors import AccessError, Problem, SpecError
from tokencost.reading.strict import MAX_BYTES, read, read_file


def refused(text: str | bytes) -> list[Problem]:
    """The problems of a text that may not be read."""
    with pytest.raises(SpecError) as error:
        read(text.encode() if isinstance(text, str) else text, "f.yaml")
    return list(error.value.problems)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1), ("-7", -7), ("1.5", 1.5), ("2e4", 2e4), ("true", True), ("False", False), ("~", None), ("", None),
        ("on", "on"), ("yes", "yes"), ("no", "no"), ("0x400", "0x400"), ("0o7", "0o7"), ("1_000", "1_000"),
        ("1:30", "1:30"), ("2024-01-02", "2024-01-02"), ("'1'", "1"), ('"true"', "true"), ("'مرحبا'", "مرحبا"),
        ("10 s", "10 s"), ("[1, a]", [1, "a"]), ("{b: 2}", {"b": 2}), ("a#b", "a#b"), ("1 # c", 1), ('"\\u0041"', "A"),
    ],
)  # fmt: skip
def test_scalars_are_those_of_the_core_schema(written: str, value: object) -> None:
    """Forms that other readers take for truths or numbers stay text, so nobody reads them differently."""
    found = read(f"k: {written}\n".encode(), "f.yaml").data["k"]

    assert (value, type(value)) == (found, type(found))


def test_json_and_a_byte_order_mark_are_read() -> None:
    """Editors write the one and programs the other."""
    assert {"a": [1, {"b": None}]} == read(b'\xef\xbb\xbf{"a": [1, {"b": null}]}', "f").data


@pytest.mark.parametrize("directive", ["%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "---\n"])
def test_known_directives_change_nothing(directive: str) -> None:
    """A version line does not bring the truths of YAML 1.1 back."""
    assert {"a": "on"} == read(f"{directive}a: on\n".encode(), "f").data


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: &x 1\n", 1, "anchor"),
        ("a: 1\nb: *x\n", 2, "alias"),
        ("a: 1\n<<: {b: 1}\n", 2, "merge key"),
        ("a: !!str 1\n", 1, "tag"),
        ("a: !x {}\n", 1, "tag"),
        ("! a: 1\n", 1, "tag"),
        ("%YAML 3.0\n---\na: 1\n", 1, "directive"),
        ("%FOO x\n---\na: 1\n", 1, "directive"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", 1, "TAG"),
        ("a: 1\n---\nb: 1\n", 2, "second document"),
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a', first on line 1"),
        ("a:\n  b: 1\n  b: 2\n", 3, "duplicate"),
        ("? [a, b]\n: c\n", 1, "key"),
        ("a: {{ b }}\n", 1, "template"),
        ("1: a\n", 1, "quotes"),
        ("true: a\n", 1, "quotes"),
        (": a\n", 1, "key"),
        ("a: 1\nqual\u200bity: x\n", 2, "U+200B"),
        ("a\u00a0b: x\n", 1, "U+00A0"),
        ('"\\e[2Jx": 1\n', 1, "U+001B"),
        ('a: 1\nb: "\\e[2J"\n', 2, "U+001B"),
        ("a: x\x07\n", 1, "U+0007"),
        ("a: 1\nb: \u009b31m\n", 2, "U+009B"),
        ("a: x\u202ey\n", 1, "U+202E"),
        ("a: x\u2028b: 1\n", 1, "U+2028"),
        ("a: 1\rb: 2\r", 1, "carriage return"),
        ("a: 1\n\tb: 2\n", 2, "tab"),
        ("a: 1\nb:c\nd: 1\n", 3, "space after ':'"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not YAML"),
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
        ("a: 7.999999999999999999\n", 1, "8"),
        ("a: 1e999\n", 1, "range"),
        ("a: 1e-99999999999999999999\n", 1, "range"),
        ("a: -0.00100e-99999999999999999999\n", 1, "range"),
        ("a: " + "9" * 5000, 1, "digits"),
        ("k" * 300 + ": 1\n", 1, "300 characters"),
        ("k" * 3000 + ": 1\n", 1, "':'"),
    ],
)
def test_what_is_left_out_is_named_where_it_stands(text: str, line: int, word: str) -> None:
    """A refusal is only useful with its line, its reason and a picture of the place."""
    (problem,) = refused(text)

    assert (line, "f.yaml") == (problem.line, problem.file)
    assert word in problem.message
    assert len(problem.message) < 250
    assert (problem.message + problem.frame.replace("\n", "")).isprintable()


def test_every_problem_is_collected() -> None:
    """Whoever mends a file wants to mend it once."""
    assert [1, 2, 3] == [p.line for p in refused("a: &x 1\nb: !t 2\na: 3\n")]


def test_bytes_that_are_not_utf8_are_refused() -> None:
    """Guessing an encoding would change numbers and names silently."""
    assert "UTF-8" in refused("a: 1\n".encode("utf-16"))[0].message
    assert 2 == refused(b"a: 1\nb: \xff\n")[0].line


def test_a_frame_points_at_the_column() -> None:
    """The caret stands under what the message is about."""
    assert "1 | a: 1\n2 | bb: !x 2\n  |     ^" == refused("a: 1\nbb: !x 2\n")[0].frame


def test_marks_know_keys_and_values() -> None:
    """A value is shown where it stands, and what is missing where it would belong."""
    document = read(b"a:\n  b: [1, 2]\nc: 3\n", "f")

    assert [(2, 10), (2, 3), (1, 1), (3, 4), (2, 6)] == [
        (p.line, p.column)
        for p in (
            document.problem(("a", "b", 1), "x"),
            document.key_problem(("a", "b"), "x"),
            document.problem(("a",), "x"),
            document.problem(("c",), "x"),
            document.problem(("a", "b", "missing"), "x"),
        )
    ]
    assert "a.b.1" == document.problem(("a", "b", 1), "x").path


MEBIBYTE = 1 << 20
BOMBS = {
    "flow lists": b"[" * MEBIBYTE,
    "flow mappings": b"{" * MEBIBYTE,
    "block lists": b"- " * (MEBIBYTE // 2),
    "complex keys": b"? " * (MEBIBYTE // 2),
    "indentation": b"\n".join(b" " * n + b"a:" for n in range(1400)),
    "nodes": b"[" + b"1," * (MEBIBYTE // 2 - 2) + b"]",
    "duplicates": b"a: 1\n" * (MEBIBYTE // 5),
    "anchors": b"[" + b"&a b," * (MEBIBYTE // 6) + b"]",
    "controls": bytes(range(1, 9)) * (MEBIBYTE // 8),
    "line breaks": b"\n" * MEBIBYTE,
    "digits": b"a: " + b"9" * (MEBIBYTE - 3),
    "size": b"a" * (MEBIBYTE + 1),
}


@pytest.mark.parametrize("written", ["0e99999999999999999999", "-0.00e-99999999999999999999", "0e0", ".0e9"])
def test_nothing_times_any_power_of_ten_is_nothing(written: str) -> None:
    """Also where no decimal of the standard library holds the power."""
    assert {"a": 0} == read(f"a: {written}\n".encode(), "f.yaml").data


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_quickly(bomb: bytes) -> None:
    """Limits stop the reader while it reads, so an attack costs a second at most."""
    start = time.process_time()
    problems = refused(bomb)

    assert time.process_time() - start < 1.0 or sys.gettrace()  # a tracer takes longer
    assert sum(len(str(p)) + len(p.frame) for p in problems) < 65536


def test_levels_up_to_the_limit_are_read() -> None:
    """Twenty levels are inside the language, twenty-one are not."""
    assert read(b"[" * 20 + b"]" * 20, "f").data
    assert "20 levels" in refused(b"[" * 21 + b"]" * 21)[0].message


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    """Problems start with the file that has them."""
    (tmp_path / "a.yaml").write_bytes(b"a: &b 1\r\n")

    with pytest.raises(SpecError, match=r"a\.yaml:1:4: a: an anchor"):
        read_file(tmp_path / "a.yaml")


def test_what_is_not_a_file_is_not_opened(tmp_path: Path) -> None:
    """A folder, a device or nothing at all is a matter of access, not of the spec."""
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "none.yaml", Path("a\0b")):
        with pytest.raises(AccessError):
            read_file(path)


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A sparse file of a terabyte must not fill the memory."""
    with open(tmp_path / "big.yaml", "wb") as stream:
        os.truncate(stream.fileno(), 1 << 40)

    with pytest.raises(SpecError, match=f"{MAX_BYTES:,}"):
        read_file(tmp_path / "big.yaml")
