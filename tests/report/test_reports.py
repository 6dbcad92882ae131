import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from tests.report import cases
from tests.report.parse import RAW, active, parsed
from tokencost.errors import UsageError
from tokencost.report import formats, renderer

EVERY = [(command, name) for command in cases.ANSWERS for name in formats(command)]
NAMED = [(command, name) for command, name in EVERY if command in cases.NAMED]


@pytest.mark.parametrize(("command", "output_format"), EVERY)
def test_every_renderer_renders_every_answer(command: str, output_format: str) -> None:
    """
    A format that fails on one kind of answer fails when that answer is needed most.
    """
    for answer in cases.ANSWERS[command]:
        text = renderer(command, output_format)(answer)

        assert text.endswith("\n")
        assert parsed(output_format, text) is not None


@pytest.mark.parametrize(("command", "output_format"), EVERY)
def test_the_same_answer_gives_the_same_bytes(command: str, output_format: str) -> None:
    """
    Snapshots, comments and caches compare bytes.
    """
    answer = cases.ANSWERS[command][0]
    render = renderer(command, output_format)

    assert render(answer) == render(answer)


@pytest.mark.parametrize("hostile", cases.HOSTILE)
@pytest.mark.parametrize(("command", "output_format"), NAMED)
def test_hostile_names_stay_text(command: str, output_format: str, hostile: str) -> None:
    """
    A name may hold anything; it adds nothing active to any format, and no character that cannot be seen.
    """
    name, render = cases.HOSTILE[hostile], renderer(command, output_format)
    innocent = render(cases.NAMED[command]("innocent"))
    text = render(cases.NAMED[command](name))
    parsed(output_format, text)

    assert not RAW.search(text)
    assert not active(output_format, text) - active(output_format, innocent)


@pytest.mark.parametrize("hostile", cases.HOSTILE)
def test_names_come_back_from_json(hostile: str) -> None:
    """
    Machines read the very name that the spec has.
    """
    name = cases.HOSTILE[hostile]
    read = json.loads(renderer("plan", "json")(cases.NAMED["plan"](name)))

    assert name == read["spec"]["name"] == read["recommendation"]["model"]


def test_plan_json_has_the_promised_fields() -> None:
    """
    Other programs rely on these names.
    """
    read = json.loads(renderer("plan", "json")([cases.plan()]))
    best = read["candidates"][0]

    assert read["schema"] == "tokencost.plan/1"
    assert {"family", "model", "feasible", "verdict", "reasons", "margin", "confidence", "runner_up", "flips"} <= set(
        read["recommendation"]
    )
    promised = "model family feasible violations phases tokens flops memory latency capacity cost energy quality"
    assert {*promised.split(), "assumptions", "sources"} <= set(best)
    assert {"replicas", "gpus", "batch", "utilization", "p50_s", "p95_s", "p99_s", "method"} == set(best["capacity"])
    assert {"per_asset_usd", "per_month_usd", "lines"} <= set(best["cost"])
    assert best["capacity"]["p99_s"] is None


def test_estimate_json_has_the_promised_fields() -> None:
    """
    Base units and the names of the contract; work is the sum of the phases' work.
    """
    read = json.loads(renderer("estimate", "json")(cases.estimate()))

    assert read["schema"] == "tokencost.estimate/1"
    assert {"gpu", "gpus", "engine", "precision", "parallelism"} == set(read["platform"])
    assert [1, 128, 128] == read["tokens"]["grid"]
    assert 3469763659 == read["params"]["total"]
    assert 0.333333333333 == read["phases"][1]["seconds"]
    assert read["flops"]["total"] == pytest.approx(sum(phase["flop"] for phase in read["phases"]))
    assert {"seconds", "low", "high"} == set(read["latency"])
    assert {"requests_per_second", "tokens_per_second"} == set(read["throughput"])
    assert (0.0123, 1.8) == (read["cost"]["usd"], read["cost"]["price_usd_per_gpu_hour"])


def test_what_nobody_knows_is_null_in_json() -> None:
    """
    A model behind an API has no phases, and a latency of zero would be read as instant.
    """
    read = json.loads(renderer("estimate", "json")(cases.api_estimate()))

    assert [None] * 6 == [read[key] for key in ("platform", "tokens", "flops", "memory", "latency", "energy")]


def test_candidates_have_the_same_fields_whatever_is_known() -> None:
    """
    A reader of rows need not ask which keys a row has.
    """
    read = json.loads(renderer("plan", "json")([cases.plan()]))

    assert 1 == len({tuple(candidate) for candidate in read["candidates"]})


@pytest.mark.parametrize("command", ["plan", "check"])
def test_one_spec_is_an_object_and_several_are_a_list(command: str) -> None:
    """
    The common case needs no index.
    """
    one, *_, several = cases.ANSWERS[command][:-1] if command == "plan" else cases.ANSWERS[command]
    read: Any = json.loads(renderer(command, "json")(one))

    assert f"tokencost.{command}/1" == read["schema"]
    assert 2 == len(json.loads(renderer(command, "json")(several)))


def test_csv_has_one_row_per_candidate() -> None:
    """
    Spreadsheets sort and filter candidates across specs.
    """
    rows = parsed("csv", renderer("plan", "csv")([cases.plan(), cases.refused_plan("b")]))

    assert ["file", "name"] == rows[0][:2]
    assert 1 + 4 + 2 == len(rows)
    assert "0.0123" == rows[1][rows[0].index("usd_per_asset")]


def test_formats_are_those_of_the_table() -> None:
    """
    The command line offers what can be rendered, and names it when asked for something else.
    """
    assert {"table", "json", "github", "junit", "sarif", "gitlab", "markdown"} <= set(formats("check"))
    with pytest.raises(UsageError, match="table, json, jsonl, markdown, csv, html"):
        renderer("plan", "sarif")


def test_json_loads_neither_the_terminal_nor_the_command_line() -> None:
    """
    Programs call often, and every import costs a start.
    """
    code = "import sys; from tokencost.report import renderer; renderer('check', 'json'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert importlib.util.find_spec("rich")
    assert not {"rich", "typer", "numpy", "tokencost.report.table"} & set(loaded)


def test_no_choice_is_told_as_certain() -> None:
    """
    A thousand draws do not make a hundred percent.
    """
    made = cases.plan()
    sure = replace(made, recommendation=replace(made.recommendation, confidence=1.0, family_confidence=1.0))
    text = " ".join(renderer("plan", "table")([sure]).split())

    assert "sdxl in more than 99 %, diffusion in more than 99 % of all draws" in text
