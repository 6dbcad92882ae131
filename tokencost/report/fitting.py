"""A report that is too long for its place: what is left out, in which order, and that it is said.

Whole parts go, never a piece of a row or of a line, in this order and within each step from the end of the report:

1. texts of more than 1,000 characters are cut at their end,
2. commands that tell more,
3. names and values,
4. remarks below rows and points,
5. rows of tables: first those of what is refused, then all,
6. points of lists with a title,
7. points of lists without: first what is kept, then what has no mark, then what is broken,
8. answers after the first.

The first answer always stays, and the last line says how much of each kind is missing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from tokencost.report.blocks import Answer, Block, Blocks, Bullets, Command, Facts, Grid, Item, Row, present

T = TypeVar("T")
Line = TypeVar("Line", Row, Item)
LONGEST = 1000
"""Characters of a text that stays whole however little room there is."""
FIRST_ROWS = {"no": 0, "": 1, "yes": 1}
FIRST_POINTS = {"yes": 0, "": 1, "no": 2}


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Something that may be left out; parts sort in the order in which they are."""

    step: int
    within: int
    block: int
    place: int
    name: str

    def key(self) -> tuple[str, int, int]:
        """What it is in the report."""
        return self.name, -self.block, -self.place


Dropped = set[tuple[str, int, int]]


def fitted(blocks: Blocks, render: Callable[[Blocks, str], str], limit: int) -> str:
    """`render(blocks, note)` with as few parts left out as its `limit` of characters asks for; the note names them."""
    whole = render(blocks, "")
    if len(whole) <= limit:
        return whole
    short = _shortened(blocks)
    cut = sum(1 for _ in _texts(blocks) if len(_) > LONGEST)
    parts = sorted(_parts(short))
    fewest, most = 0, len(parts)
    while fewest < most:
        middle = (fewest + most) // 2
        if len(render(_without(short, parts[:middle]), _note(parts[:middle], cut, limit))) <= limit:
            most = middle
        else:
            fewest = middle + 1
    return render(_without(short, parts[:fewest]), _note(parts[:fewest], cut, limit))


def _parts(blocks: Blocks) -> Iterator[Part]:
    answers = 0
    for n, block in enumerate(blocks):
        match block:
            case Command():
                yield Part(2, 0, -n, 0, "command")
            case Facts():
                yield from (Part(3, 0, -n, -k, "fact") for k in range(len(block.pairs)))
            case Grid():
                yield from _remarks(n, block.rows)
                yield from (Part(5, FIRST_ROWS[row.mark], -n, -k, "row") for k, row in enumerate(block.rows))
            case Bullets():
                yield from _remarks(n, block.items)
                step = 6 if block.title else 7
                yield from (
                    Part(step, 0 if block.title else FIRST_POINTS[item.mark], -n, -k, "point")
                    for k, item in enumerate(block.items)
                )
            case Answer():
                answers += 1
                yield from [Part(8, 0, -n, 0, "answer")] if answers > 1 else []


def _remarks(n: int, lines: Sequence[Row | Item]) -> Iterator[Part]:
    return (Part(4, 0, -n, -k, "remark") for k, line in enumerate(lines) if line.remarks)


def _without(blocks: Blocks, parts: list[Part]) -> Blocks:
    dropped = {part.key() for part in parts}
    return present(*(left for n, block in enumerate(blocks) for left in _left(block, n, dropped)))


def _left(block: Block, n: int, dropped: Dropped) -> list[Block]:
    match block:
        case Command():
            return [] if ("command", n, 0) in dropped else [block]
        case Answer():
            return [] if ("answer", n, 0) in dropped else [block]
        case Facts():
            return [replace(block, pairs=tuple(p for k, p in enumerate(block.pairs) if ("fact", n, k) not in dropped))]
        case Grid():
            rows = [(k, row) for k, row in enumerate(block.rows) if ("row", n, k) not in dropped]
            return [replace(block, rows=tuple(_bare(row, ("remark", n, k) in dropped) for k, row in rows))]
        case Bullets():
            items = [(k, item) for k, item in enumerate(block.items) if ("point", n, k) not in dropped]
            return [replace(block, items=tuple(_bare(item, ("remark", n, k) in dropped) for k, item in items))]
    return [block]


def _bare(line: Line, without: bool) -> Line:
    return replace(line, remarks=()) if without else line


def _note(parts: list[Part], cut: int, limit: int) -> str:
    """`Left out to stay within 60,000 characters: 2 commands, 31 rows.`"""
    counted = Counter(part.name for part in parts)
    told = [_counted(number, name) for name, number in counted.items()]
    told += [f"the ends of {_counted(cut, 'long text')}"] if cut else []
    return f"Left out to stay within {limit:,} characters: {', '.join(told)}."


def _counted(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _shortened(value: T) -> T:
    """Blocks with no text longer than LONGEST."""
    made: Any = value
    if isinstance(value, str):
        made = value if len(value) <= LONGEST else f"{value[:LONGEST]} ... ({len(value) - LONGEST:,} more characters)"
    elif isinstance(value, tuple):
        made = tuple(_shortened(part) for part in value)
    elif isinstance(value, Block | Row | Item):
        made = replace(value, **{field.name: _shortened(getattr(value, field.name)) for field in fields(value)})
    return made  # type: ignore[no-any-return]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (text for part in value for text in _texts(part))
    elif isinstance(value, Block | Row | Item):
        yield from (text for field in fields(value) for text in _texts(getattr(value, field.name)))
