import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from tests.report import cases
from tests.report.parse import RAW, active, parsed
from tokencost.report import formats, renderer
from tokencost.report.escape import annotation, annotation_property

COMMAND = re.compile(r"::error ([^:]*)::(.*)")


def commands(text: str) -> list[tuple[dict[str, str], str]]:
    matches = [COMMAND.fullmatch(line) for line in text.splitlines() if line.startswith("::")]
    return [(dict(part.split("=", 1) for part in m[1].split(",")), m[2]) for m in matches if m]


def test_annotations_stand_at_the_broken_limit() -> None:
    """
    A pull request shows the message beside the line that set the limit.
    """
    text = renderer("check", "github")([cases.failed()])
    (late, message), (dear, _) = commands(text)

    assert ("specs/poster.yaml", "9", "8") == (late["file"], late["line"], late["col"])
    assert "poster-studio: p95 is 301 s, the limit is 10 s" == message
    assert {"file", "title"} == set(dear)
    assert "\nfailed: poster-studio: " in text


@pytest.mark.parametrize("hostile", cases.HOSTILE)
def test_hostile_names_make_no_annotation_of_their_own(hostile: str) -> None:
    """
    Every command in the log is the program's, with exactly its own properties.
    """
    text = renderer("check", "github")(cases.NAMED["check"](cases.HOSTILE[hostile]))
    starting = [line for line in text.splitlines() if line.strip().startswith("::")]

    assert 2 == len(starting) == len(commands(text))
    assert all(set(properties) <= {"file", "line", "col", "title"} for properties, _ in commands(text))
    assert "%0A::" not in text


@pytest.mark.parametrize("output_format", formats("check"))
@pytest.mark.parametrize("hostile", cases.HOSTILE)
def test_what_owners_of_budgets_write_stays_text(hostile: str, output_format: str) -> None:
    """
    An owner, a message, a reason or the name of a file may hold what a log, a page or a spreadsheet would obey.
    """
    render = renderer("check", output_format)
    innocent, text = render([cases.ruled("innocent")]), render([cases.ruled(cases.HOSTILE[hostile])])

    assert parsed(output_format, text) is not None
    assert not RAW.search(text)
    assert not active(output_format, text) - active(output_format, innocent)


def test_annotations_come_gravest_first() -> None:
    """
    GitHub shows ten of each kind; what stops the merge must be among them.
    """
    check = cases.ruled()
    text = renderer("check", "github")([replace(check, findings=check.findings[::-1])])

    assert ["error", "warning", "notice"] == [line.split(" ")[0].strip(":") for line in text.splitlines()[:3]]


def test_many_findings_are_counted_not_lost() -> None:
    """
    GitHub shows ten annotations of a step; the report below has all.
    """
    check = cases.failed()
    text = renderer("check", "github")([replace(check, findings=check.findings[:1] * 25)])

    assert 10 == len(commands(text))
    assert "15 more findings below" in text
    assert 25 == sum(line.startswith("✘ specs/poster.yaml:9:8") for line in text.splitlines())


def test_workflow_values_are_escaped() -> None:
    """
    The runner decodes %25, %3A and %2C.
    """
    assert "100%25\\n" == annotation("100%\n")
    assert "a%2Cline=1%3A" == annotation_property("a,line=1:")


def test_sarif_names_rules_and_places() -> None:
    """
    Code scanning opens the file at the region and follows a finding by its fingerprint.
    """
    check = cases.failed(file="a b/späť.yaml")
    log = parsed("sarif", renderer("check", "sarif")([check]))
    run = log["runs"][0]
    late, dear = run["results"]
    place = late["locations"][0]["physicalLocation"]

    assert "2.1.0" == log["version"]
    assert {"latency", "budget"} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert "a b/späť.yaml" == unquote(place["artifactLocation"]["uri"])
    assert {"startLine": 9, "startColumn": 8} == place["region"]
    assert "region" not in dear["locations"][0]["physicalLocation"]


def test_fingerprints_survive_edits_and_differ() -> None:
    """
    GitLab shows the first of equal fingerprints, and an edit above must not make a finding new.
    """
    check = cases.failed()
    moved = replace(check, findings=tuple(replace(f, line=f.line + 5, message="changed") for f in check.findings))
    twice = replace(check, findings=check.findings * 2)
    marks, after, doubled = (
        [entry["fingerprint"] for entry in parsed("gitlab", renderer("check", "gitlab")([c]))]
        for c in (check, moved, twice)
    )

    assert marks == after
    assert 4 == len(set(doubled))


def test_gitlab_entries_have_what_gitlab_asks_for() -> None:
    """
    An entry without one of these is ignored.
    """
    late, dear = parsed("gitlab", renderer("check", "gitlab")([cases.failed()]))

    assert {"description", "check_name", "fingerprint", "severity", "location"} == set(late)
    assert {"path": "specs/poster.yaml", "lines": {"begin": 9}} == late["location"]
    assert 1 == dear["location"]["lines"]["begin"]
    assert [] == parsed("gitlab", renderer("check", "gitlab")([cases.passed()]))


def test_junit_has_a_case_for_every_limit_kept_or_broken() -> None:
    """
    A test report that lists only failures cannot show that a limit is checked at all.
    """
    root = parsed("junit", renderer("check", "junit")([cases.passed(), cases.failed("b")]))
    kept, broken = root.findall("testsuite")

    assert ["latency.p95", "recommendation"] == [case.get("name") for case in kept.iter("testcase")]
    assert ["latency.p95", "budget.per_month"] == [case.get("name") for case in broken.iter("testcase")]
    assert (0, 2) == (len(kept.findall(".//failure")), len(broken.findall(".//failure")))
    assert "2" == broken.get("failures")
