"""A refused input, told to people on stderr and to programs in the format they asked for; never long."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import replace

from tokencost.errors import Problem
from tokencost.report import github, gitlab, junit, sarif
from tokencost.report.answers_json import written
from tokencost.report.escape import INVISIBLE, markdown_line, terminal, visible
from tokencost.report.numbers import Json

LIMIT = 28 * 1024
"""Bytes of one stream; stdout and stderr together stay below 64 KiB."""
LONGEST = 500
"""Characters of one message, frame line or file name."""
RULE = "invalid-input"
COMMAND = re.compile(rf"{INVISIBLE.pattern}|##(?=\[)|^\s*::")
"""The sign to replace is the last one: what cannot be seen, or what a CI system would take for its command."""

Problems = Sequence[Problem]


def problems_text(problems: Problems) -> str:
    """For people: `file:line:col: path: message` and the place, then how many there are."""
    return _fitting(problems, _listed)


def problems_in(output_format: str, problems: Problems) -> str:
    """What stands on stdout in this format when an input is refused; empty for formats that people read."""
    render = FORMATS.get(output_format)
    return _fitting(problems, render) if render else ""


def _fitting(problems: Problems, render: Callable[[Problems, int], str]) -> str:
    """As many problems as fit, and how many were left out."""
    shown = [_short(problem) for problem in problems[:1000]]
    text = render(shown, len(problems) - len(shown))
    while len(text.encode("utf-8", "backslashreplace")) > LIMIT and shown:
        shown = shown[: len(shown) // 2]
        text = render(shown, len(problems) - len(shown))
    return text


def _short(problem: Problem) -> Problem:
    return replace(
        problem,
        message=_cut(problem.message),
        file=_cut(problem.file),
        path=_cut(problem.path),
        frame="\n".join(_cut(line) for line in problem.frame.split("\n")[:6]),
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} (cut)"


def found(problems: Problems, left_out: int) -> str:
    """`Found 3 problems.`"""
    number = len(problems) + left_out
    more = f" {left_out} are not shown." if left_out else ""
    return f"Found {number} problem{'' if number == 1 else 's'}.{more}"


def _listed(problems: Problems, left_out: int) -> str:
    parts = [line for problem in problems for line in (terminal(str(problem)), *_frame(problem))]
    return "\n".join([*parts, found(problems, left_out)])


def _frame(problem: Problem) -> list[str]:
    """The lines around the place; escapes would move what the caret points at, so one sign stands for one sign."""
    return [f"  {COMMAND.sub(_defused, line)}" for line in problem.frame.split("\n") if line]


def _defused(match: re.Match[str]) -> str:
    return f"{match[0][:-1]}\ufffd"


def _json(problems: Problems, left_out: int) -> str:
    entries: list[Json] = [
        {"file": p.file, "line": p.line, "column": p.column, "path": p.path, "message": p.message} for p in problems
    ]
    more: dict[str, Json] = {"left_out": left_out} if left_out else {}
    return written({"schema": "tokencost.problems/1", "problems": entries, **more})


def _github(problems: Problems, left_out: int) -> str:
    commands = [github.error(p.file, p.line, p.column, "invalid input", _said(p)) for p in problems[: github.SHOWN]]
    return "\n".join([*commands, found(problems, left_out)]) + "\n"


def _said(problem: Problem) -> str:
    return f"{problem.path}: {problem.message}" if problem.path else problem.message


def _results(problems: Problems) -> list[sarif.Result]:
    return [
        sarif.Result(rule=RULE, message=_said(p), file=p.file, line=p.line, column=p.column, about=p.path)
        for p in problems
    ]


def _sarif(problems: Problems, left_out: int) -> str:
    return sarif.log(_results(problems))


def _gitlab(problems: Problems, left_out: int) -> str:
    return gitlab.listed(_results(problems))


def _junit(problems: Problems, left_out: int) -> str:
    """One errored case: a refused input was never tested."""
    root = ET.Element("testsuites", name="tokencost")
    suite = junit.add(root, "testsuite", name="input", tests="1", failures="0", errors="1")
    junit.told(suite, problems[0].file if problems else "")
    case = junit.add(suite, "testcase", classname="input", name=RULE)
    error = junit.add(case, "error", message=found(problems, left_out), type=RULE)
    error.text = "\n".join(visible(str(problem)) for problem in problems)
    return junit.document(root)


def _markdown(problems: Problems, left_out: int) -> str:
    lines = [f"- {markdown_line(str(problem))}" for problem in problems]
    return "\n".join([f"**{found(problems, left_out)}**", "", *lines]) + "\n"


FORMATS: dict[str, Callable[[Problems, int], str]] = {
    "json": _json,
    "github": _github,
    "sarif": _sarif,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
}
