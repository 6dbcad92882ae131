"""Text in columns of a terminal: measured, wrapped, padded.

Nothing is ever cut; what does not fit is broken or stacked.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

Cells = Sequence[Sequence[str]]
GAPS = (2, 1)
"""Spaces between columns: what is wanted, and what is bearable."""
UNIT = r"(?:[mun]?s|min|h|d|[kMGTPEZY]?(?:B|FLOP|J)|%)(?![A-Za-z])"
BREAK = re.compile(rf"(?<!×) (?!×)(?:(?<![0-9] )|(?!{UNIT}))")
"""Where a line may be broken: not between a number and its unit, nor around a multiplication sign."""
NARROWEST = 12
"""Text is not broken into less than this many places."""


def measure(text: str) -> int:
    """Places that `text` takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(_places(character) for character in text)


def _places(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` places, broken at spaces, inside a word only if it is longer than a line."""
    lines = [""]
    for word in _words(text, width):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if measure(joined) <= width:
            lines[-1] = joined
            continue
        first, *rest = fold(word, width)
        lines = [*lines[:-1], first, *rest] if not lines[-1] else [*lines, first, *rest]
    return lines


def _words(text: str, width: int) -> list[str]:
    """What stays together on a line; a number leaves its unit only if both are longer than a line."""
    together = BREAK.split(text)
    return [word for words in together for word in ([words] if measure(words) <= width else words.split(" "))]


def fold(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` places, broken after a hyphen where one is near."""
    pieces = []
    while measure(word) > width:
        cut = _fitting(word, width)
        hyphen = word.rfind("-", 1, cut) + 1
        cut = hyphen if hyphen > cut // 2 else cut
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word] if word or not pieces else pieces


def _fitting(word: str, width: int) -> int:
    """How many characters of `word` fit, at least one."""
    room = width
    for n, character in enumerate(word):
        room -= _places(character)
        if room < 0:
            return max(n, 1)
    return len(word)


def hang(first: str, text: str, width: int) -> list[str]:
    """`text` wrapped after the lead `first`, its further lines below its beginning."""
    margin = measure(first)
    if width - margin < NARROWEST:
        return [line for part in (first.rstrip(), text) for line in wrap(part, width)]
    return [f"{' ' * margin if n else first}{line}" for n, line in enumerate(wrap(text, width - margin))]


def pad(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with spaces; figures stand flush right."""
    space = " " * max(0, width - measure(text))
    return space + text if right else text + space


def bar(share: float, places: int) -> str:
    """A line as long as its share of the longest, of one place at least."""
    return "─" * max(1, round(places * share))


def natural_widths(cells: Cells) -> list[int]:
    """Places of the widest cell of each column; rows of equal length, headings included."""
    return [max(measure(cell) for cell in column) for column in zip(*cells, strict=True)]


def columns_kept(cells: Cells, figures: Sequence[bool], width: int) -> list[int]:
    """Which columns stand side by side: the first, all figures, and as many columns of text as there is room for."""
    natural = natural_widths(cells)
    kept = list(range(len(natural)))
    for n in reversed([n for n, is_figure in enumerate(figures) if n and not is_figure]):
        if sum(natural[k] for k in kept) + GAPS[-1] * (len(kept) - 1) > width:
            kept.remove(n)
    return kept


def column_widths(cells: Cells, width: int) -> tuple[list[int], int] | None:
    """Widths of columns and the gap between them; the first gives way, and None says that even that is not enough."""
    natural = natural_widths(cells)
    for gap in GAPS:
        if sum(natural) + gap * (len(natural) - 1) <= width:
            return natural, gap
    first = width - sum(natural[1:]) - GAPS[-1] * (len(natural) - 1)
    return ([first, *natural[1:]], GAPS[-1]) if first >= NARROWEST else None


def lines_of_row(cells: Sequence[str], figures: Sequence[bool], widths: Sequence[int], gap: int) -> Iterator[str]:
    """A row of cells, as many lines high as its highest cell."""
    wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for n in range(max(len(lines) for lines in wrapped)):
        parts = [lines[n] if n < len(lines) else "" for lines in wrapped]
        padded = [pad(p, w, right=f) for p, w, f in zip(parts, widths, figures, strict=True)]
        yield (" " * gap).join(padded).rstrip()
