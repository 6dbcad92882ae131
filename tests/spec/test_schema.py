"""The JSON Schema that editors complete specs with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import DATA, load
from tokencost.catalog.schema import record_schema
from tokencost.reading.draft7 import draft7
from tokencost.reading.strict import read
from tokencost.spec.product import Product
from tokencost.spec.schema import spec_schema
from tokencost.units import SCALES, SPELLINGS, Unit

FOLDER = Path(__file__).parents[2] / "specs"
SPECS = sorted(path for path in FOLDER.glob("*.yaml") if "\naxes:" not in path.read_text(encoding="utf-8"))
GOOD = """
version: 1
name: base
task: text-to-image
output: {width: 1024, height: 1024}
quality: draft
latency: {p95: 120 s}
traffic: {peak: 0.5 req/s}
platform: {gpu: a100-80gb-sxm}
budget: {per_month: 20000 USD}
candidates: [emu3-gen, sdxl]
"""
WRONG = {
    "gpu: a100-80gb-sxm": ("gpu: ~", "gpu: ../../etc/passwd", "gpu: 'a%0A::add-mask::a'", "gpu: []", "engin: eager"),
    "quality: draft": ("quality: on", "quality: {tier: fine}", "quality: {geneval: high}", "qualty: draft"),
    "name: base": ("name: ~", "name: ''", "name: [a]", f"name: {'w' * 201}"),
    "version: 1": ("version: 2", "version: one", "verson: 1"),
    "width: 1024": ("width: 1024.5", "width: true", "width: 0", "width: -5", "width: 70000", "width: 0x400", "w: 1"),
    "p95: 120 s": (
        "p95: 10 GB",
        "p95: s",
        "p95: 120 M",
        "p95: 120 ѕ",
        "p95: -1 s",
        "p95: １２０ s",
        "p95: 9**9**9 s",
        "p95: 5",
        "p95: \"__import__('os').getcwd() s\"",
        "p90: 120 s",
        "",
        "p95: 120 Mis",
    ),
    "peak: 0.5 req/s": ("peak: 0.5", "peak: 0.5 req", "burstiness: 2", ""),
    "per_month: 20000 USD": (
        "per_month: 20000 s",
        "per_month: 20000 XYZ",
        "per_month: 20 000 USD",
        "per_month: $5",
        "",
    ),
    "task: text-to-image": ("task: text-to-imgae", "", "task: text-to-video", "task: image-to-text"),
    "output: {": ("input: {", "resolution: {", "output: {frames: 8, "),
    "[emu3-gen, sdxl]": ("[]", "[sdxl, sdxl]", "[a b]", "sdxl"),
}
"""A piece of a good spec -> what may not stand in its place, whatever the values mean."""
FINE = {
    "peak: 0.5 req/s": ("peak: 5e-1 req/s", "average: 30 req/min", "peak: 0.5 1/s", "trace: arrivals.csv"),
    "quality: draft": ("quality: {geneval: '>= 0.6'}", "quality: {tier: standard, unknown: accept}"),
    "gpu: a100-80gb-sxm": ("gpu: [l40s-48gb, h100-80gb-sxm]", "gpu: my-own-gpu", "parallelism: cfg2xulysses2"),
    "per_month: 20000 USD": (
        "per_month: 2e4 USD",
        "per_month: 20000USD",
        "per_month: 20 kUSD",
        "energy_per_asset: 1 Wh",
    ),
    "[emu3-gen, sdxl]": ("[emu3-gen]\nassume: {steps: 4, service_spread: 0.5}", "[EMU3-GEN, my-model]"),
}
"""The same, with what may."""


def swapped(places: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(old, new) for old, others in places.items() for new in others]


def faults(text: str) -> list[str]:
    data = read(text.encode(), "base.yaml").data
    return [error.message for error in Draft7Validator(spec_schema(load())).iter_errors(data)]


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema."""
    if isinstance(schema, dict):
        yield schema
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(value)


def test_every_key_of_a_spec_is_described() -> None:
    """An editor shows the description while somebody types."""
    properties = spec_schema()["properties"]

    assert set(Product.model_fields) == set(properties)
    assert all(len(each["description"]) > 10 for each in properties.values())


def test_every_reference_leads_to_a_definition() -> None:
    """Draft 7 keeps definitions under its own name."""
    schema = spec_schema()
    references = {part["$ref"].removeprefix("#/definitions/") for part in parts(schema) if "$ref" in part}

    assert references
    assert references <= set(schema["definitions"])
    assert "$defs" not in json.dumps(schema)


def test_unknown_keys_are_refused_and_null_is_nowhere() -> None:
    """The schema promises what the reader keeps."""
    schema = spec_schema()

    assert schema["additionalProperties"] is False
    assert not any(part.get("type") == "null" for part in parts(schema))
    assert {"version", "name", "task"} == set(schema["required"])


def test_every_schema_is_draft_seven() -> None:
    """
    Editors read draft 7 and pass over what they do not know, without a word.
    """
    schemas = [spec_schema(), spec_schema(load()), *(record_schema(kind) for kind in KINDS)]
    newer = {"$defs", "prefixItems", "unevaluatedProperties", "unevaluatedItems", "dependentRequired", "discriminator"}

    for schema in schemas:
        Draft7Validator.check_schema(schema)
        assert "http://json-schema.org/draft-07/schema#" == schema["$schema"]
        assert not [part for part in parts(schema) if newer & part.keys() or ("$ref" in part and len(part) > 1)]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_specs_of_the_package_are_valid(path: Path) -> None:
    """
    An editor that underlines a good spec is switched off.
    """
    assert not faults(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_records_of_the_catalogue_are_valid(kind: str) -> None:
    """
    They are the examples that people copy.
    """
    validator = Draft7Validator(record_schema(kind))
    records = {path: read(path.read_bytes(), path.name).data for path in sorted((DATA / kind).glob("*.yaml"))}

    assert records
    assert not [(path.name, error.message) for path, data in records.items() for error in validator.iter_errors(data)]


@pytest.mark.parametrize(("old", "new"), swapped(WRONG))
def test_what_the_reader_refuses_is_underlined(old: str, new: str) -> None:
    """
    Everything that can be seen without the catalogue and without arithmetic.
    """
    assert old in GOOD
    assert faults(GOOD.replace(old, new))


@pytest.mark.parametrize(("old", "new"), swapped(FINE))
def test_what_the_reader_takes_is_not(old: str, new: str) -> None:
    """
    Names of one's own catalogue stay allowed; the package's are suggestions.
    """
    assert old in GOOD
    assert not faults(GOOD.replace(old, new))


def test_names_of_the_catalogue_are_suggested() -> None:
    """
    Nobody remembers how a GPU is spelled.
    """
    suggested = {name for part in parts(spec_schema(load())) for name in part.get("enum", ())}

    assert {"emu3-gen", "sdxl", "a100-80gb-sxm", "vllm", "bf16", "sjd"} <= suggested


PREFIX, WRITTEN = st.sampled_from(sorted(SCALES)), st.sampled_from([*SPELLINGS, "s", "USD", "B", "J", "kg"])


@given(
    symbol=st.sampled_from(["s", "1/s", "USD", "USD/s", "B", "J", "kg", ""]),
    text=st.one_of(
        st.from_regex(r" ?[-+]?[0-9]{1,3}(\.[0-9]?)?(e[-+]?[0-9]{1,4})? ?[A-Za-z/%1]{0,4} ?", fullmatch=True),
        st.builds("{}{}{}".format, st.sampled_from(["1", "2.5 ", "-3 ", ".5", "1 000 "]), PREFIX, WRITTEN),
    ),
)  # fmt: skip
def test_a_pattern_matches_what_its_unit_reads(symbol: str, text: str) -> None:
    """
    The pattern is made from the table of units, and says the same.
    """
    unit = Unit(symbol)
    try:
        unit.parse(text)
    except ValueError:
        read_it = False
    else:
        read_it = True
    schema = {"pattern": unit.pattern}

    assert read_it == Draft7Validator(schema).is_valid(text)


def test_only_keywords_are_translated() -> None:
    """
    A property may be called like a keyword, a default may hold anything.
    """
    before = {
        "$defs": {"discriminator": {"prefixItems": [{"type": "string"}], "items": False}},
        "properties": {"title": {"$ref": "#/$defs/discriminator", "description": "d"}, "prefixItems": {"title": "x"}},
        "default": {"$defs": 1, "title": 2},
        "dependentRequired": {"a": ["b"]},
    }
    after = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "whole",
        "definitions": {"discriminator": {"items": [{"type": "string"}], "additionalItems": False}},
        "properties": {
            "title": {"description": "d", "allOf": [{"$ref": "#/definitions/discriminator"}]}, "prefixItems": {},
        },
        "default": {"$defs": 1, "title": 2},
        "dependencies": {"a": ["b"]},
    }  # fmt: skip

    assert after == draft7(before, "whole")
