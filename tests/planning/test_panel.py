from pathlib import Path
from typing import Any

import pytest

from tokencost.catalog.load import load as load_catalog
from tokencost.nouns.answer import Candidate
from tokencost.nouns.panel import Panel
from tokencost.planning.memory import remembering
from tokencost.planning.panel import panel_of
from tokencost.planning.plan import quick_plan
from tokencost.report.answers_json import candidate_fields
from tokencost.spec.load import load, load_bytes

SPECS = Path(__file__).parents[2] / "specs"
CATALOG = remembering(load_catalog())
BARE = b"version: 1\nname: bare\ntask: text-to-image\noutput: {width: 512, height: 512}\n"


def panel(name: str) -> Panel:
    spec = load(SPECS / f"{name}.yaml", [], CATALOG)
    return panel_of(CATALOG, spec, quick_plan(CATALOG, spec))


def told(candidate: Candidate) -> dict[str, Any]:
    """What a command prints of it; only draws know how sure it is, and only the text of a spec what it assumes."""
    return {
        key: value for key, value in candidate_fields(candidate).items() if key not in ("uncertainty", "assumptions")
    }


@pytest.mark.parametrize(
    ("name", "every"), [("poster-1024", 83), ("clip-256", 41), ("captions", 7), ("thumbnails", 23)]
)
def test_every_setting_is_the_plan_of_its_overrides(name: str, every: int) -> None:
    """
    A number that somebody finds by turning a knob is believed as one that a command printed, so it is that one.
    """
    settings = panel(name).settings[::every]
    for setting in settings:
        found = quick_plan(CATALOG, load(SPECS / f"{name}.yaml", setting.overrides, CATALOG))
        known = {candidate.model: candidate for candidate in found.candidates}
        best, *others = setting.candidates

        assert (best.model if best.feasible else None) == found.recommendation.model
        assert [told(known[one.model]) for one in setting.candidates] == [told(one) for one in setting.candidates]
        for one in (best, *others):
            family = [candidate.model for candidate in found.candidates if candidate.family == one.family]
            assert not one.feasible or one.model == family[0]
            assert one.feasible or not any(known[model].feasible for model in family)
    assert len(settings) > 2


def test_settings_are_all_combinations_in_order() -> None:
    """
    A page finds a plan by the places of its knobs alone.
    """
    found = panel("poster-1024")
    sizes = [len(knob.values) for knob in found.knobs]
    places = [
        sum(place * step for place, step in zip(setting.places, _steps(sizes), strict=True))
        for setting in found.settings
    ]

    assert ["output", "assume.steps_of", "traffic", "platform.price"] == [knob.path for knob in found.knobs]
    assert list(range(len(found.settings))) == places
    assert () in [setting.overrides for setting in found.settings]
    assert all(knob.start in knob.values for knob in found.knobs)


def _steps(sizes: list[int]) -> list[int]:
    steps = [1]
    for size in reversed(sizes[1:]):
        steps.insert(0, steps[0] * size)
    return steps


def test_what_a_spec_does_not_say_has_no_knob() -> None:
    """
    Nobody asked how much traffic there is, so there is nothing to turn.
    """
    spec = load_bytes(BARE, "bare.yaml", [], CATALOG)
    found = panel_of(CATALOG, spec, quick_plan(CATALOG, spec))

    assert "traffic" not in [knob.path for knob in found.knobs]
