"""`tokencost prices`, prices in specs, and what is said about their age."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.calling import POSTER, Called, call

NOVEMBER = "1795305600"
"""22 November 2026, in seconds since 1970."""
SPEC = """
version: 1
name: posters
task: text-to-image
output: {width: 1024, height: 1024}
quality: draft
traffic: {average: 2 req/s}
platform: {price: {provider: aws, region: us-east-1, term: spot, discount: 10 %, interrupted: 5 %}}
candidates: [sdxl]
"""


@pytest.fixture
def november(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day on which every shipped price is old."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOVEMBER)


def plan(folder: Path, *flags: str) -> Called:
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return call("plan", str(folder / "spec.yaml"), "--quick", *flags)


def test_a_list_says_who_where_on_which_terms_since_when_and_how_old() -> None:
    """
    A price without its day and its source is a rumour.
    """
    shown = call("prices", "list", "--gpu", "a100-80gb-sxm", "--today", "2026-11-22")

    assert (0, "") == (shown.code, shown.err)
    for part in ("AWS", "eu-central-1", "DE", "on-demand", "spot", "4.286", "2026-07-01", "144", "[skypilot-catalog"):
        assert part in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


def test_programs_get_dates_and_no_ages() -> None:
    """
    The same book gives the same bytes tomorrow.
    """
    first, later = (
        call("prices", "list", "--gpu", "h200", "--format", "json", "--today", day)
        for day in ("2026-11-22", "2027-11-22")
    )

    assert first.out == later.out
    assert "age" not in first.json["prices"][0]
    assert {"2024-12-01", "2026-07-01"} == {price["since"] for price in first.json["prices"]}


@pytest.mark.parametrize(
    ("flags", "few"),
    [
        (("--residency", "eu"), {"DE", "IE", "SE", "ES", "NL"}),
        (("--residency", "uk"), {"GB"}),
        (("--region", "us-east-1"), {"US"}),
    ],
)
def test_a_residency_is_a_set_of_countries(flags: tuple[str, ...], few: set[str]) -> None:
    """
    London is no part of the EU, whatever its region is called; where nobody knows the country the offer is left out.
    """
    rows = list(csv.DictReader(io.StringIO(call("prices", "list", *flags, "--format", "csv").out)))

    assert rows
    assert few >= {row["country"] for row in rows}


def test_published_tokens_stand_beside_the_price_per_image() -> None:
    """
    272, 1,056 and 4,160 tokens are what a square of gpt-image-1 comes out as.
    """
    prices = call("prices", "list", "--model", "gpt-image-1", "--format", "json").json["prices"]
    square = {price["term"]: price["tokens"] for price in prices if price["term"].endswith("1024x1024")}

    assert {"low 1024x1024": 272, "medium 1024x1024": 1056, "high 1024x1024": 4160} == square


def test_what_is_not_used_says_why() -> None:
    """
    Three pages give three prices of one GPU; none of them is taken.
    """
    shown = call("prices", "list", "--conflicts", "--gpu", "rtx-4090")

    assert "three second-hand pages give three prices" in " ".join(shown.out.split())
    assert "0 prices" in call("prices", "list", "--gpu", "rtx-4090").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--gpu", "a100-80gb-smx"), "did you mean a100-80gb-sxm"),
        (("list", "--provider", "awz"), "did you mean aws"),
        (("list", "--residency", "europe"), "known: ca, eea, eu, jp, uk, us"),
        (("list", "--today", "tomorrow"), "write a day"),
        (("show", "aws-a100"), "did you mean"),
        (("add", "a100-80gb-sxm"), "give --price, --provider, --source"),
        (("add", "a100-80gb-sxm", "--price", "0 USD/h", "--provider", "x", "--source", "y"), "above 0"),
        (("add", "a100-80gb-smx", "--price", "1 USD/h", "--provider", "x", "--source", "y"), "a100-80gb-sxm"),
        (("add", "gpt-image-1", "--price", "1 USD/h", "--provider", "x", "--source", "y"), "not a price in USD"),
    ],
)
def test_what_does_not_exist_is_named(arguments: tuple[str, ...], said: str) -> None:
    """
    With the nearest that does.
    """
    called = call("prices", *arguments)

    assert 2 == called.code
    assert said in called.err


def test_a_price_of_ones_own_is_a_line_more(tmp_path: Path) -> None:
    """
    A new price is a new line; the old one stays and is shown as history.
    """
    for price, day in (("1.10", "2026-01-01"), ("1.00", "2026-07-01")):
        called = call(
            "prices", "add", "a100-80gb-sxm", "--price", f"{price} USD/h", "--provider", "House", "--source",
            "Contract, annex B", "--since", day, "--country", "DE", "--catalog", str(tmp_path),
        )  # fmt: skip
        assert 0 == called.code, called.err
    book = (tmp_path / "prices" / "added.csv").read_text(encoding="utf-8").splitlines()
    shown = call("prices", "show", called.out.split(":")[0], "--catalog", str(tmp_path), "--format", "json").json

    assert [1.1, 1.0] == [line["price"] for line in shown["lines"]]
    assert 3 == len(book)
    assert "Contract" == shown["sources"][0]["title"]


def test_a_price_of_an_api_is_a_line_too(tmp_path: Path) -> None:
    """
    A negotiated price per image takes the place of the list price where it is cheaper.
    """
    called = call(
        "prices", "add", "gpt-image-1", "--price", "0.008 USD", "--provider", "OpenAI", "--source", "Our agreement",
        "--variant", "low, agreed", "--catalog", str(tmp_path),
    )  # fmt: skip
    asked = ("compare", "--res", "1024", "--models", "gpt-image-1", "--format", "json")
    (agreed,) = call(*asked, "--catalog", str(tmp_path)).json["candidates"]
    (listed,) = call(*asked).json["candidates"]

    assert 0 == called.code, called.err
    assert (0.008, 0.011) == (agreed["cost"]["per_asset_usd"], listed["cost"]["per_asset_usd"])


def test_a_line_that_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    """
    A book with a mistake would stop every command.
    """
    called = call(
        "prices", "add", "a100-80gb-sxm", "--price", "1 USD/h", "--provider", "House", "--source", "Contract", "--term",
        "weekly", "--catalog", str(tmp_path),
    )  # fmt: skip

    assert 2 == called.code
    assert "term is 'weekly'" in called.err
    assert [] == list(tmp_path.iterdir())


def test_a_spec_takes_the_offers_that_it_names(tmp_path: Path) -> None:
    """
    Spot of AWS in us-east-1, less 10 %, with one hour in twenty lost: each a line of the bill with its day.
    """
    cost = plan(tmp_path, "--format", "json").json["candidates"][0]["cost"]
    names = [line["name"] for line in cost["lines"]]

    assert ["GPUs, spot", "GPUs, spot, discount", "GPUs, spot, lost to interruptions"] == [
        n for n in names if "beyond" not in n
    ]
    assert cost["per_month_usd"] == pytest.approx(sum(line["amount_usd"] for line in cost["lines"]))
    assert {"2026-07-01"} == {line["since"] for line in cost["lines"]}


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("{provider: awz}", "no provider of the price book is called 'awz'; did you mean AWS"),
        ("{region: [us-east-1, mars]}", "no region of the price book is called 'mars'"),
        ("{residency: europe}", "no residency of the price book is called 'europe'"),
        ("{term: weekly}", "'weekly' is not known here"),
        ("{rate: 1.60 EUR/h}", "the only currency is USD"),
        ("{rate: 2 USD/h, provider: aws}", "write rate or provider"),
        ("{floor: 2 USD/h}", "floor says more about discount; add discount"),
        ("{discount: 100 %}", "it has to be less than 1"),
        ("{term: on-demand, interrupted: 5 %}", "only spot is interrupted"),
        ("{interrupted: 5 %}", "only spot is interrupted"),
        ("{provider: aws, committed_use: 50 %}", "nothing is committed"),
        ("{term: spot, committed_use: 50 %}", "nothing is committed spot"),
        ("{rate: 1 USD/h, since: yesterday}", "is not a date"),
        ("{rate: 1 CHF/h, exchange: {usd: 1.1, since: 2026-02-20}}", "the only currency is USD"),
        ("{rate: 1 EUR/h, exchange: {currency: euro, usd: 1.1, since: 2026-02-20}}", "is not a currency"),
        ("{}", "nothing stands here"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(tmp_path: Path, price: str, said: str) -> None:
    """
    With its place and what would be right.
    """
    (tmp_path / "spec.yaml").write_text(SPEC.split("platform:")[0] + f"platform: {{price: {price}}}\n", "utf-8")
    called = call("plan", str(tmp_path / "spec.yaml"), "--quick")

    assert 2 == called.code
    assert said in " ".join(called.err.split())
    assert "spec.yaml:8:" in called.err


def test_another_currency_needs_a_dated_rate(tmp_path: Path) -> None:
    """
    1.60 EUR/h at 1.10 USD are 1.76 USD/h, as of that day.
    """
    price = "{rate: 1.60 EUR/h, exchange: {currency: EUR, usd: 1.10, since: 2026-02-20}}"
    cost = plan(tmp_path, "--format", "json", "--set", f"platform.price={price}").json["candidates"][0]["cost"]

    assert 1.76 == pytest.approx(cost["price_usd_per_gpu_hour"])
    assert {"2026-02-20"} == {line["since"] for line in cost["lines"]}


@pytest.mark.usefixtures("november")
def test_an_old_price_is_a_warning(tmp_path: Path) -> None:
    """
    On standard error, once, unless nobody wants to hear it.
    """
    loud, quiet = plan(tmp_path), plan(tmp_path, "--quiet")

    assert (0, 0, "") == (loud.code, quiet.code, quiet.err)
    assert loud.err.startswith("warning: price seen 144 days before 2026-11-22 (more than 90): AWS")
    assert loud.out == quiet.out


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize(("age", "code"), [("90 days", 3), ("200 days", 0)])
def test_a_price_past_the_limit_fails_the_gate(tmp_path: Path, age: str, code: int) -> None:
    """
    A cost plan with a stale price is wrong, however exact its seconds are.
    """
    (tmp_path / "spec.yaml").write_text(f"{SPEC}budget: {{max_price_age: {age}}}\n", encoding="utf-8")
    called = call("check", str(tmp_path / "spec.yaml"), "--format", "json")

    assert code == called.code
    assert ("a price of 2026-07-01 is too old, seen before 2026-08-24" in called.out) == (code == 3)
    assert code == 0 or "budget.max_price_age" in called.out


def test_a_price_of_ones_own_without_a_day_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Nobody knows its age.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOVEMBER)
    called = call("check", POSTER, "--set", "budget.max_price_age=30 days")

    assert "too old" not in called.out


def test_the_cheapest_place_is_ranked_and_beats_the_api() -> None:
    """
    Three models anywhere: places by cost, what runs nowhere with its reason, and the volume that pays a fleet.
    """
    called = call("compare", "--res", "1024", "--models", "sdxl,emu3-gen,gpt-image-1", "--where", "any")
    found = call(
        "compare", "--res", "1024", "--models", "sdxl,gpt-image-1", "--where", "any", "--terms", "on-demand",
        "--format", "json",
    ).json  # fmt: skip
    (even,) = found["break_even"]

    assert 0 == called.code
    assert "sdxl beats gpt-image-1 at OpenAI (low 1024x1024)" in " ".join(called.out.split())
    assert "exceed its 9,216 positions" in " ".join(called.out.split())
    assert even["usd_per_month"] == pytest.approx(even["assets_per_month"] * 0.011)
    assert max(map(len, called.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--residency", "eu"), "need --where any"),
        (("--where", "awz"), "--where 'awz' is not in the price book; did you mean AWS"),
        (("--where", "any", "--regions", "us-east-9"), "did you mean us-east"),
        (("--where", "any", "--terms", "weekly"), "is not in the price book"),
        (("--where", "any", "--among", "a100-80"), "no GPU is called"),
    ],
)
def test_places_that_do_not_exist_are_named(flags: tuple[str, ...], said: str) -> None:
    """
    With the nearest that does.
    """
    called = call("compare", "--res", "1024", "--models", "sdxl", *flags)

    assert 2 == called.code
    assert said in called.err


def test_a_spec_is_placed_with_its_traffic() -> None:
    """
    Its fleet, in whole instances, at every offer of the countries that are allowed.
    """
    found = call(
        "compare", "--where", "any", "--residency", "eu", "--spec", POSTER, "--models", "sdxl-dmd2", "--format", "csv"
    )
    rows = list(csv.DictReader(io.StringIO(found.out)))

    assert rows
    assert {"DE", "IE", "SE", "ES", "NL"} >= {row["country"] for row in rows}
    assert all(float(row["usd_per_month"]) > 0 for row in rows)
