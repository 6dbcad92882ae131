"""A glance comes to the choice of the plan, whatever was looked at before it."""

from pathlib import Path

import pytest

from benchmarks.check import specs
from tests.cli.calling import SPECS, call
from tests.promises.records import catalog
from tokencost.catalog.load import Catalog
from tokencost.nouns.answer import Candidate
from tokencost.planning.check import check
from tokencost.planning.glance import glance
from tokencost.planning.memory import remembering
from tokencost.planning.plan import candidates_of, quick_plan, wanted_of
from tokencost.planning.sides import outcome_of
from tokencost.spec.load import LoadedSpec, load, load_bytes

GLANCING, PLANNING = remembering(catalog()), remembering(catalog())
"""One memory for all glances, as in one call of the command, and one for the plans that they are held against."""
NAMES = ("captions", "clip-256", "poster-1024", "thumbnails")
CHANGES: tuple[tuple[str, ...], ...] = (
    (),
    ("latency={p95: 0.2 s}",),
    ("latency={p95: 600 s}",),
    ("budget={per_asset: 0.0000001 USD}",),
    ("budget={per_month: 900 USD}",),
    ("traffic={average: 0.01 req/s}",),
    ("traffic={average: 90 req/s}",),
    ("quality=premium",),
    ("platform={gpu: a100-80gb-sxm, gpus: 2}",),
    ("platform={gpu: h100-80gb-sxm, price: 0.5 USD/h}",),
    ("platform={gpu: l40s-48gb, mix: {reserved: 1}}",),
    ("assume={steps_of: {sdxl-turbo: 30, sdxl: 1}}",),
    ("assume={speedup: {autoregressive: 500}}",),
    ("assume={request_time: {value: 2 s, reason: measured}}",),
)


def nearest(knowing: Catalog, spec: LoadedSpec) -> Candidate:
    """The first of all candidates, each sized and judged."""
    return candidates_of(knowing, spec.product, wanted_of(spec, spec.trace), spec.product.candidates or ())[0]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "".join(change).partition(":")[0])
@pytest.mark.parametrize("name", NAMES)
def test_a_glance_finds_what_the_plan_finds(name: str, change: tuple[str, ...]) -> None:
    """
    The same candidate with the same fleet, bill and broken limits.
    """
    spec = load(SPECS / f"{name}.yaml", change, GLANCING)

    assert nearest(PLANNING, spec) == glance(GLANCING, spec).candidates[0]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "".join(change).partition(":")[0])
@pytest.mark.parametrize("name", NAMES)
def test_a_glance_comes_to_what_the_plan_comes_to(name: str, change: tuple[str, ...]) -> None:
    """
    Also in the draws, which budgets may bound.
    """
    spec = load(SPECS / f"{name}.yaml", change, GLANCING)

    assert outcome_of(quick_plan(PLANNING, spec)) == outcome_of(glance(GLANCING, spec, drawn=True))


def test_a_glance_does_not_depend_on_what_was_seen_before() -> None:
    """
    Sizes, prompts and platforms follow each other at random; what is remembered of one must not rule out another.
    """
    for number, text in enumerate(specs(60)):
        spec = load_bytes(text.encode(), f"{number}.yaml", (), GLANCING)

        assert nearest(PLANNING, spec) == glance(GLANCING, spec).candidates[0]


def test_nothing_feasible_names_what_is_broken() -> None:
    """
    As the gate does for a single spec, of as many candidates.
    """
    spec = load(SPECS / "poster-1024.yaml", ("budget={per_asset: 0.0000001 USD}",), GLANCING)
    found, first = check(GLANCING, spec, brief=True), nearest(PLANNING, spec)

    assert not found.passed
    assert [violation.constraint for violation in first.violations] == [finding.rule for finding in found.findings]
    assert len(found.plan.candidates) == len(candidates_of(PLANNING, spec.product, wanted_of(spec, None), ()))


def test_many_specs_stay_in_their_order(tmp_path: Path) -> None:
    """
    A log of two runs differs where specs differ; the order is that of the command line.
    """
    files = []
    for number, text in enumerate(specs(40)):
        files.append(str(tmp_path / f"{number * 7 % 40:02d}.yaml"))
        Path(files[-1]).write_text(text, encoding="utf-8")
    rows = call("check", *files, "--format", "csv").out
    again = call("check", *files, "--format", "csv").out
    backwards = call("check", *reversed(files), "--format", "csv").out.splitlines()

    assert rows == again
    assert files == list(dict.fromkeys(line.split(",")[0] for line in rows.splitlines()[1:]))
    assert sorted(rows.splitlines()) == sorted(backwards)
    assert files[::-1] == list(dict.fromkeys(line.split(",")[0] for line in backwards[1:]))
