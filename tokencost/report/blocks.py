"""What a report says, before it has a format: an answer, then lists, grids and facts. Plain text throughout."""

from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "yes", "no"]
Tone = Literal["good", "bad", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first line of every report."""

    text: str
    tone: Tone = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A point of a list; `mark` says whether it is kept, `remarks` stand below it."""

    text: str
    mark: Mark = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of points."""

    title: str = ""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading; `figures` are set flush right and never broken."""

    name: str
    figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of one line of a grid; `remarks` stand below it."""

    cells: tuple[str, ...]
    mark: Mark = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table."""

    title: str = ""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and values."""

    title: str = ""
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Shares of a whole, drawn where a format can draw; `bars` are label, share of the longest (0..1) and figure."""

    title: str
    bars: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that tells more."""

    lead: str
    command: str


Block = Answer | Bullets | Grid | Facts | Bars | Command
Blocks = tuple[Block, ...]


def present(*blocks: Block) -> Blocks:
    """The blocks that say something."""
    return tuple(block for block in blocks if _says_something(block))


def _says_something(block: Block) -> bool:
    match block:
        case Answer() | Command():
            return True
        case Bullets():
            return bool(block.items)
        case Grid():
            return bool(block.rows)
        case Facts():
            return bool(block.pairs)
        case Bars():
            return bool(block.bars)
