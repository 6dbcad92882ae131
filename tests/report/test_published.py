"""Reports for CI systems follow the rules that these publish, whatever they are about."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import xmlschema
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from tests.report import cases
from tests.report.published import GITLAB, JUNIT, SARIF
from tests.report.test_parsed_back import NAMES
from tokencost.errors import Problem
from tokencost.report import renderer
from tokencost.report.problems import problems_in

XML = xmlschema.XMLSchema(JUNIT)


def valid_json(schema: dict[str, Any]) -> Callable[[str], None]:
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return lambda text: validator.validate(json.loads(text))


VALID: dict[str, Callable[[str], None]] = {
    "sarif": valid_json(SARIF),
    "gitlab": valid_json(GITLAB),
    "junit": lambda text: XML.validate(io.BytesIO(text.encode())),
}
formats = pytest.mark.parametrize("output_format", VALID)


@formats
def test_checks_follow_the_published_rules(output_format: str) -> None:
    """
    Passed, failed, several; with warnings, with a limit that has no place, and with rules of a budget file.
    """
    for answer in [*cases.ANSWERS["check"], [cases.ruled()], [cases.passed(f"n{n}") for n in range(30)]]:
        VALID[output_format](renderer("check", output_format)(answer))


@formats
def test_refusals_follow_the_published_rules(output_format: str) -> None:
    """
    A report that cannot be read hides why there is none.
    """
    one, bare = Problem("wrong", "./a.yaml", 1, 2, "output.width"), Problem("x")
    for problems in ([one], [bare], [one, bare] * 1000):
        VALID[output_format](problems_in(output_format, problems))


@formats
@given(name=NAMES)
@settings(max_examples=60)
def test_hostile_names_follow_the_published_rules(output_format: str, name: str) -> None:
    """
    In names, messages and files.
    """
    VALID[output_format](renderer("check", output_format)([cases.failed(name, file=name), cases.passed(name)]))


@pytest.mark.parametrize(
    ("output_format", "text"),
    [
        ("sarif", '{"version": "2.1.0", "$schema": "https://a", "runs": [{"tool": {"driver": {}}, "results": []}]}'),
        ("sarif", '{"version": "2.0.0", "$schema": "https://a", "runs": []}'),
        ("gitlab", '[{"description": "x", "check_name": "y", "fingerprint": "z", "severity": "bad", "location": {}}]'),
        ("junit", "<testsuites><testsuite name='a' tests='1'><testcase file='x' name='b'/></testsuite></testsuites>"),
        ("junit", "<testsuites><testsuite tests='1'/></testsuites>"),
    ],
)
def test_the_rules_refuse_what_breaks_them(output_format: str, text: str) -> None:
    """
    Otherwise the tests above would pass whatever is written.
    """
    with pytest.raises((ValidationError, xmlschema.XMLSchemaValidationError)):
        VALID[output_format](text)
