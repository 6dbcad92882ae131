"""The Python interface gives the answers of the commands."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tokencost
from tests.cli.calling import POSTER, call
from tests.cli.test_reconcile import invoice, row
from tokencost.errors import TokencostError, UsageError
from tokencost.report import renderer

SPEC = {"version": 1, "name": "x", "task": "text-to-image", "output": {"width": 512, "height": 512},
        "quality": "draft", "candidates": ["sdxl-turbo", "emu3-gen"]}  # fmt: skip


def test_estimate_counts_what_the_reference_counts() -> None:
    """
    170.76 TFLOP were counted on the reference implementation for a 512 x 512 image with guidance.
    """
    found = tokencost.estimate("emu3-gen", res=512, prompt_tokens=64)

    assert 170.76e12 == pytest.approx(sum(phase.flop for phase in found.phases), rel=0.01)
    assert found.tokens is not None
    assert 4163 == found.tokens.generated


def test_a_price_of_ones_own_wins() -> None:
    """
    Twice the price is twice the cost, whatever the catalogue says.
    """
    once, twice = (tokencost.estimate("sdxl", price=f"{n} USD/h").bill.per_asset for n in (1, 2))

    assert once is not None
    assert twice == pytest.approx(2 * once)


def test_plan_takes_a_mapping() -> None:
    """
    A spec need not be a file.
    """
    found = tokencost.plan(SPEC)

    assert "sdxl-turbo" == found.recommendation.model
    assert tokencost.check(SPEC).passed


def test_compare_and_tokens_answer() -> None:
    """
    The commands' names are functions.
    """
    rows = tokencost.compare(res=1024, models=["sdxl", "Emu3-Gen"]).candidates

    assert {"sdxl", "emu3-gen"} == {row.model for row in rows}
    assert 8192 == tokencost.tokens("emu3", width=256, height=256, frames=32).visual


def test_what_if_and_sweep_answer(tmp_path: Path) -> None:
    """
    As their commands do; a sweep whose file nobody names is its summary alone.
    """
    found = tokencost.what_if("sdxl", res=512)
    document = {
        "version": 1,
        "name": "x",
        "spec": SPEC,
        "axes": {"price": {"from": "1 USD/h", "to": "4 USD/h", "points": 4}},
    }
    swept = tokencost.sweep(document)

    assert found.options
    assert (8, None) == (swept.computed, swept.target)


def test_unknown_flags_and_names_are_refused() -> None:
    """
    A misspelt flag must not silently take the default.
    """
    with pytest.raises(UsageError, match="widht"):
        tokencost.estimate("sdxl", widht=512)
    with pytest.raises(TokencostError, match="sdxl"):
        tokencost.estimate("sdxxl")


def test_importing_costs_neither_typer_nor_rich_nor_numpy() -> None:
    """
    Programs that only want numbers do not pay for a command line.
    """
    code = (
        "import sys, tokencost; tokencost.estimate('sdxl');"
        "print([m for m in ('typer', 'rich', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_capacity_sizes_the_fleet_of_the_plan() -> None:
    """
    The plan's fleet is one of those that are examined, and it keeps the limits.
    """
    spec = {**SPEC, "traffic": {"average": "5 req/s"}, "latency": {"p95": "5 s"}, "candidates": ["sdxl-turbo"]}
    found = tokencost.capacity(spec, replicas=range(1, 4))
    planned = tokencost.plan(spec).candidates[0]

    assert planned.capacity
    assert found.plan.candidates[0].capacity == planned.capacity
    assert len(found.examined) == 1


def test_validate_reads_a_table_of_ones_own(tmp_path: Path) -> None:
    """
    Counted on the reference implementation, so the ratio is one.
    """
    table = tmp_path / "own.csv"
    table.write_text("id,model,component,metric,value\na,llama-2-7b,transformer,params,6738415616\n")

    assert tokencost.validate(table).outcomes[0].ratio == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("command", "ask"),
    [
        (
            ("compare", "--res", "512", "--models", "sdxl,gpt-image-1", "--where", "aws", "--residency", "us"),
            lambda: tokencost.where(
                models=("sdxl", "gpt-image-1"), res=512, places=tokencost.Places(providers=("aws",), residency="us")
            ),
        ),
        (
            ("compare", "--where", "any", "--spec", POSTER, "sdxl-dmd2"),
            lambda: tokencost.where(POSTER, models=("sdxl-dmd2",)),
        ),
        (
            ("compare", "--res", "256..768", "--models", "sdxl,pixart-sigma"),
            lambda: tokencost.compare_range(256, 768, models=("sdxl", "pixart-sigma")),
        ),
    ],
    ids=["where", "where for a spec", "range"],
)  # fmt: skip
def test_functions_give_the_answers_of_their_commands(command: tuple[str, ...], ask: Callable[[], object]) -> None:
    """
    What the command is given as flags, the function takes as values.
    """
    kind = "compare --where" if "--where" in command else "compare --res=A..B"

    assert renderer(kind, "json")(ask()) == call(*command, "--format", "json").out


def test_an_invoice_is_read_as_the_command_reads_it(tmp_path: Path) -> None:
    """
    With what was made, and what a currency is worth.
    """
    table = invoice(tmp_path, row(9000, 4000, currency="EUR"))
    found = tokencost.reconcile(table, POSTER, assets={"poster-1024": 5e6}, exchange={"EUR": 1.1})
    flags = ("--assets", "poster-1024=5000000", "--exchange", "EUR=1.1")

    assert renderer("reconcile", "json")(found) == call("reconcile", table, POSTER, *flags, "--format", "json").out


def test_places_that_nobody_knows_are_refused() -> None:
    """
    As on the command line, with the nearest.
    """
    with pytest.raises(UsageError, match="did you mean AWS"):
        tokencost.where(models=("sdxl",), places=tokencost.Places(providers=("awz",)))
    with pytest.raises(UsageError, match="leave out gpu"):
        tokencost.where(POSTER, gpu="h100-80gb-sxm")
