"""Reports in Markdown fit into a comment, and say what had to go."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from tests.report import cases
from tokencost.nouns.check import Checked
from tokencost.report import markdown, renderer
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row
from tokencost.report.markdown import LIMIT

MARKDOWN = MarkdownIt("commonmark").enable("table")
STEPS = ("command", "fact", "remark", "row", "titled point", "point", "answer")


def report(size: int, text: str = "w") -> Blocks:
    """A report in which everything that can be left out stands `size` times."""
    rows = tuple(
        Row(cells=(f"row {n} {text}", "1"), mark="no" if n % 2 else "yes", remarks=(f"remark {n} {text}",))
        for n in range(size)
    )
    points = tuple(
        Item(text=f"point {n} {text}", mark=("yes", "no", "")[n % 3], remarks=(f"remark {n}",)) for n in range(size)
    )
    titled = tuple(Item(text=f"titled point {n} {text}") for n in range(size))
    return (
        Answer(text="answer 0"),
        Bullets(items=points),
        Facts(pairs=tuple((f"fact {n}", text) for n in range(size))),
        Bullets(title="titled", items=titled),
        Grid(title="rows", columns=(Column(name="name"), Column(name="figure", figures=True)), rows=rows),
        *(Command(lead="command", command=f"x {n} {text}") for n in range(size)),
        *(Answer(text=f"answer {n} {text}") for n in range(1, size)),
    )


def kept(text: str) -> dict[str, int]:
    """How much of each kind is in a rendered report."""
    body = re.sub(r"\nLeft out .*", "", text)
    named = {name: len(re.findall(rf"\b{name} [0-9]", body)) for name in STEPS if name not in ("point", "command")}
    every = len(re.findall(r"\bpoint [0-9]", body))
    return named | {"point": every - named["titled point"], "command": len(re.findall(r"^command: ", body, re.M))}


def left_out(text: str) -> dict[str, int]:
    """What the last line says."""
    line = text.strip().splitlines()[-1]
    told = re.findall(r"([0-9,]+) (command|fact|remark|row|point|answer)s?\b", line.partition(":")[2])
    return {name: int(number.replace(",", "")) for number, name in told}


def test_a_report_that_fits_is_whole() -> None:
    """
    Nothing is said about what is not missing.
    """
    text = markdown.render(report(5))

    assert "Left out" not in text
    assert {5} == set(kept(text).values()) - {10}


@pytest.mark.parametrize("size", [450, 500, 600, 900, 1500, 3000])
def test_parts_go_in_the_declared_order(size: int) -> None:
    """
    A step begins only when nothing of the steps before it is left.
    """
    text = markdown.render(report(size))
    left = kept(text)
    started = [name for name in STEPS if left[name] < (2 * size if name == "remark" else size)]

    assert len(text) <= LIMIT
    assert list(STEPS[: len(started)]) == started
    assert not any(left[name] for name in started[:-1])


@pytest.mark.parametrize("size", [500, 600, 3000])
def test_no_more_goes_than_has_to(size: int) -> None:
    """
    The next part would not have fitted.
    """
    assert len(markdown.render(report(size))) > LIMIT - 200


@pytest.mark.parametrize("size", [500, 3000])
def test_the_last_line_counts_what_is_missing(size: int) -> None:
    """
    Whoever reads a part has to know that it is one. A remark goes with its row, and is not counted twice.
    """
    text = markdown.render(report(size))
    left, told = kept(text), left_out(text)

    assert size - left["row"] == told.get("row", 0)
    assert 2 * size - left["point"] - left["titled point"] == told.get("point", 0)
    assert size - left["answer"] == told.get("answer", 0)


def test_what_is_broken_stays_longest() -> None:
    """
    Of many specs those that fail are what a reviewer has to see.
    """
    checks = [cases.passed(f"ok-{n}") for n in range(400)] + [cases.failed(f"late-{n}") for n in range(100)]
    text = renderer("check", "markdown")([replace(c, plan=replace(c.plan, file=f"{c.plan.name}.yaml")) for c in checks])

    assert len(text) <= LIMIT
    assert 100 == text.count("❌ late-")
    assert text.startswith("**failed: 400 of 500 specs keep their limits**")


@pytest.mark.parametrize(
    "text", ["w" * 5000, "`" * 5000, "@#://www." * 900, "|" * 5000, "&<>" * 3000, "\U000e0041" * 3000]
)
def test_long_texts_are_cut_before_they_are_escaped(text: str) -> None:
    """
    Tables stay rectangular and code spans closed, whatever the cut goes through.
    """
    made = markdown.render((replace(report(1)[0], text=text), *report(60, text)[1:]))
    tables = [block for block in re.split(r"\n\n", made) if block.startswith("| name")]

    assert len(made) <= LIMIT
    assert "the ends of " in made.splitlines()[-1]
    assert {3} == {len(re.findall(r"(?<!\\)\|", row)) for table in tables for row in table.splitlines()} or not tables


def test_every_row_that_is_left_is_whole() -> None:
    """
    A Markdown reader sees as many cells in each row as the heading has.
    """
    types = [token.type for token in MARKDOWN.parse(markdown.render(report(250, "x|y `z` @team")))]
    rows = "".join({"tr_open": "/", "th_open": ".", "td_open": "."}.get(kind, "") for kind in types).split("/")[1:]

    assert len(rows) > 2
    assert 1 == len(set(rows))


@pytest.mark.parametrize("name", cases.HOSTILE)
def test_huge_answers_with_hostile_names_fit(name: str) -> None:
    """
    The worst case of length and of content at once.
    """
    hostile = cases.HOSTILE[name] * 40
    checks: list[Checked] = [cases.failed(hostile, file=f"{hostile}{n}.yaml") for n in range(150)]
    text = renderer("check", "markdown")(checks)

    assert len(text) <= LIMIT
    assert "Left out to stay within 60,000 characters: " in text
