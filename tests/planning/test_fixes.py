"""Every change that is said to be enough is planned again, and none is larger than it has to be."""

import functools

import pytest

from tests.cli.calling import call
from tests.planning.test_flips import again, spec
from tests.promises.records import catalog
from tokencost.nouns.flip import Fix, Remedy
from tokencost.planning.check import check
from tokencost.planning.plan import plan, quick_plan
from tokencost.spec.load import load

FAILING: dict[str, tuple[str, tuple[str, ...]]] = {
    "slow": ("poster-1024", ("candidates=[sdxl, emu3-gen]", "latency.p95=3 s")),
    "dear": ("poster-1024", ("candidates=[sdxl-dmd2, infinity-2b, emu3.5]", "budget.per_asset=0.0004 USD")),
    "clip": ("clip-720p", ("latency.p95=20 s",)),
    "both": ("poster-1024", ("candidates=[sdxl]", "latency.p95=2.5 s", "budget.per_asset=0.004 USD")),
}
cases = pytest.mark.parametrize("case", FAILING)


@functools.cache
def remedy(case: str) -> Remedy:
    name, overrides = FAILING[case]
    found = check(again(), load(spec(name), overrides, catalog())).plan.recommendation.remedy
    assert found is not None
    return found


def passes(case: str, more: tuple[str, ...]) -> bool:
    name, overrides = FAILING[case]
    said = quick_plan(again(), load(spec(name), (*overrides, *more), catalog())).recommendation
    return said.verdict != "nothing-feasible"


def pairs(case: str) -> list[Fix]:
    return [fix for fix in remedy(case).fixes if len(fix.changes) == 2]


@cases
def test_every_change_is_enough(case: str) -> None:
    """
    What the report promises, a plan keeps.
    """
    fixes = remedy(case).fixes

    assert fixes
    assert not passes(case, ())
    assert [True] * len(fixes) == [passes(case, fix.overrides) for fix in fixes]


@cases
def test_no_half_of_a_pair_is_enough(case: str) -> None:
    """
    A pair of which one change would do is no pair.
    """
    for fix in pairs(case):
        for change in fix.changes:
            half = tuple(text for text in fix.overrides if text.startswith(change.path))

            assert not passes(case, half)


@cases
def test_pairs_of_the_same_axes_are_a_front(case: str) -> None:
    """
    None is at least as small as another in both changes.
    """
    for one in pairs(case):
        for other in pairs(case):
            if one is not other and {c.axis for c in one.changes} == {c.axis for c in other.changes}:
                sizes = [[abs(float(c.distance or 0)) for c in fix.changes] for fix in (one, other)]
                assert any(a > b for a, b in zip(*sizes, strict=True))


def test_a_step_less_is_not_enough() -> None:
    """
    The largest number of steps that fits into three seconds, and no fewer.
    """
    alone = next(fix for fix in remedy("slow").fixes if fix.changes[0].path == "assume.steps_of")
    steps = int(float(str(alone.changes[0].value)))

    assert (f"assume.steps_of={{sdxl: {steps}}}",) == alone.overrides
    assert not passes("slow", (f"assume.steps_of={{sdxl: {steps + 1}}}",))


def test_a_broken_limit_is_told_how_far_it_has_to_move() -> None:
    """
    The limit itself is one of the things that may change.
    """
    alone = next(fix for fix in remedy("slow").fixes if fix.changes[0].path == "latency.p95")

    assert float(str(alone.changes[0].value)) > 4.8
    assert ("sdxl", "diffusion") == (alone.model, alone.family)


def test_the_other_side_is_told_what_it_would_take() -> None:
    """
    Diffusion wins the poster; whoever asks about tokens wants to know what they lack.
    """
    said = plan(again(), load(spec("product-photos"), (), catalog())).recommendation.remedy

    assert said is not None
    assert said.model
    assert all(fix.family == "autoregressive" for fix in said.fixes)


def test_a_failed_check_says_what_would_pass() -> None:
    """
    A gate that only says no sends people away to guess.
    """
    name, overrides = FAILING["slow"]
    sets = [part for text in overrides for part in ("--set", text)]
    called = call("check", str(spec(name)), *sets)

    assert 3 == called.code
    assert "smallest changes after which one fits" in called.out
    assert "steps of sdxl" in called.out
