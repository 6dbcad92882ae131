"""Static analysis results (SARIF 2.1.0): one run, a rule per kind of limit, a result per broken one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from tokencost import __version__
from tokencost.nouns.budget import Place
from tokencost.nouns.check import Checked, Finding, Level
from tokencost.report.answers_json import written
from tokencost.report.escape import visible
from tokencost.report.numbers import Json, stable
from tokencost.report.sentences import told

LEVELS: dict[Level, str] = {"fail": "error", "warn": "warning", "note": "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "latency": "A latency limit of the spec is broken",
    "budget": "A budget of the spec is broken",
    "quality": "No candidate reaches the quality that the spec asks for",
    "increase": "The change costs more than it may",
    "baseline": "The baseline does not have this spec",
    "invalid-input": "The input cannot be used",
}
"""What rules are about, by the first word of their ids."""
OTHER_RULE = "A limit is broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing to mend at a place of a file; `about` tells results of a rule apart when lines move.

    `stated` is where the rule stands, if that is elsewhere, `figures` what programs may want to read.
    """

    rule: str
    message: str
    file: str
    line: int
    column: int
    about: str
    level: Level = "fail"
    stated: Place | None = None
    figures: Mapping[str, Json] = field(default_factory=dict)


def checks(answer: Sequence[Checked]) -> str:
    """The broken limits of all specs."""
    return log(results(answer))


def results(answer: Sequence[Checked]) -> list[Result]:
    """Every broken limit of every spec."""
    return [
        Result(
            rule=found.rule,
            message=f"{check.plan.name}: {told(found)}",
            file=check.plan.file,
            line=found.line,
            column=found.column,
            about=found.path,
            level=found.level,
            stated=found.stated,
            figures=_figures(found) if found.stated else {},
        )
        for check in answer
        for found in check.findings
    ]


def _figures(found: Finding) -> dict[str, Json]:
    """What a rule of a budget file says in figures."""
    known: dict[str, Json] = {"actual": stable(found.actual), "limit": stable(found.limit), "unit": found.unit}
    return known | {"owner": found.owner, "advice": found.advice, "waived": found.waived}


def log(found: Sequence[Result]) -> str:
    """A SARIF log."""
    rules: list[Json] = [_rule(rule) for rule in sorted({result.rule for result in found})]
    tool: Json = {"driver": {"name": "tokencost", "version": __version__, "rules": rules}}
    marks = fingerprints(found)
    run: Json = {
        "tool": tool,
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, mark) for result, mark in zip(found, marks, strict=True)],
    }
    return written({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: str) -> Json:
    text: Json = {"text": RULES.get(rule.partition(".")[0], OTHER_RULE)}
    return {"id": rule, "shortDescription": text, "fullDescription": text, "help": text}


def _result(result: Result, mark: str) -> Json:
    return {
        "ruleId": result.rule,
        "level": LEVELS[result.level],
        "message": {"text": visible(result.message)},
        "locations": [_location(result.file, result.line, result.column)] if result.file else [],
        "partialFingerprints": {"tokencost/v1": mark},
        **_more(result),
    }


def _more(result: Result) -> dict[str, Json]:
    """Where the rule stands, and its figures."""
    if result.stated is None:
        return {}
    place = _location(result.stated.file, result.stated.line, result.stated.column)
    return {"relatedLocations": [place | {"message": {"text": "the rule"}}], "properties": dict(result.figures)}


def _location(file: str, line: int, column: int) -> dict[str, Json]:
    place: dict[str, Json] = {"artifactLocation": {"uri": quote(file.encode("utf-8", "surrogateescape"))}}
    if line:
        place["region"] = {"startLine": line, **({"startColumn": column} if column else {})}
    return {"physicalLocation": place}


def fingerprints(found: Sequence[Result]) -> list[str]:
    """One id per result, all different; lines and figures may change without changing it."""
    seen: dict[tuple[str, ...], int] = {}
    marks = []
    for result in found:
        key = (result.file, result.rule, result.about)
        seen[key] = seen.get(key, 0) + 1
        marks.append(_digest(*key, str(seen[key])))
    return marks


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
