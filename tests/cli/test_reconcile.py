"""`tokencost reconcile`: invoices beside forecasts, and forecasts in the columns of invoices."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.calling import POSTER, call
from tokencost.nouns.invoice import Charged, Invoice
from tokencost.planning.reconcile import reconciled
from tokencost.spec.invoice import GPU_HOUR

HEAD = (
    "BilledCost", "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd", "ChargeCategory", "ConsumedQuantity",
    "ConsumedUnit", "SkuId", "Tags",
)  # fmt: skip
JUNE = ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")
TAGGED = '{"product": "poster-1024"}'
MONTH = 730.0


def invoice(folder: Path, *rows: tuple[object, ...], head: tuple[str, ...] = HEAD) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows((head, *rows))
    (folder / "invoice.csv").write_text(text.getvalue(), encoding="utf-8")
    return str(folder / "invoice.csv")


def row(cost: object, hours: object, *, tags: str = TAGGED, **other: object) -> tuple[object, ...]:
    usual = {"currency": "USD", "start": JUNE[0], "end": JUNE[1], "category": "Usage", "unit": "Hours", "sku": ""}
    said = usual | other
    period = (said["start"], said["end"])
    return (cost, said["currency"], *period, said["category"], hours, said["unit"], said["sku"], tags)


def one_product(folder: Path, *rows: tuple[object, ...], flags: tuple[str, ...] = ()) -> dict[str, object]:
    called = call("reconcile", invoice(folder, *rows), POSTER, *flags, "--format", "json")
    assert 0 == called.code, called.err
    found: dict[str, object] = called.json["products"][0]
    return found


def parts(found: dict[str, object]) -> dict[str, float]:
    return {part["cause"]: part["usd"] for part in found["parts"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("spec", ["poster-1024", "thumbnails", "captions", "product-photos"])
def test_an_exported_forecast_is_read_back_without_error(tmp_path: Path, spec: str) -> None:
    """
    Row by row in the columns of an invoice, and to the cent the same.
    """
    path, table = str(Path(POSTER).with_name(f"{spec}.yaml")), str(tmp_path / "forecast.csv")
    assert 0 == call("plan", path, "--quick", "--format", "focus", "-o", table).code
    called = call("reconcile", table, path, "--format", "json", "--max-error", "0 %")

    assert 0 == called.code
    (found,) = called.json["products"]
    assert 0 == found["error_usd"]
    assert {0} == {part["usd"] for part in found["parts"]}
    assert [] == found["corrections"]


def test_a_forecast_has_the_columns_of_focus() -> None:
    """
    Names that cost tools know, the product in Tags, quantity times price the cost.
    """
    rows = list(csv.DictReader(io.StringIO(call("plan", POSTER, "--quick", "--format", "focus").out)))

    assert {"BilledCost", "EffectiveCost", "ListUnitPrice", "ChargeCategory", "ServiceName", "Tags"} <= set(rows[0])
    assert "poster-1024" == json.loads(rows[0]["Tags"])["product"]
    assert float(rows[0]["BilledCost"]) == pytest.approx(
        float(rows[0]["PricingQuantity"]) * float(rows[0]["ContractedUnitPrice"])
    )


def test_each_assumption_has_its_part_by_hand(tmp_path: Path) -> None:
    """
    June has 720 h: 1,440 GPU hours at 1.80 are forecast, 1,440 at 2.00 billed. All of the error is the price.
    """
    found = one_product(tmp_path, row(2880.0, 1440), flags=("--assets", f"poster-1024={720 * 3600 * 2}"))

    assert (2592.0, 2880.0, 288.0) == (found["forecast_usd"], found["actual_usd"], found["error_usd"])
    assert {"volume": 0, "usage per asset": 0, "price": 288.0, "other charges": 0} == parts(found)
    assert ["platform.price=2 USD/h"] == found["corrections"]
    assert 2880.0 == found["corrected_usd"]


def test_taxes_and_credits_are_no_price(tmp_path: Path) -> None:
    """
    What is charged for nothing that was used stands apart.
    """
    found = one_product(
        tmp_path, row(2592.0, 1440), row(518.4, "", category="Tax"), row(-100, "", category="Credit"),
        flags=("--assets", f"poster-1024={720 * 3600 * 2}"),
    )  # fmt: skip

    assert 418.4 == pytest.approx(parts(found)["other charges"])
    assert 0 == parts(found)["price"]


def test_hours_of_an_instance_count_for_each_of_its_gpus(tmp_path: Path) -> None:
    """
    180 hours of a machine with eight are 1,440 GPU hours.
    """
    found = one_product(tmp_path, row(2592.0, 180, sku="p4de.24xlarge"))

    assert 0 == found["error_usd"]


def test_without_a_count_of_assets_volume_and_usage_are_one(tmp_path: Path) -> None:
    """
    An invoice knows hours, not images.
    """
    found = one_product(tmp_path, row(2592.0 * 1.5, 2160))

    assert {"usage per asset": 1296.0, "price": 0, "other charges": 0} == parts(found)


def test_another_currency_is_converted_where_its_worth_is_said(tmp_path: Path) -> None:
    """
    2,400 EUR at 1.08 are 2,592 USD.
    """
    found = one_product(tmp_path, row(2400.0, 1440, currency="EUR"), flags=("--exchange", "EUR=1.08"))

    assert 0 == found["error_usd"]


def test_what_only_one_side_knows_is_named(tmp_path: Path) -> None:
    """
    Charges without a product, products without a forecast.
    """
    table = invoice(tmp_path, row(2592.0, 1440), row(50, 5, tags="{}"), row(70, 7, tags='{"product": "zoo"}'))
    called = call("reconcile", table, POSTER, "--format", "json")

    assert (50, {"zoo": 70}) == (called.json["unassigned_usd"], called.json["not_forecast"])


@pytest.mark.parametrize(("limit", "code"), [("12 %", 0), ("10 %", 3)])
def test_a_forecast_that_misses_is_a_verdict(tmp_path: Path, limit: str, code: int) -> None:
    """
    288 of 2,592 are 11 %.
    """
    assert code == call("reconcile", invoice(tmp_path, row(2880.0, 1440)), POSTER, "--max-error", limit).code


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((row("much", 1),), "invoice.csv:2: BilledCost is 'much'"),
        ((row(1, 1), row("nan", 1)), "invoice.csv:3: "),
        ((row(1, -1),), "nobody uses less than nothing"),
        ((row(1, 1, currency="EUR"),), "--exchange EUR=1.08"),
        ((row(1, 1, category="Gift"),), "FOCUS has Usage, Purchase, Tax"),
        ((row(1, 1, tags="product=x"),), "write a JSON object"),
        ((row(1, 1)[:-1],), "9 cells are due"),
        ((), "no charge stands below the columns"),
    ],
)
def test_a_mistake_in_an_invoice_is_told_with_its_line(
    tmp_path: Path, rows: tuple[tuple[object, ...], ...], said: str
) -> None:
    """
    Nothing is guessed and nothing dropped.
    """
    called = call("reconcile", invoice(tmp_path, *rows), POSTER)

    assert 2 == called.code
    assert said in called.err


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"a,b\n1,2\n", b'BilledCost,"x\n'])
def test_what_is_no_invoice_is_refused(tmp_path: Path, raw: bytes) -> None:
    """
    Never with a traceback.
    """
    (tmp_path / "invoice.csv").write_bytes(raw)

    assert 2 == call("reconcile", str(tmp_path / "invoice.csv"), POSTER).code


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--assets", "many"), "write name=number"),
        (("--exchange", "EUR=0"), "write name=number"),
        (("--max-error", "x"), "--max-error"),
    ],
)
def test_flags_that_make_no_sense_are_refused(tmp_path: Path, flags: tuple[str, ...], said: str) -> None:
    """
    With an example.
    """
    called = call("reconcile", invoice(tmp_path, row(1, 1)), POSTER, *flags)

    assert 2 == called.code
    assert said in called.err


money, counts, near = st.floats(1.0, 1e6), st.floats(1.0, 1e7), st.floats(0.05, 20.0)


@settings(max_examples=60)
@given(money, counts, counts, near, near, near, st.floats(-100.0, 100.0))
def test_parts_add_up_to_the_cent(
    cost: float, hours: float, assets: float, dearer: float, longer: float, more: float, tax: float
) -> None:
    """
    Whatever the sides, the parts are whole cents and their sum is the error.
    """
    billed = cost * dearer * longer * more
    forecast = Charged(product="p", cost=cost, usage=hours, unit=GPU_HOUR, assets=assets, model="m")
    actual = Charged(
        product="p", cost=billed, usage=hours * longer * more, unit=GPU_HOUR, assets=assets * more, other=tax
    )
    table = Invoice(file="i", period="", hours=0.0, products=(actual,), unassigned=0.0, rows=1)
    (found,) = reconciled(table, [forecast], {}, lambda file, overrides: None).products

    assert round((billed + tax - cost) * 100) == sum(round(part.amount * 100) for part in found.parts)
    assert all(abs(part.amount * 100 - round(part.amount * 100)) < 1e-3 for part in found.parts)
