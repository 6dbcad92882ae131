"""A plan with everything beside it, with harmless and with hostile names."""

import functools
from dataclasses import fields, replace

from tests.report import cases
from tokencost.catalog.load import load
from tokencost.nouns.answer import Plan
from tokencost.nouns.panel import Knob, Panel, Setting
from tokencost.planning.dossier import SHARES, Dossier, Source, Spread
from tokencost.planning.explained import Explanation, explain_model
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.report import renderer


@functools.cache
def derived() -> Explanation:
    return explain_model(load(), "llamagen-xl", "image", OutputOptions(width=256, height=256), RunOptions())


def dossier(name: str = "poster-studio") -> Dossier:
    """A plan with everything beside it, and everything with this name."""
    made, source = cases.plan(name, file=f"{name}.yaml", model=name), Source(id=name, title=name, kind=name, url=name)
    knob = Knob(name=name, path="platform.price", unit=name, start=1.8, values=(0.9, 1.8))
    settings = tuple(
        Setting(
            places=(n,), overrides=(name,), candidates=(cases.candidate(name), cases.candidate(name, feasible=False))
        )
        for n in range(2)
    )
    return Dossier(
        **{field.name: getattr(made, field.name) for field in fields(Plan)}, overrides=(name,),
        fleets=cases.capacity(name, model=name), derivation=derived(), panel=Panel(knobs=(knob,), settings=settings),
        spreads=(Spread(model=name, shares=SHARES, seconds=tuple(1 + share for share in SHARES)),),
        sources={name: source, "b": replace(source, id="b", url="https://example.com/a?b=1&c=2")},
    )  # fmt: skip


def page(*plans: Plan) -> str:
    return renderer("plan", "html")([*plans])
