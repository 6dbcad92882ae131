"""`tokencost sweep` on the command line."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.calling import POSTER, SPECS, call

SWEEP = f"""version: 1
name: prices
spec: {POSTER}
axes:
  model: [sdxl, flux.1-schnell]
  price: {{from: 1 USD/h, to: 4 USD/h, points: 4}}
  resolution: [512, 1024]
"""
RATE = re.compile(r"([\d,]+) points in [\d.e-]+ s, [\d,]+ points/s")


@pytest.fixture
def document(tmp_path: Path) -> str:
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEEP, encoding="utf-8")
    return str(path)


def test_the_last_line_says_how_many_points_there_were(document: str) -> None:
    """
    It is what people quote.
    """
    called = call("sweep", document)

    assert 0 == called.code, called.err
    assert "16" == RATE.fullmatch(called.err.splitlines()[-1])[1]


def test_quiet_says_nothing(document: str) -> None:
    """
    Not even that.
    """
    assert "" == call("sweep", document, "--quiet").err


def test_the_summary_names_the_best_point(document: str) -> None:
    """
    In every format the same.
    """
    table, found = call("sweep", document), json.loads(call("sweep", document, "--format", "json").out)
    best = found["top"]["points"][0]

    assert {"model": "flux.1-schnell", "price": "1 USD/h", "resolution": "512"} == best["at"]
    assert f"{found['feasible']} of {found['points']} points keep every limit" in table.out
    assert "best cost.per_asset_usd by model" in table.out


def test_a_sweep_comes_over_a_pipe() -> None:
    """
    Generators of sweeps are programs.
    """
    assert 0 == call("sweep", "-", stdin=SWEEP.encode()).code


def test_a_sweep_among_specs_is_left_out(document: str) -> None:
    """
    `specs/*.yaml` means every spec there is.
    """
    called = call("plan", POSTER, document, "--quick", "--format", "json")

    assert 0 == called.code
    assert "poster-1024" == json.loads(called.out)["name"]
    assert f"{document}: a sweep, left out; `tokencost sweep {document}` computes it\n" == called.err
    assert 2 == call("plan", document).code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--engine", "dask:/local"), "choose local, dask://local or dask://HOST:PORT"),
        (("-o", "points.xls"), "the end of the name says the format, one of .parquet, .csv, .jsonl"),
        (("--format", "csv"), "sweep prints table, json, jsonl, markdown, html"),
    ],
)
def test_wrong_flags_are_refused(document: str, arguments: tuple[str, ...], message: str) -> None:
    """
    With what would be right.
    """
    called = call("sweep", document, *arguments)

    assert 2 == called.code
    assert message in called.err


@pytest.mark.parametrize("path", sorted(SPECS.glob("sweep-*.yaml")), ids=lambda path: path.stem)
def test_examples_can_be_read(path: Path) -> None:
    """
    They are copied; one of them has a million points, so they are not computed here.
    """
    from tokencost.catalog.load import load
    from tokencost.spec.sweep import load_sweep
    from tokencost.sweeping.preparing import prepared

    assert 1_000 <= prepared(load(), load_sweep(path)).points


MAP = SWEEP + "heat_map: {x: price, y: resolution, value: cost.per_asset_usd}\n"


def test_a_map_is_drawn_in_characters_and_on_a_page() -> None:
    """
    A row per value of one axis, a sign per value of the other; nothing is wider than a terminal.
    """
    table = call("sweep", "-", stdin=MAP.encode())
    page = call("sweep", "-", "--format", "html", stdin=MAP.encode()).out

    assert "least cost.per_asset_usd by price and resolution" in table.out
    assert re.search(r"^ *1,024  .{4}$", table.out, re.MULTILINE)
    assert max(map(len, table.out.splitlines())) <= 80
    assert 8 == page.count("<rect")
    assert page.index("<svg") < page.index("</main>")


def test_the_best_point_can_be_planned(document: str) -> None:
    """
    The command below the answer gives the same cost, to the last digit that is printed.
    """
    best = json.loads(call("sweep", document, "--format", "json").out)["top"]["points"][0]
    words = [word for one in best["set"] for word in ("--set", one)]
    planned = json.loads(call("plan", POSTER, "--quick", "--format", "json", *words).out)["candidates"][0]

    assert planned["cost"]["per_asset_usd"] == best["metrics"]["cost.per_asset_usd"]


def test_a_missing_extra_is_named(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With the command that installs it, and before anything is computed; without a file nothing is missed.
    """
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    called = call("sweep", document, "-o", str(tmp_path / "points.parquet"))

    assert 2 == called.code
    assert "pip install 'tokencost-planner[sweep]'" in called.err
    assert 0 == call("sweep", document).code
