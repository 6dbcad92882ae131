"""`train --explain` as text and as JSON: the answer, then each formula with the numbers put into it."""

from tokencost.planning.train import Explained
from tokencost.report.answers_json import written
from tokencost.report.derivation import derive, lines
from tokencost.report.escape import terminal
from tokencost.report.explanation import PLAIN, node, wrapped
from tokencost.report.numbers import jsonable
from tokencost.report.training import headline


def text(answer: Explained, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For people: wrapped to the width, indented by depth."""
    found = [wrapped(0, headline(answer.answer), width), ""]
    seen: set[tuple[object, ...]] = set()
    for derived in derive(answer, full=True):
        found += [wrapped(depth, line, width) for depth, line in lines(derived, 0, seen)]
    joined = "\n".join(terminal(line) if "\x1b" in line else line for line in found) + "\n"
    return joined.translate(PLAIN) if ascii_only else joined


def as_json(answer: Explained) -> str:
    """For programs: the whole tree, values in base units."""
    document = {
        "schema": "tokencost.explain/1",
        "run": answer.answer.run,
        "answer": headline(answer.answer),
        "derivation": [node(derived) for derived in derive(answer, full=True)],
    }
    return written(jsonable(document))
