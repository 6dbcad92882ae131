"""Readers of every format, and what would be active in each."""

import csv
import html.parser
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0041]"
)
FORMULA = re.compile(r"[=+\-@\t\r]")
PLAIN = re.compile(r"[+-]?[0-9.]+(?:e[+-]?[0-9]+)?", re.I)


def parsed(output_format: str, text: str) -> Any:
    """The output as its readers see it; raises if they could not read it."""
    if output_format in ("json", "sarif", "gitlab"):
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    if output_format == "jsonl":
        return [parsed("json", line) for line in text.splitlines()]
    if output_format == "junit":
        return ET.fromstring(text)
    if output_format == "csv":
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert len({len(row) for row in rows}) == 1
        return rows
    return text


def _refuse(token: str) -> None:
    raise ValueError(token)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def active(output_format: str, text: str) -> Counter[str]:
    """What runs, loads, links or structures, counted; a hostile name must not add to it."""
    if output_format == "html":
        return Tags(text).seen
    if output_format == "junit":
        return Counter(element.tag for element in ET.fromstring(text).iter())
    if output_format == "csv":
        return Counter(
            cell for row in parsed("csv", text) for cell in row if FORMULA.match(cell) and not PLAIN.fullmatch(cell)
        )
    if output_format == "markdown":
        return _active_markdown(text)
    commands = [line for line in re.split(r"[\r\n]", text) if line.strip().startswith("::") or "##[" in line]
    return Counter({"command": len(commands)})


def _active_markdown(text: str) -> Counter[str]:
    ragged = {
        "ragged": sum(
            len({len(re.findall(r"(?<!\\)\|", row)) for row in block.strip().splitlines()}) > 1
            for block in re.findall(r"(?m)(?:^[ \t]*\|.*\n?)+", text)
        )
    }
    prose = re.sub(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)", " ", text)
    patterns = {
        "tag": r"<[/!a-zA-Z]",
        "link": r"(?<!\\)\]\(|://|www\.",
        "mention": r"@\w",
        "issue": r"(?<!&)#\d",
        "heading": r"(?m)^\s*#",
        "fence": r"(?m)^\s*(```|~~~)",
        "bold": r"(?<!\\)\*\*",
    }
    return Counter(ragged | {name: len(re.findall(pattern, prose)) for name, pattern in patterns.items()})


class Tags(html.parser.HTMLParser):
    """Counts tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.seen.update(f"{tag} {key}" for key, _ in attrs)

    def handle_comment(self, data: str) -> None:
        self.seen["comment"] += 1
