"""Answers for pages and spreadsheets: the figures of the JSON, in Markdown and CSV."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.calling import POSTER, call
from tests.cli.test_reconcile import invoice, row
from tests.cli.test_sweep import SWEEP
from tokencost.catalog import named

OLD = ("prices", "list", "--gpu", "a100-80gb-sxm", "--today", "2026-11-22")


def cells(table: str) -> list[list[str]]:
    """Rows of the tables of a page."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]


def test_a_price_list_is_a_page_with_a_row_for_each_price() -> None:
    """
    Providers and prices are those of the JSON.
    """
    page, found = call(*OLD, "--format", "markdown"), call(*OLD, "--format", "json").json
    shown = {(line[1], line[2]) for line in cells(page.out)}

    assert (0, "") == (page.code, page.err)
    assert {(offer["provider"], offer["region"]) for offer in found["prices"]} <= shown
    assert page.out.startswith(f"**{len(found['prices'])} prices, as of 2026-11-22;")


def test_prices_that_were_set_aside_are_a_page() -> None:
    """
    Each with the reason why nothing counts with it.
    """
    asked = ("prices", "list", "--conflicts", "--format")
    page, found = call(*asked, "markdown"), call(*asked, "json").json["set_aside"]

    assert (0, "") == (page.code, page.err)
    assert page.out.startswith(f"**{len(found)} prices set aside, used nowhere**")
    assert all(one["what"] in page.out for one in found)


def test_invoices_beside_forecasts_are_a_page_and_a_spreadsheet(tmp_path: Path) -> None:
    """
    Forecast, invoice and what moved between them.
    """
    asked = ("reconcile", invoice(tmp_path, row(9000, 4000)), POSTER)
    (product,) = call(*asked, "--format", "json").json["products"]
    page, sheet = call(*asked, "--format", "markdown"), call(*asked, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(sheet.out)))

    assert (0, 0) == (page.code, sheet.code)
    assert "poster-1024" in page.out
    assert "9,000" in page.out
    assert any(str(product["actual_usd"]).removesuffix(".0") in line.values() for line in rows), rows


def test_the_summary_of_a_sweep_is_a_page(tmp_path: Path) -> None:
    """
    With the points that it speaks of.
    """
    document = tmp_path / "sweep.yaml"
    document.write_text(SWEEP, encoding="utf-8")
    page = call("sweep", str(document), "--format", "markdown", "--quiet")

    assert (0, "") == (page.code, page.err)
    assert "16" in page.out.splitlines()[0]


def test_a_model_for_another_task_says_so(tmp_path: Path) -> None:
    """
    Whoever names a captioning model for pictures reads why it is out, beside those that can.
    """
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "version: 1\nname: x\ntask: text-to-image\noutput: {width: 512, height: 512}\nquality: draft\n"
        "candidates: [llava-1.6-7b, sdxl-turbo]\n",
        encoding="utf-8",
    )
    called = call("plan", str(spec), "--quick", "--format", "json")

    assert 0 == called.code, called.err
    assert ["does image-to-text, not text-to-image"] == [
        violation["message"] for one in called.json["candidates"] for violation in one["violations"]
    ]


def test_names_are_known_where_only_the_index_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    A shell completes names also where their small file is missing.
    """
    stored = named.names("models")
    monkeypatch.setattr(named, "NAMES", tmp_path / "missing.json")

    assert stored == named.names("models")
    assert stored["sdxl"][0].endswith("(diffusion)")
