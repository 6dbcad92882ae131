"""Annotations of a GitHub workflow: one command per broken limit, then the plain report for whoever reads the log."""

from collections.abc import Sequence

from tokencost.nouns.check import Checked
from tokencost.report import table
from tokencost.report.escape import annotation, annotation_property
from tokencost.report.sentences import told

SHOWN = 10
"""GitHub shows this many error annotations of a step; the report below has all."""
LOG_WIDTH = 120
LEVELS = {"fail": "error", "warn": "warning", "note": "notice"}
"""Levels of findings as GitHub calls them, the gravest first."""


def checks(answer: Sequence[Checked]) -> str:
    """Annotations, then the report."""
    every = [(check, finding) for check in answer for finding in check.findings]
    found = sorted(every, key=lambda one: list(LEVELS).index(one[1].level))
    commands = [
        command(
            LEVELS[finding.level], check.plan.file, finding.line, finding.column, f"{check.plan.name}: {finding.rule}",
            told(finding),
        )
        for check, finding in found[:SHOWN]
    ]  # fmt: skip
    more = [f"{len(found) - SHOWN} more findings below"] if len(found) > SHOWN else []
    return "".join(f"{line}\n" for line in [*commands, *more]) + table.checks(answer, width=LOG_WIDTH)


def error(file: str, line: int, column: int, title: str, message: str) -> str:
    """One `::error` command."""
    return command("error", file, line, column, title, message)


def command(level: str, file: str, line: int, column: int, title: str, message: str) -> str:
    """A workflow command; a place that is not known is left out."""
    known = {"file": file, "line": line, "col": column if line else 0, "title": title}
    properties = ",".join(f"{key}={annotation_property(str(value))}" for key, value in known.items() if value)
    return f"::{level} {properties}::{annotation(message)}"
