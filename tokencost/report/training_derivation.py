"""`train --explain` as text and as JSON: the answer, then each formula with the numbers put into it."""

from tokencost.planning.train import Explained
from tokencost.report.answers_json import made_with, written
from tokencost.report.derivation import derive
from tokencost.report.explanation import derivation, node, told, wrapped
from tokencost.report.numbers import jsonable
from tokencost.report.table import Look
from tokencost.report.training import headline


def text(answer: Explained, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For people: wrapped to the width, indented by depth."""
    look = Look(width=width, color=color, ascii_only=ascii_only)
    found = [
        wrapped(0, headline(answer.answer), look),
        "",
        *told(answer.catalog.seal, look),
        *derivation(derive(answer, full=True), look),
    ]
    return "\n".join(found) + "\n"


def as_json(answer: Explained) -> str:
    """For programs: the whole tree, values in base units."""
    document = {
        "schema": "tokencost.explain/1",
        **made_with(answer.catalog.seal),
        "run": answer.answer.run,
        "answer": headline(answer.answer),
        "derivation": [node(derived) for derived in derive(answer, full=True)],
    }
    return written(jsonable(document))
