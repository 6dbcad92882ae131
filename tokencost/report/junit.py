"""JUnit XML as Jenkins has it in junit-10.xsd: a suite per spec, a case per limit and rule, kept or broken."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from math import isfinite

from tokencost.nouns.check import Checked, Finding
from tokencost.report import sentences
from tokencost.report.escape import visible

LIMITED = ("latency", "budget", "quality")
"""Keys of a spec that hold limits."""
NO_LIMIT = "quality.unknown"
"""How to judge what nobody has measured."""


def checks(answer: Sequence[Checked]) -> str:
    """All specs."""
    root = ET.Element("testsuites", name="tokencost")
    for check in answer:
        _suite(root, check)
    return document(root)


def document(root: ET.Element) -> str:
    """An XML document, every character of which XML can carry."""
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, check: Checked) -> None:
    broken = _by_limit([found for found in check.findings if found.level == "fail"])
    warned = _by_limit([found for found in check.findings if found.level != "fail"])
    kept = [*limits(check.plan.spec), *check.rules]
    names = list(dict.fromkeys([*kept, *broken, *warned, *([] if broken else ["recommendation"])]))
    suite = add(root, "testsuite", name=check.plan.name, tests=str(len(names)), failures=str(len(broken)), errors="0")
    told(suite, check.plan.file)
    for name in names:
        case = add(suite, "testcase", classname=check.plan.name, name=name)
        for found in broken.get(name, ())[:1]:
            failure = add(case, "failure", message=sentences.told(found), type=found.rule)
            failure.text = "\n".join(visible(sentences.finding(check, other)) for other in broken[name])
        if name in warned:
            lines = (visible(sentences.finding(check, other)) for other in warned[name])
            ET.SubElement(case, "system-out").text = "\n".join(lines)


def told(suite: ET.Element, file: str) -> None:
    """Which file a suite is about; the schema has no place for it beside a case."""
    if file:
        add(ET.SubElement(suite, "properties"), "property", name="file", value=file)


def _by_limit(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        name = finding.rule if finding.stated else finding.path or finding.rule
        found.setdefault(name, []).append(finding)
    return found


def limits(spec: Mapping[str, object]) -> list[str]:
    """Dotted paths of the limits that a spec sets."""
    return [path for key in LIMITED for path in _paths(key, spec.get(key)) if path != NO_LIMIT]


def _paths(key: str, value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [path for name, part in value.items() for path in _paths(f"{key}.{name}", part)]
    unlimited = value is None or (isinstance(value, float) and not isfinite(value))
    return [] if unlimited else [key]


def add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    """A child element with visible text in its attributes."""
    return ET.SubElement(parent, tag, {key: visible(value) for key, value in attributes.items()})
