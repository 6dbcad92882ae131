"""Every value that is said to turn a choice is planned again, as a user would: with --set."""

import functools
from pathlib import Path

import pytest

from tests.cli.calling import SPECS, call
from tests.promises.records import catalog
from tokencost.catalog.load import Catalog
from tokencost.nouns.answer import Plan, Recommendation
from tokencost.nouns.flip import Flip
from tokencost.planning.memory import remembering
from tokencost.planning.plan import plan, quick_plan
from tokencost.spec.load import load

NAMES = sorted(path.stem for path in SPECS.glob("*.yaml") if not path.stem.startswith("sweep"))
specs = pytest.mark.parametrize("name", NAMES)


@functools.cache
def planned(name: str) -> Plan:
    return plan(catalog(), load(spec(name), (), catalog()))


@functools.cache
def again() -> Catalog:
    """A catalogue that remembers plans, but nothing of the search."""
    return remembering(catalog())


def spec(name: str) -> Path:
    return SPECS / f"{name}.yaml"


def chosen(name: str, overrides: tuple[str, ...]) -> tuple[str | None, str | None]:
    """What is recommended with these overrides, by a plan that knows nothing of the search."""
    said = quick_plan(again(), load(spec(name), overrides, catalog())).recommendation
    return said.model, said.family


@specs
def test_a_plan_at_each_value_confirms_it(name: str) -> None:
    """
    A flip is a claim about plans; a plan is what it has to agree with.
    """
    flips = planned(name).recommendation.flips

    assert [(flip.model, flip.family) for flip in flips] == [chosen(name, flip.overrides) for flip in flips]


@specs
def test_a_plan_just_before_each_value_is_as_before(name: str) -> None:
    """
    The value is where the choice turns, not somewhere beyond.
    """
    said = planned(name).recommendation
    numeric = [flip for flip in said.flips if flip.before]
    found = [chosen(name, flip.before) for flip in numeric]

    assert [getattr(said, flip.turns) for flip in numeric] == [
        model if flip.turns == "model" else family for flip, (model, family) in zip(numeric, found, strict=True)
    ]


@specs
def test_other_names_with_the_same_outcome_have_it(name: str) -> None:
    """
    One line stands for all of them.
    """
    for flip in planned(name).recommendation.flips:
        for other in flip.others if flip.path != "platform.gpu" else ():
            path = flip.overrides[0].partition("=")[0]
            assert (flip.model, flip.family) == chosen(name, (f"{path}={other}",)), other


@specs
def test_steady_axes_hold_at_both_ends(name: str) -> None:
    """
    "Never" is a claim too; where an axis ends it is easiest to break.
    """
    said = planned(name).recommendation
    for axis in said.steady:
        if axis.path.startswith("latency"):
            for value in (axis.low, axis.high):
                model, family = chosen(name, (f"{axis.path}={value:.12g} s",))
                assert getattr(said, axis.turns) == (model if axis.turns == "model" else family)
        if axis.names and axis.path != "platform.gpu":
            ends = (axis.names[0], axis.names[-1])
            assert {(said.model, said.family)} == {chosen(name, (f"{axis.path}={each}",)) for each in ends}


@specs
def test_every_spec_has_flips(name: str) -> None:
    """
    A choice that nothing could turn needs no planner.
    """
    assert len(planned(name).recommendation.flips) >= 3


def test_turns_are_as_fine_as_their_axis() -> None:
    """
    Four digits of a rate, one step of a size.
    """
    for flip in [*planned("poster-1024").recommendation.flips, *three_gpus().flips]:
        if flip.path in ("platform.price", "traffic"):
            assert abs(value(flip) / kept(flip) - 1) <= 1.001e-3
        if flip.path == "output":
            assert abs(value(flip) - kept(flip)) == 64


def value(flip: Flip) -> float:
    return float(str(flip.value))


def kept(flip: Flip) -> float:
    assert flip.kept is not None
    return float(flip.kept)


GIVEN = ("candidates=[sdxl-dmd2, gpt-image-2]", "assume.request_time=0.4 s")
"""Three GPUs, whatever the timing model says: 6 requests a second of 0.4 s keep 2.4 busy."""


def three_gpus() -> Recommendation:
    return plan(catalog(), load(spec("poster-1024"), GIVEN, catalog())).recommendation


def test_the_price_of_an_api_is_where_the_fleet_costs_as_much() -> None:
    """
    Three GPUs at 12 USD/h cost what 5,256,000 pictures at 0.005 USD do: 26,280 USD a month.
    """
    found = next(f for f in three_gpus().flips if f.path == "platform.price")

    assert ("api", 12.0, 12.01) == (found.family, found.kept, found.value)


def test_nothing_feasible_has_no_flips() -> None:
    """
    Where nothing is recommended, nothing turns; what would make something fit is another question.
    """
    said = plan(
        catalog(), load(spec("product-photos"), ("latency.p95=0.01 s", "budget.per_asset=0.0001 USD"), catalog())
    ).recommendation

    assert ("nothing-feasible", ()) == (said.verdict, said.flips)


def test_a_quick_plan_does_not_search() -> None:
    """
    The choice is the same; only the search is left out.
    """
    long, short = (call("plan", str(spec("poster-512")), "--format", "json", *more).json for more in ((), ("--quick",)))

    assert long["candidates"] == short["candidates"]
    assert long["recommendation"]["model"] == short["recommendation"]["model"]
    assert [] == short["recommendation"]["flips"]


def test_flips_are_stated_as_overrides() -> None:
    """
    What the report says can be pasted behind the command.
    """
    given = [part for text in GIVEN for part in ("--set", text)]
    answer = call("plan", str(spec("poster-1024")), "--format", "json", *given).json["recommendation"]["flips"]
    price = next(flip for flip in answer if flip["path"] == "platform.price")
    sets = [*given, "--set", *price["set"]]
    repeated = call("plan", str(spec("poster-1024")), "--quick", "--format", "json", *sets).json

    assert ["platform.price=12.01 USD/h"] == price["set"]
    assert price["model"] == repeated["recommendation"]["model"]
