"""Whatever a name holds, every reader of every format gets that name and nothing else."""

import csv
import html
import html.parser
import io
import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report import cases
from tests.report.parse import FORMULA, PLAIN
from tokencost.report import escape, markdown, renderer
from tokencost.report.blocks import Answer, Bullets, Column, Command, Facts, Grid, Item, Row

PIECES = [
    *cases.HOSTILE.values(), "@team", "#123", "!7", "GH-12", "~bug", "&1", "%25", "\r\n", "\n\n", "::error::",
    "##[group]", "|", "\\", "\\|", "`", "``", "```", "*", "**", "_", "[a](b)", "![a](b)", "<b>", "</td>", "<!--", "-->",
    "]]>", "&amp;", "&#96;", "https://", "www.", "- ", "1. ", "+ ", "> ", "---", "===", "    ", " ", "=1+1", "+1", "-1",
    "@SUM(", "\t", "\x1b[31m", "\x9b", "\u202e", "\u2066", "\x00", "\x0b", "\ufffe", '"', "'", ",", ":", ";", "/close",
    "${{ x }}", "$x$", "{{", "{%", "a", "é", "漢", "🎨",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=6).map("".join).filter(str.strip)
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
COMMAND = re.compile(r"::(error|warning) ([^\r\n]*?)::([^\r\n]*)")

hostile = given(name=NAMES)


def text_of(tokens: list[Token]) -> str:
    """What a reader of rendered Markdown sees of one line; raises for anything but text, code, bold and breaks."""
    found = []
    for token in tokens:
        assert token.type in ("text", "code_inline", "strong_open", "strong_close", "text_special"), token.type
        found.append(token.content)
    return "".join(found)


def lines(text: str) -> list[str]:
    """Every line of text in a Markdown document; a numbered point begins with its number, as it is shown."""
    found, number = [], ""
    for token in READER.parse(text):
        number = f"{token.info}{token.markup} " if token.type == "list_item_open" and token.info else number
        if token.type == "inline":
            found.append(number + text_of(token.children or []))
            number = ""
    return found


@hostile
@example(name="0\xa0")
@example(name="\u3000a")
def test_markdown_shows_the_name(name: str) -> None:
    """
    In an answer, a point, a remark, a fact and a cell; no link, image, tag, heading, list or code block of its own.
    """
    seen = escape.visible(name)
    report = (
        Answer(text=f"{name}."),
        Bullets(title=name, items=(Item(text=name, remarks=(name,)), Item(text=name, mark="no"))),
        Facts(title="facts", pairs=((name, name),)),
        Grid(columns=(Column(name="n"), Column(name="m")), rows=(Row(cells=(name, name), mark="yes"),)),
        Command(lead="run", command=name),
    )  # fmt: skip
    shown = [line.strip() for line in lines(markdown.render(report))]
    cell = seen.strip()

    assert [
        f"{seen}.".strip(),
        cell,
        cell,
        cell,
        f"❌ {seen}".strip(),
        "facts",
        f"{seen}: {seen}".strip(),
        "n",
        "m",
    ] == shown[:9]
    assert [f"✅ {seen}".strip(), cell] == shown[9:11]
    assert f"run: {seen}".split() == shown[11].split()
    assert not re.search(r"(?m)^\s*/", markdown.render(report))


@hostile
def test_forges_find_no_reference(name: str) -> None:
    """
    Mentions, numbers of issues and links are looked for in decoded text outside of code.
    """
    prose = html.unescape(re.sub(r"(?<!\\)`[^`]+`", " ", escape.markdown_line(name)))

    assert not re.search(r"[@#]\w|://|www\.|!\d|\bGH-\d|(?<!\\)~\w", prose, re.IGNORECASE)


@hostile
def test_html_shows_the_name(name: str) -> None:
    """
    Text between tags, and quoted in an attribute.
    """

    class Reader(html.parser.HTMLParser):
        seen: list[str]
        tags: list[str]

        def handle_data(self, data: str) -> None:
            self.seen.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)
            self.seen += [str(value) for _, value in attrs]

    reader = Reader()
    reader.seen, reader.tags = [], []
    reader.feed(f'<p title="{escape.html(name)}">{escape.html(name)}</p>')
    reader.close()

    assert ["p"] == reader.tags
    assert [escape.visible(name), escape.visible(name)] == [reader.seen[0], "".join(reader.seen[1:])]


@hostile
def test_spreadsheets_show_the_name(name: str) -> None:
    """
    The cell is the name, after an apostrophe where it would be a formula.
    """
    rows = list(csv.DictReader(io.StringIO(renderer("plan", "csv")([cases.plan(name)]), newline=""), strict=True))
    cell = rows[0]["name"]

    assert escape.visible(name) == cell.removeprefix("'") or escape.visible(name) == cell
    assert not FORMULA.match(cell) or PLAIN.fullmatch(cell)


@hostile
def test_test_reports_carry_the_name(name: str) -> None:
    """
    In an attribute, visible, and in the text of a failure.
    """
    root = ET.fromstring(renderer("check", "junit")([cases.failed(name, file=name)]))
    case = root.find("testsuite/testcase")

    assert case is not None
    assert escape.visible(name) == case.attrib["classname"]
    assert escape.visible(name) in (case.findtext("failure") or "")


@hostile
def test_programs_read_the_very_name(name: str) -> None:
    """
    JSON, JSON lines; in SARIF the file as a URI.
    """
    one = json.loads(renderer("plan", "json")([cases.plan(name)]))
    lines = renderer("plan", "jsonl")([cases.plan(name), cases.plan(name)]).splitlines()
    sarif = json.loads(renderer("check", "sarif")([cases.failed(file=name)]))
    uri = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert [name] * 3 == [one["name"], *(json.loads(line)["name"] for line in lines)]
    assert name == unquote(uri, errors="surrogateescape") or not name.isprintable()
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)


@hostile
def test_workflow_commands_are_the_programs_own(name: str) -> None:
    """
    As the runner reads them: properties cannot be added, messages stay on their line.
    """
    text = renderer("check", "github")([cases.failed(name, file=name)])
    starting = [line for line in re.split(r"[\r\n]", text) if line.lstrip().startswith("::")]
    found = [COMMAND.fullmatch(line) for line in starting]

    assert 2 == len(found) == sum(match is not None for match in found)
    for match in found:
        properties = dict(part.split("=", 1) for part in match[2].split(",")) if match else {}
        decoded = properties["file"].replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        assert set(properties) <= {"file", "line", "col", "title"}
        assert escape.visible(name) == decoded


@hostile
@settings(max_examples=50)
def test_terminals_are_not_steered(name: str) -> None:
    """
    Neither by escapes nor by marks that turn the direction of text, at any width.
    """
    for width in (24, 80):
        text = renderer("plan", "table")([cases.plan(name)], width=width)

        assert not escape.INVISIBLE.search(text.replace("\n", ""))


@pytest.mark.parametrize("hostile_name", cases.HOSTILE)
def test_workflow_expressions_mean_nothing_in_an_answer(hostile_name: str) -> None:
    """
    An answer that is put into a script by an expression would still have to be quoted; the action never does that.
    """
    assert "${{" not in renderer("plan", "markdown")([cases.plan(cases.HOSTILE[hostile_name])])
