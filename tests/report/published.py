"""Rules of the formats that CI systems read, written down here from what their makers publish.

No package of a known licence ships these schemas, so the rules stand here in our own words, for the objects that
reports use, each closed to the properties that its standard names.
"""

from typing import Any

TEXT = {"type": "string", "minLength": 1}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object with these properties and no other."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


MESSAGE = closed(["text"], text={"type": "string"})
REGION = closed([], startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1})
PLACE = closed(
    ["artifactLocation"],
    artifactLocation=closed(["uri"], uri={"type": "string", "format": "uri-reference", "minLength": 1}),
    region=REGION,
)
RULE = closed(
    ["id", "shortDescription", "fullDescription", "help"],
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
)
RESULT = closed(
    ["message", "ruleId"],
    ruleId=TEXT,
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations={"type": "array", "items": closed([], physicalLocation=PLACE)},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    relatedLocations={"type": "array", "items": closed([], physicalLocation=PLACE, message=MESSAGE)},
    properties={"type": "object"},
)
SARIF: dict[str, Any] = closed(
    ["version", "runs", "$schema"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "minItems": 1,
        "items": closed(
            ["tool", "results"],
            tool=closed(
                ["driver"],
                driver=closed(
                    ["name"], name=TEXT, version=TEXT, rules={"type": "array", "items": RULE, "uniqueItems": True}
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results={"type": "array", "items": RESULT, "maxItems": 25_000},
        ),
    },
)
"""SARIF 2.1.0 (OASIS standard, 27 March 2020, sections 3.13 to 3.49, properties 3.8) as GitHub's "SARIF support
for code scanning" limits it: rules with descriptions, at most 25,000 results in a run."""

GITLAB: dict[str, Any] = {
    "type": "array",
    "items": closed(
        ["description", "check_name", "fingerprint", "severity", "location"],
        description=TEXT,
        check_name=TEXT,
        fingerprint=TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=closed(
            ["path", "lines"],
            path={"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
            lines=closed(["begin"], begin={"type": "integer", "minimum": 1}),
        ),
    ),
}
"""GitLab documentation, "Code Quality report format": a path relative to the repository, without `./`."""

SAID = '<xs:attribute name="{0}" type="xs:string" use="{1}"/>'


def _attributes(required: str, optional: str) -> str:
    named = [(name, "required") for name in required.split()] + [(name, "optional") for name in optional.split()]
    return "".join(SAID.format(*each) for each in named)


def _children(*names: str) -> str:
    return "".join(f'<xs:element ref="{name}" minOccurs="0" maxOccurs="unbounded"/>' for name in names)


def _element(name: str, inside: str, attributes: str, mixed: str = "false") -> str:
    sequence = f"<xs:sequence>{inside}</xs:sequence>" if inside else ""
    shape = f'<xs:complexType mixed="{mixed}">{sequence}{attributes}</xs:complexType>'
    return f'<xs:element name="{name}">{shape}</xs:element>'


COUNTS = "tests failures errors time disabled skipped timestamp hostname id package"
JUNIT = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    + _element("failure", "", _attributes("", "type message"), "true")
    + _element("error", "", _attributes("", "type message"), "true")
    + '<xs:element name="skipped" type="xs:string"/><xs:element name="system-out" type="xs:string"/>'
    + '<xs:element name="system-err" type="xs:string"/>'
    + _element("property", "", _attributes("name value", ""))
    + _element("properties", _children("property"), "")
    + _element(
        "testcase",
        _children("skipped", "error", "failure", "system-out", "system-err"),
        _attributes("name", "assertions time classname status"),
    )
    + _element(
        "testsuite",
        _children("properties", "testcase", "system-out", "system-err"),
        _attributes("name tests", COUNTS.removeprefix("tests ")),
    )
    + _element("testsuites", _children("testsuite"), _attributes("", f"name {COUNTS.partition(' timestamp')[0]}"))
    + "</xs:schema>"
)
"""The elements, their order and their attributes as Jenkins' xUnit plugin lists them in junit-10.xsd."""
