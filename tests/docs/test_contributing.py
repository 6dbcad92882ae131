"""What CONTRIBUTING.md shows can be copied: records are used whole, and explain knows where their numbers come from."""

import math
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import call
from tests.docs.reading import ROOT, files, write_files

PAGE = ROOT / "CONTRIBUTING.md"
ESTIMATE = ("mosaic-2b", "--gpu", "acme-x1-64gb", "--engine", "house-runtime")


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A catalogue folder with every record of the page."""
    write_files(PAGE, tmp_path)
    return str(tmp_path / "own")


def numbers(value: Any) -> list[float]:
    """Every number inside."""
    if isinstance(value, dict | list):
        return [n for inner in (value.values() if isinstance(value, dict) else value) for n in numbers(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_there_is_a_record_of_every_kind() -> None:
    """
    A GPU, a model, an engine and a price are what people add.
    """
    assert {"gpus", "models", "engines", "prices", "sources"} == {name.split("/")[1] for name in files(PAGE)}


def test_a_model_is_one_file() -> None:
    """
    A language model that writes image tokens brings no second record but its source.
    """
    assert not [name for name in files(PAGE) if "networks" in name or "tokenizers" in name]


def test_an_estimate_of_all_of_them_is_finite(own: str) -> None:
    """
    A number that is missing would show as zero or infinite time.
    """
    called = call("estimate", *ESTIMATE, "--catalog", own, "--format", "json")
    found = called.json

    assert (0, "") == (called.code, called.err)
    assert all(math.isfinite(number) for number in numbers(found))
    assert found["latency"]["seconds"] > 0


def test_the_price_is_the_one_of_the_page(own: str) -> None:
    """
    Nobody else sells that GPU.
    """
    found = call("estimate", *ESTIMATE, "--catalog", own, "--format", "json").json

    assert pytest.approx(2.40) == found["cost"]["price_usd_per_gpu_hour"]


@pytest.mark.parametrize(
    "source", ["mosaic-config, config.json", "mosaic-config, tokenizer.json", "acme-x1-datasheet", "house-runtime-runs"]
)
def test_explain_shows_the_sources_of_the_page(own: str, source: str) -> None:
    """
    Sources of a shape inside a model reach the derivation, those of a field as well as those of the whole.
    """
    called = call("explain", *ESTIMATE, "--catalog", own, "--format", "json")

    assert 0 == called.code
    assert source in called.out
