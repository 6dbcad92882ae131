"""What the report of the claims says: verdicts side by side, every claim with its figures, the exercises worked."""

from collections.abc import Iterator, Sequence

from tokencost.planning.claims import Claims, Judged, Solved, Worked
from tokencost.report import numbers
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Facts, Grid, Item, Mark, Row, present

MARKS: dict[str, Mark] = {"holds": "yes", "differs": "no", "incomplete": "", "unpublished": ""}
PRINTERS = {"s": numbers.time, "B": numbers.size, "FLOP": numbers.work}
WORDS = {
    "holds": "agrees with the primary source",
    "differs": "does not agree with it, or with its own arithmetic",
    "incomplete": "right as far as it goes; what is left out changes the answer",
    "unpublished": "nobody who could know has said so",
}
LARGE_RATIO = 2.0


def of_claims(found: Claims) -> Blocks:
    """Headline, table of verdicts, details by subject, exercises."""
    columns = (Column(name="claim"), Column(name="verdict", figures=True))
    subjects = dict.fromkeys(judged.claim.about for judged in found.judged)
    return present(
        Answer(text=headline(found), tone="open"),
        Facts(pairs=tuple(WORDS.items())),
        Grid(title="verdicts", columns=columns, rows=tuple(map(_row, found.judged))),
        *(
            Bullets(title=subject, items=tuple(_item(j) for j in found.judged if j.claim.about == subject))
            for subject in subjects
        ),
        Bullets(title="exercises", items=tuple(map(_exercise, found.solved))),
        Facts(title="sources", pairs=tuple(found.titles.items())),
    )


def headline(found: Claims) -> str:
    """How many claims there are of each verdict."""
    counts = {name: sum(judged.verdict == name for judged in found.judged) for name in WORDS}
    said = ", ".join(f"{count} {_plural(name, count)}" for name, count in counts.items())
    return f"{len(found.judged)} claims: {said}"


def _plural(name: str, count: int) -> str:
    verbs = {"holds": ("holds", "hold"), "differs": ("differs", "differ")}
    return verbs[name][count != 1] if name in verbs else name


def _row(judged: Judged) -> Row:
    return Row(cells=(f"{judged.claim.order}. {judged.claim.says}", verdict(judged)), mark=MARKS[judged.verdict])


def verdict(judged: Judged) -> str:
    """`4 times too high`, `13 % too low`, or the word."""
    ratio = judged.ratio
    if ratio is None or ratio == 1:
        return judged.verdict
    way = "high" if ratio > 1 else "low"
    off = max(ratio, 1 / ratio)
    if off >= LARGE_RATIO:
        return f"{numbers.number(float(f'{off:.2g}'))} times too {way}"
    return f"{numbers.number(float(f'{100 * abs(ratio - 1):.2g}'))} % too {way}"


def _item(judged: Judged) -> Item:
    return Item(
        text=f"{judged.claim.order}. {judged.claim.says} ({_place(judged.claim.source)})",
        mark=MARKS[judged.verdict],
        remarks=tuple(_remarks(judged)),
    )


def _place(source: str) -> str:
    """Where it is said: the source and the place in it."""
    name, _, place = source.partition(",")
    return f"{name.strip()}:{place}" if place else name


def _remarks(judged: Judged) -> Iterator[str]:
    claim = judged.claim
    yield f"verdict: {verdict(judged)}" + (f"; says {figures(claim.figures, claim.unit)}" if claim.figures else "")
    if judged.arithmetic is not None:
        yield f"its arithmetic: {claim.arithmetic} = {figure(judged.arithmetic, claim.unit)}"
    published = f"{figures(judged.published, claim.unit)}; " if judged.published else ""
    converted = f"{claim.primary.expression} = " if claim.primary.expression else ""
    yield f"primary source: {converted}{published}{claim.primary.says} [{claim.primary.source}]"
    if judged.prediction is not None:
        yield f"tokencost: {claim.prediction} = {figure(judged.prediction, claim.unit)}"
    yield from (f"{w.step.says}: {_worked(w)}" for w in judged.also)
    if claim.remark:
        yield claim.remark


def _exercise(solved: Solved) -> Item:
    exercise = solved.exercise
    steps = (f"{worked.step.says}: {_worked(worked)}" for worked in solved.steps)
    text = f"{exercise.order}. {exercise.says} ({_place(exercise.source)})"
    return Item(text=text, remarks=(*steps, exercise.follows))


def _worked(worked: Worked) -> str:
    return f"{worked.step.expression} = {figure(worked.value, worked.step.unit)}"


def figures(values: Sequence[float], unit: str) -> str:
    """One figure, or from the lowest to the highest."""
    low, high = min(values), max(values)
    if low == high:
        return figure(low, unit)
    return f"{numbers.count(low) if unit not in PRINTERS else figure(low, unit)} to {figure(high, unit)}"


def figure(value: float, unit: str) -> str:
    """A figure in its unit: times, sizes and work with prefixes, everything else as it is counted."""
    return PRINTERS[unit](value) if unit in PRINTERS else f"{numbers.count(value)} {unit}".rstrip()
