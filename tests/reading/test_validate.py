"""Type errors as problems of files: place, expectation, nearest valid value."""

from dataclasses import dataclass
from typing import Literal

import pytest

from tokencost.errors import SpecError
from tokencost.nouns.noun import Noun
from tokencost.reading.strict import read
from tokencost.reading.validate import validate
from tokencost.units import Bytes, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Noun):
    """A record for these tests."""

    kind: Literal["box"]
    memory: Bytes
    shade: Literal["dark", "light"] = "dark"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball(Noun):
    """Another record."""

    kind: Literal["ball"]
    radius: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf(Noun):
    """A record that holds others."""

    id: str
    box: Box | None = None
    things: tuple[Box | Ball, ...] = ()


def problems(text: str, kind: object = Shelf) -> list[str]:
    """What is wrong with a text, place first."""
    with pytest.raises(SpecError) as error:
        validate(kind, read(text.encode(), "f"))
    return [str(p) for p in error.value.problems]


def test_a_record_becomes_a_noun() -> None:
    """What fits is read, units included."""
    shelf = validate(Shelf, read(b"id: a\nbox: {kind: box, memory: 1 KiB}\n", "f"))

    assert Shelf(id="a", box=Box(kind="box", memory=1024.0)) == shelf


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: a\nbxo: 1\n", "f:2:1: bxo: unknown key 'bxo'; did you mean 'box'? allowed: box, id, things"),
        ("id: a\nbox:\n  kind: box\n", "f:2:1: box: the key 'memory' is missing"),
        ("box: {kind: box, memory: 1 B}\n", "f:1:1: the key 'id' is missing"),
        ("id: a\nbox: {kind: box, memory: 1 s}\n", "f:2:26: box.memory: '1 s' is not a size in bytes;"),
        ("id: 3\n", "f:1:5: id: 3 is not text; put it in quotes"),
        ("id: a\nbox: 7\n", "f:2:6: box: 7 stands where a mapping is due; allowed: kind, memory, shade, tags"),
        ("id: a\nthings: 7\n", "f:2:9: things: 7 stands where a list is due"),
        (
            "id: a\nbox: {kind: box, memory: 1 B, shade: drak}\n",
            "f:2:38: box.shade: 'drak' is not known here; did you mean 'dark'? allowed: dark, light",
        ),
        ("id: a\nthings:\n- {kind: ball, radius: 1.5}\n", "f:3:24: things.0.radius: 1.5 is not a whole number"),
        ("id: a\nthings: [{kind: ball, radus: 1, radius: 1}]\n", "f:2:23: things.0.radus: unknown key 'radus'; did"),
        ("7\n", "f:1:1: 7 stands where a mapping is due; allowed: box, id, things"),
    ],
)
def test_a_misfit_is_shown_in_its_place(text: str, expected: str) -> None:
    """The words are those of the file, never those of the validator, and other kinds of record are silent."""
    (problem,) = problems(text)

    assert problem.startswith(expected)


def test_an_unknown_kind_lists_the_known_ones() -> None:
    """A record of a union that fits no member has one problem, not one per member."""
    (problem,) = problems("kind: bal\n", Box | Ball)

    assert "f:1:7: kind: 'bal' is not known; did you mean 'ball'? allowed: box, ball" == problem


def test_problems_come_in_the_order_of_the_file() -> None:
    """They are mended from top to bottom."""
    found = problems("id: 1\nx: 1\nbox: {kind: box, memory: 1}\ny: 1\n")

    assert ["f:1", "f:2", "f:3", "f:4"] == [text[:3] for text in found]
