"""Locks: what specs are computed with is pinned, and anything else is refused by name."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.calling import SPECS, Called, call
from tests.cli.repository import BASE, commit, git, repository
from tokencost.catalog.load import Catalog, load
from tokencost.planning.lock import used_by
from tokencost.planning.plan import quick_plan
from tokencost.spec.load import load as load_spec

SPEC = "specs/poster.yaml"
LISTED = BASE.replace(", price: 1.80 USD/h", "")
PRICE = """\
id: {name}
gpu: a100-80gb-sxm
provider: Acme Cloud
region: eu-1
term: on-demand
instance: x1.8
gpus_per_instance: 1
lines:
  - {{since: "2026-01-15", price: {price}, source: "acme-prices, x1.8"}}
"""
SOURCE = "acme-prices: {title: Prices, kind: price page, url: 'https://example.com', retrieved: '2026-01-15'}\n"
PIN = re.compile(r"[0-9a-f]{12}")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team with prices of its own, which it has pinned."""
    folder = repository(tmp_path / "repo", LISTED)
    (folder / "own" / "prices").mkdir(parents=True)
    (folder / "own" / "sources").mkdir()
    (folder / "own" / "sources" / "acme.yaml").write_text(SOURCE)
    price(folder, "acme", "0.50 USD/h")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TOKENCOST_CATALOG", "own")
    assert 0 == call("lock", SPEC).code
    commit(folder, "prices, pinned")
    git(folder, "branch", "-f", "main")
    return folder


def price(folder: Path, name: str, text: str) -> None:
    """An offer of the team's own."""
    (folder / "own" / "prices" / f"{name}.yaml").write_text(PRICE.format(name=name, price=text))


def refused(called: Called, *words: str) -> bool:
    """Wrong input, nothing on standard output, and every word in what is said."""
    return (called.code, called.out) == (2, "") and all(word in called.err for word in words)


EVERY = (
    ["plan", SPEC], ["plan", SPEC, "--quick"], ["check", SPEC], ["capacity", SPEC], ["diff", SPEC, SPEC],
    ["diff", f"main:{SPEC}", SPEC], ["check", SPEC, "--baseline", "git:main"], ["estimate", "sdxl"],
    ["compare", "--models", "sdxl"],
)  # fmt: skip


@pytest.mark.parametrize("line", EVERY, ids=" ".join)
def test_what_is_pinned_is_answered_and_what_moved_is_named(repo: Path, line: list[str]) -> None:
    """
    Exit 2 with the record, what it was and what it is; without the flag the same command answers.
    """
    before = call(*line, "--locked")
    price(repo, "acme", "0.40 USD/h")
    after = call(*line, "--locked", "--format", "table")
    place = re.search(r"tokencost\.lock:(\d+):5: records\.prices\.acme: prices/acme was (\w+), is (\w+)", after.err)

    assert (0, 0) == (before.code, call(*line).code), before.err
    assert refused(after, "prices/acme")
    assert place is not None
    assert "    acme: " in Path("tokencost.lock").read_text().splitlines()[int(place[1]) - 1]
    assert all(PIN.fullmatch(pin) for pin in place.groups()[1:])
    assert place[2] != place[3]


def test_what_moved_is_told_once_for_all_specs(repo: Path) -> None:
    """
    One price is one problem, however many specs are paid with it.
    """
    (repo / "specs" / "other.yaml").write_text(LISTED.replace("name: poster", "name: other"))
    price(repo, "acme", "0.40 USD/h")
    called = call("check", SPEC, "specs/other.yaml", "--locked", "--format", "json")

    assert (2, 1) == (called.code, len(called.json["problems"]))


def test_an_offer_that_nobody_pinned_is_refused(repo: Path) -> None:
    """
    A cheaper one would change the answer although no pinned record did.
    """
    price(repo, "bargain", "0.01 USD/h")

    assert refused(call("plan", SPEC, "--locked"), "prices/bargain is ", "and is not pinned")


def test_a_record_that_is_gone_is_refused(repo: Path) -> None:
    """
    So is one that is no longer there.
    """
    (repo / "own" / "prices" / "acme.yaml").unlink()

    assert refused(call("plan", SPEC, "--locked"), "prices/acme was ", "not there")


def test_another_version_is_refused(repo: Path) -> None:
    """
    Formulas move costs as prices do.
    """
    lock = Path("tokencost.lock")
    lock.write_text(
        re.sub(r"version: '[^']*', digest: '\w+'", "version: '0.0.1', digest: '0123456789ab'", lock.read_text())
    )

    assert refused(
        call("plan", SPEC, "--locked"), "tokencost.lock:3:1: tokencost: tokencost was 0.0.1 (0123456789ab), is "
    )


def test_who_says_a_number_may_change(repo: Path) -> None:
    """
    A pin is about numbers; a page that moved drifts nothing.
    """
    (repo / "own" / "sources" / "acme.yaml").write_text(SOURCE.replace("example.com", "example.org"))

    assert 0 == call("plan", SPEC, "--locked").code


def test_both_sides_of_a_change_are_priced_alike(repo: Path) -> None:
    """
    The base has its own records as they stood there: with other prices nothing is compared.
    """
    price(repo, "acme", "0.40 USD/h")
    assert 0 == call("lock").code
    called = call("check", SPEC, "--baseline", "git:main", "--locked")

    assert 0 == call("plan", SPEC, "--locked").code
    assert refused(called, "prices/acme was ")


def test_a_saved_result_of_other_prices_is_refused(repo: Path) -> None:
    """
    What it was computed with is no longer there to compute the other side with.
    """
    assert 0 == call("plan", SPEC, "--format", "json", "-o", "plan.json").code
    same = call("check", SPEC, "--baseline", "plan.json", "--locked")
    price(repo, "acme", "0.40 USD/h")
    assert 0 == call("lock").code
    other = call("check", SPEC, "--baseline", "plan.json", "--locked")

    assert (0, 0) == (same.code, call("plan", SPEC, "--locked").code)
    assert refused(other, "was saved with something else (prices was ")


def test_check_writes_nothing_and_lock_says_what_moved(repo: Path) -> None:
    """
    `--check` is for pipelines; the lock is written again by whoever looked at what moved.
    """
    text = Path("tokencost.lock").read_bytes()
    kept = call("lock", "--check")
    price(repo, "acme", "0.40 USD/h")
    moved = call("lock", "--check")
    same = Path("tokencost.lock").read_bytes() == text
    again = call("lock", "--format", "json")

    assert (0, True) == (kept.code, "nothing moved" in " ".join(kept.out.split()))
    assert refused(moved, "prices/acme was ")
    assert same
    assert [("prices/acme", True)] == [(one["path"], bool(one["before"])) for one in again.json["drift"]]
    assert "acme: '" in Path("tokencost.lock").read_text()
    assert "# 0.4 USD/h" in Path("tokencost.lock").read_text()


def test_the_same_records_give_the_same_lock(repo: Path) -> None:
    """
    Whatever the order of the specs, and from any folder.
    """
    text = Path("tokencost.lock").read_bytes()
    assert 0 == call("lock", SPEC, SPEC, "-o", "specs/../tokencost.lock").code

    assert text == Path("tokencost.lock").read_bytes()
    assert b"specs:\n  - 'specs/poster.yaml'\n" in text


def test_a_lock_is_found_above(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    As the budget is; the specs in it count from its folder.
    """
    monkeypatch.setenv("TOKENCOST_CATALOG", str(repo / "own"))
    monkeypatch.chdir(repo / "specs")

    assert 0 == call("plan", "poster.yaml", "--locked").code
    assert 0 == call("lock", "--check", "-o", "../tokencost.lock").code
    assert 0 == call("plan", "poster.yaml", "--lock-file", "../tokencost.lock").code


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (None, 4, "there is no tokencost.lock here or above"),
        ("version: 1\n", 2, "the key 'tokencost' is missing"),
        ("version: 2\ntokencost: {version: '1', digest: 'a'}\nspecs: []\nrecords: {}\n", 2, "version 2 is not known"),
        (
            "version: 1\ntokencost: {version: '1', digest: 'a'}\nspecs: []\nrecords: {gpu: {}}\n",
            2,
            "did you mean 'gpus'",
        ),
        ("- x\n", 2, "stands where a lock is due"),
    ],
)
def test_a_lock_that_cannot_be_used_is_an_error(repo: Path, text: str | None, code: int, said: str) -> None:
    """
    A broken lock must not look like none.
    """
    Path("tokencost.lock").unlink()
    if text is not None:
        Path("tokencost.lock").write_text(text)
    called = call("plan", SPEC, "--locked")

    assert (code, "", True) == (called.code, called.out, said in called.err), called.err


def test_specs_that_are_wrong_are_not_pinned(repo: Path) -> None:
    """
    The lock before stays as it was.
    """
    text = Path("tokencost.lock").read_bytes()
    Path(SPEC).write_text(LISTED.replace("512", "0"))

    assert refused(call("lock", SPEC), "output.width", "output.height")
    assert text == Path("tokencost.lock").read_bytes()
    assert 2 == call("lock", "-o", "new.lock").code


@pytest.mark.parametrize("name", ["poster-512", "captions", "clip-256", "product-photos"])
def test_what_is_pinned_is_all_that_a_plan_needs(name: str) -> None:
    """
    With the pinned records alone the plan is the same, so no other record can move it.
    """
    catalog = load()
    spec = load_spec(SPECS / f"{name}.yaml", (), catalog)
    records = used_by(catalog, spec)
    alone = {kind: {k: v for k, v in found.items() if (kind, k) in records} for kind, found in catalog.index.items()}
    pinned = Catalog(alone | {"sources": catalog.index["sources"]})

    whole, part = (replace(quick_plan(one, spec), catalogue={}, seal="") for one in (catalog, pinned))
    assert whole == part
    assert {"gpus", "models", "networks", "engines", "precisions", "quality"} <= {kind for kind, _ in records}


def test_the_lock_is_read_by_other_programs(repo: Path) -> None:
    """
    Every pin of the file is in the answer.
    """
    answer = json.loads(call("lock", "--check", "--format", "json").out)

    assert "tokencost.lock/1" == answer["schema"]
    assert {"prices/acme", "gpus/a100-80gb-sxm", "models/sdxl"} <= answer["records"].keys()
    assert all(PIN.fullmatch(pin) for pin in answer["records"].values())


@pytest.mark.parametrize("flags", [("--res", "512", "--where", "any"), ("--res", "512..640")])
def test_places_and_ranges_use_what_is_pinned_too(flags: tuple[str, ...], repo: Path) -> None:
    """
    A lock that some answers pass by would pin nothing.
    """
    found = call("compare", "--models", "sd-1.5", *flags, "--locked")

    assert 2 == found.code
    assert "is not pinned" in found.err
