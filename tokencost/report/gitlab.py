"""GitLab's code quality report: one entry per broken limit, recognised again after an edit by its fingerprint."""

import re
from collections.abc import Sequence

from tokencost.nouns.check import Checked, Level
from tokencost.report.answers_json import written
from tokencost.report.escape import visible
from tokencost.report.numbers import Json
from tokencost.report.sarif import Result, fingerprints, results

SEVERITIES: dict[Level, str] = {"fail": "major", "warn": "minor", "note": "info"}


def checks(answer: Sequence[Checked]) -> str:
    """The broken limits of all specs."""
    return listed(results(answer))


def listed(found: Sequence[Result]) -> str:
    """A code quality report."""
    return written([_entry(result, mark) for result, mark in zip(found, fingerprints(found), strict=True)])


def _entry(result: Result, mark: str) -> Json:
    return {
        "description": visible(result.message),
        "check_name": result.rule,
        "fingerprint": mark,
        "severity": SEVERITIES[result.level],
        "location": {"path": _relative(result.file), "lines": {"begin": max(result.line, 1)}},
    }


def _relative(file: str) -> str:
    """A path as GitLab compares it, without `./`; what has no file is about the whole repository."""
    return re.sub(r"^(?:\./+)+", "", file) or "."
