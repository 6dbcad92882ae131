"""Specs drawn from their schema, and good ones made wrong: an answer, or a problem in its place, and nothing else."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from tests.spec.drawing import mutated, specs
from tokencost.catalog.load import load
from tokencost.errors import SpecError
from tokencost.planning.memory import remembering
from tokencost.planning.plan import quick_plan
from tokencost.report import renderer
from tokencost.spec.load import load_bytes
from tokencost.spec.schema import spec_schema

KNOWN = remembering(load())
SCHEMA = spec_schema(KNOWN)
VALID = Draft7Validator(SCHEMA)
FEW = ("sdxl", "emu3-gen", "imagen-4", "emu3-stage2", "open-sora-1.2", "emu3-chat", "veo-3")
"""Models of every task and family; a plan of all would take a second."""
DRAWN = specs(
    SCHEMA,
    candidates=st.lists(st.sampled_from(FEW), min_size=1, max_size=2, unique=True),
    trace=st.just("arrivals.csv"),
)
GOOD = DRAWN.filter(VALID.is_valid)
RIGHT = re.compile(r"; |is missing|instead of|is said by|stands where a|lies between")
"""What says what would be right."""
FOLDER = tempfile.TemporaryDirectory()
(Path(FOLDER.name) / "arrivals.csv").write_text("".join(f"{0.7 * n:g}\n" for n in range(50)))

drawing = settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def written(spec: dict[str, Any]) -> bytes:
    """A spec as a file with a line for every value."""
    return json.dumps(spec, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")


def planned(spec: dict[str, Any]) -> bool:
    """Whether there is an answer, and JSON of it; every problem has a place and says what would be right."""
    try:
        loaded = load_bytes(written(spec), "spec.yaml", (), KNOWN, Path(FOLDER.name))
    except SpecError as error:
        problems = error.problems
    else:
        plan = quick_plan(KNOWN, loaded)
        assert plan.name == json.loads(renderer("plan", "json")([plan]))["name"]
        return True
    assert problems
    assert not [problem for problem in problems if not (problem.line and problem.column)]
    assert not [problem.message for problem in problems if not RIGHT.search(problem.message)]
    return False


@drawing
@given(spec=st.one_of(DRAWN, mutated(GOOD)))
def test_what_the_schema_refuses_the_reader_refuses(spec: dict[str, Any]) -> None:
    """
    An editor that underlines a key must not be more careful than the gate.
    """
    assert VALID.is_valid(spec) or not planned(spec)


@drawing
@given(spec=GOOD)
def test_a_spec_of_the_schema_is_planned_or_refused_with_a_reason(spec: dict[str, Any]) -> None:
    """
    Sizes, rates, prices and limits from the whole range of each.
    """
    planned(spec)


@drawing
@given(spec=mutated(GOOD))
def test_a_wrong_spec_is_refused_with_place_and_reason(spec: dict[str, Any]) -> None:
    """
    Keys lost, misspelt or added, values of another kind, another unit, another nesting.
    """
    planned(spec)


def test_draws_are_planned_and_refused() -> None:
    """
    Neither all of one kind, or nothing would be tested above.
    """
    found: list[bool] = []

    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(spec=st.one_of(GOOD, mutated(GOOD)))
    def draw(spec: dict[str, Any]) -> None:
        found.append(planned(spec))

    draw()
    assert 0 < sum(found) < len(found)
