"""What changed: files, saved results and git revisions against each other."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Called, call
from tests.cli.repository import BASE, LARGER, commit, git, repository, write

SPEC = "specs/poster.yaml"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose working tree asks for more than its main branch."""
    folder = repository(tmp_path / "repo")
    write(folder, LARGER)
    monkeypatch.chdir(folder)
    return folder


def diff(*arguments: str, code: int = 0) -> Any:
    """The answer as JSON."""
    called = call("diff", *arguments, "--format", "json")
    assert code == called.code, called.err
    return called.json


def summed(parts: list[float]) -> Decimal:
    return sum((Decimal(repr(part)) for part in parts), Decimal())


def exact(found: Any) -> bool:
    """Whether causes add up to every change, lines to the total, and changes to what is afterwards, to the cent."""
    told = [*found["measures"], *found["lines"]]
    last = found["measures"][-1]
    return (
        all(summed(one["parts_usd"]) == Decimal(repr(one["change_usd"])) for one in told)
        and all(summed([one["before_usd"], one["change_usd"]]) == Decimal(repr(one["after_usd"])) for one in told)
        and summed([line["change_usd"] for line in found["lines"]]) == Decimal(repr(last["change_usd"]))
        and summed([line["after_usd"] for line in found["lines"]]) == Decimal(repr(last["after_usd"]))
    )


def paths(found: Any) -> list[list[str]]:
    return [[one["path"] for one in cause["altered"]] for cause in found["causes"]]


def test_causes_add_up_to_the_cent(repo: Path) -> None:
    """
    Finance adds the parts up; a cent that is missing is a cent that nobody believes.
    """
    write(repo, LARGER.replace("peak: 2", "peak: 9").replace("1.80", "2.10"))
    found = diff(f"main:{SPEC}", SPEC)

    assert exact(found)
    assert ["output.width", "output.height"] == paths(found)[0]
    assert found["measures"][-1]["change_usd"] > 0


def test_one_change_has_all_of_the_effect() -> None:
    """
    With the price doubled and nothing else the price is to blame for everything.
    """
    poster = str(Path(__file__).parents[2] / SPEC.replace("poster", "poster-512"))
    found = diff(poster, poster, "--set", "platform.price=3.60 USD/h")

    assert [["platform.price"]] == paths(found)
    assert [one["change_usd"] for one in found["measures"]] == [one["parts_usd"][0] for one in found["measures"]]
    assert all(one["after_usd"] == 2 * one["before_usd"] for one in found["measures"])


def test_the_same_spec_has_not_changed(repo: Path) -> None:
    """
    Other words for the same are no change: 120 requests a minute are two a second.
    """
    write(repo, BASE.replace("peak: 2 req/s", "peak: 120 req/min").replace("quality: draft", "quality: {tier: draft}"))
    found = diff(f"main:{SPEC}", SPEC, "--fail-on", "change", "--fail-on", "recommendation")

    assert ([], [0, 0]) == (found["causes"], [one["change_usd"] for one in found["measures"]])


@pytest.mark.parametrize(
    ("rule", "code"),
    [("increase", 3), ("10 %", 3), ("1000000 %", 0), ("10 %, 100 USD", 0), ("0.0000001 USD", 3), ("change", 3),
     ("per_month: 1 USD", 3), ("recommendation", 3), ("ten", 2), ("per_day: 1 USD", 2), ("10 EUR", 2)],
)  # fmt: skip
def test_fail_on_says_what_may_not_change(repo: Path, rule: str, code: int) -> None:
    """
    A share alone misfires on small amounts, so both may be asked for; then both have to be exceeded.
    """
    assert code == call("diff", f"main:{SPEC}", SPEC, "--fail-on", rule).code


def test_a_cheaper_product_is_no_increase(repo: Path) -> None:
    """
    The way back is allowed.
    """
    assert 0 == call("diff", SPEC, f"main:{SPEC}", "--fail-on", "increase").code


def test_an_unknown_price_is_never_within_limits(repo: Path) -> None:
    """
    Nobody knows what it costs now, so nobody may say that it costs no more.
    """
    write(repo, BASE.replace(", price: 1.80 USD/h", "").replace("a100-80gb-sxm", "l40-48gb"))
    called = call("diff", f"main:{SPEC}", SPEC, "--fail-on", "10 %")

    assert (3, True) == (called.code, "no cost per asset is known" in called.out)


def saved(folder: Path, *arguments: str) -> Path:
    """A result of `plan`."""
    path = folder / "plan.json"
    assert 0 == call("plan", SPEC, *arguments, "--format", "json", "-o", str(path)).code
    return path


def test_a_saved_result_is_what_its_spec_gives(repo: Path) -> None:
    """
    Same program, same records: the only difference is the spec.
    """
    path = saved(repo)

    assert ([], 0) == (diff(str(path), SPEC)["causes"], diff(str(path), SPEC)["measures"][-1]["change_usd"])


def edited(path: Path, change: Any) -> None:
    plan = json.loads(path.read_text())
    change(plan)
    path.write_text(json.dumps(plan))


def cheaper(plan: Any) -> None:
    """As if the catalogue had asked half the price, and the bill had been made from it."""
    for candidate in plan["candidates"]:
        cost = candidate["cost"]
        for line in cost["lines"]:
            line["price"], line["amount_usd"] = line["price"] / 2, line["amount_usd"] / 2
        cost["per_asset_usd"], cost["per_month_usd"] = cost["per_asset_usd"] / 2, cost["per_month_usd"] / 2


def older(plan: Any) -> None:
    """As if another version had sized a larger fleet."""
    plan["version"] = "0.0.9"
    for candidate in plan["candidates"]:
        cost = candidate["cost"]
        cost["per_asset_usd"], cost["per_month_usd"] = cost["per_asset_usd"] * 1.3, cost["per_month_usd"] * 1.3
        for line in cost["lines"]:
            line["quantity"], line["amount_usd"] = line["quantity"] * 1.3, line["amount_usd"] * 1.3


@pytest.mark.parametrize(
    ("changes", "kinds"), [([cheaper], ["price"]), ([older], ["version"]), ([older, cheaper], ["price", "version"])]
)
def test_what_a_saved_result_was_made_with_is_a_cause(repo: Path, changes: list[Any], kinds: list[str]) -> None:
    """
    A dearer GPU or a better model of it is not the fault of who changed the spec.
    """
    path = saved(repo)
    for change in changes:
        edited(path, change)
    found = diff(str(path), SPEC, "--set", "traffic.peak=9 req/s")

    assert ["spec", *kinds] == [cause["kind"] for cause in found["causes"]]
    assert exact(found)


def test_a_price_in_the_repository_is_a_cause(repo: Path) -> None:
    """
    The team's own records are read as they were at the revision.
    """
    free = BASE.replace(", price: 1.80 USD/h", "")
    git(repo, "switch", "-q", "main")
    write(repo, free)
    own = repo / "own"
    for folder, text in (
        ("sources", "house-quote:\n  title: Quote of the house\n  kind: price page\n"),
        (
            "prices",
            "id: house-a100\ngpu: a100-80gb-sxm\nprovider: house\ninstance: rack\ngpus_per_instance: 1\nregion: here\n"
            "term: on-demand\nlines:\n  - {since: 2026-01-01, price: 0.10 USD/h, source: house-quote}\n",
        ),
    ):
        (own / folder).mkdir(parents=True)
        (own / folder / ("house-a100.yaml" if folder == "prices" else "house.yaml")).write_text(text)
    commit(repo, "own prices")
    prices = own / "prices" / "house-a100.yaml"
    prices.write_text(prices.read_text().replace("0.10", "0.15"))
    found = diff(f"HEAD:{SPEC}", SPEC, "--catalog", "own")

    assert [("price", "0.1 USD/h", "0.15 USD/h")] == [
        (cause["kind"], one["before"], one["after"]) for cause in found["causes"] for one in cause["altered"]
    ]
    assert exact(found)


def test_a_trace_is_read_as_it_was(repo: Path) -> None:
    """
    Arrivals are part of the product; other arrivals under the same name are a cause.
    """
    git(repo, "switch", "-q", "-C", "traced", "main")
    write(repo, BASE.replace("traffic: {average: 1 req/s, peak: 2 req/s}", "traffic: {trace: arrivals.csv}"))
    arrivals = repo / "specs" / "arrivals.csv"
    arrivals.write_text("\n".join(str(n) for n in range(60)))
    commit(repo, "trace")
    arrivals.write_text("\n".join(str(n / 4) for n in range(60)))
    found = diff(f"HEAD:{SPEC}", SPEC)

    assert [["traffic.trace"]] == paths(found)
    assert exact(found)


@pytest.mark.parametrize(
    ("old", "code", "says"),
    [
        ("nowhere:specs/poster.yaml", 2, "git fetch origin nowhere"),
        ("main:specs/other.yaml", 4, "no such file at this revision"),
        ("--output:specs/poster.yaml", 2, ""),
        ("none.yaml", 4, "none.yaml"),
        ("none.json", 4, "none.json"),
    ],
)
def test_a_side_that_is_not_there_is_named(repo: Path, old: str, code: int, says: str) -> None:
    """
    A comparison with nothing would be no comparison.
    """
    called: Called = call("diff", old, SPEC)

    assert (code, "", True) == (called.code, called.out, says in called.err)


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "wrong.json:1:2: not JSON"), ('{"schema": "tokencost.check/1"}', "tokencost.plan/1"),
     ('{"schema": "tokencost.plan/1", "name": "a"}', "'candidates' is missing"), ("[]", "0 plans")],
)  # fmt: skip
def test_a_wrong_saved_result_is_explained(repo: Path, text: str, says: str) -> None:
    """
    Somebody saved another answer, or half of one.
    """
    (repo / "wrong.json").write_text(text)
    called = call("diff", "wrong.json", SPEC)

    assert (2, True) == (called.code, says in called.err), called.err
