"""A sweep document that cannot be used says where, and what would be right."""

from pathlib import Path

import pytest

from tests.sweeping.documents import catalog, swept
from tokencost.errors import SpecError
from tokencost.spec.sweep import sweep_of_bytes
from tokencost.sweeping.preparing import prepared

GOOD = """version: 1
name: prices
spec: {version: 1, name: p, task: text-to-image, output: {width: 512, height: 512}, traffic: {peak: 1 req/s}}
axes:
  model: [sdxl, flux.1-dev]
  price: {from: 0.5 USD/h, to: 4 USD/h, points: 5, scale: log}
  width: {from: 512, to: 1024, step: 256}
where: feasible
"""
WRONG = [
    ("{from: 0.5", "{from: 9", "6:30: axes.price.to: the range ends below where it begins (4 < 9); swap them"),
    ("points: 5", "step: 1 USD/h", "6:", ),
    ("points: 5", "points: 0", "6:"),
    ("to: 4 USD/h", "to: 4 s", "6:32: axes.price.to: both ends take one unit, but '0.5 USD/h' and '4 s' differ"),
    ("USD/h", "s", "6:10: platform.price: '0.5 s' is not a price per time"),
    ("[sdxl, flux.1-dev]", "[sdxl, sdxl]", "5:17: axes.model.1: duplicate 'sdxl'; each value stands here once"),
    ("flux.1-dev]", "flux.1-dv]", "5:17: axes.model.1: no model is called 'flux.1-dv'; did you mean flux.1-dev"),
    ("[sdxl, flux.1-dev]", "[sdxl, wan2.1-14b]", "5:17: axes.model.1: wan2.1-14b does not do text-to-image"),
    ("  width:", "  gpu: [a-100]\n  width:", "7:8: platform.gpu: no GPU is called 'a-100'"),
    ("  width:", "  platform.colour: [red]\n  width:", "7:20: platform.colour: unknown key 'colour'"),
    ("  width:", "  output.width: [5]\n  width:", "8:3: axes.width: width and output.width are the same field"),
    ("step: 256", "step: -256", "7:38: axes.width.step: a step is above 0"),
    ("from: 512", "from: 0", "7:10: output.width: 0 is not allowed; it has to be at least 1"),
    ("feasible", "feasable", "8:8: where: 'feasable' is neither axis nor metric; did you mean feasible?"),
    ("feasible", "[price < 2 s]", "8:9: where.0: price is in USD/h; write the bound in it too"),
    ("feasible", "[model < sdxl]", "8:9: where.0: model is a name; it can be == or != another"),
    ("feasible", "[cost.per_asset_usd < 2 s]", "8:9: where.0: '2 s' is not a price in USD"),
    ("where: feasible", "metrics: [cost.asset]", "8:11: metrics.0: no metric is called 'cost.asset'; did you"),
    ("where: feasible", "heat_map: {x: price, y: size, value: feasible}", "8:25: heat_map.y: 'size' is no axis"),
    ("where: feasible", "top: {by: feasible, cont: 3}", "did you mean 'count'?"),
    ("where: feasible", "engine: dask", "8:1: engine: unknown key 'engine'"),
    ("task: text-to-image", "task: text-to-imge", "3:35: task: 'text-to-imge' is not known here; did you mean"),
]  # fmt: skip


def problems(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        prepared(catalog(), sweep_of_bytes(text.encode(), "sweep.yaml", Path("specs")))
    return str(caught.value)


@pytest.mark.parametrize(("said", "instead", "due"), WRONG, ids=[f"{one[1]}" for one in WRONG])
def test_a_mistake_is_shown_in_its_place(said: str, instead: str, due: str) -> None:
    """
    Files are mended where the finger points.
    """
    assert due in problems(GOOD.replace(said, instead, 2 if said == "USD/h" else 1))


def test_rates_keep_their_order() -> None:
    """
    A plan would refuse a peak below the average, so a sweep does before it begins.
    """
    with pytest.raises(SpecError, match=r"the peak \(0.5/s\) is below the average \(1/s\)"):
        swept({"traffic.peak": ["2 req/s", "0.5 req/s"]}, spec={"traffic": {"average": "1 req/s"}})


def test_too_many_points_are_refused() -> None:
    """
    A slip of a key would fill the disk.
    """
    wide = {"from": 1, "to": 5000, "step": 1}
    axes = {"price": {"from": "1 USD/h", "to": "2 USD/h", "points": 900}, "steps": wide, "width": wide}

    with pytest.raises(SpecError, match=r"22,500,000,000 points; at most 1,000,000,000 are computed"):
        swept(axes)


def test_what_the_spec_lists_is_swept() -> None:
    """
    A plan would choose among models and GPUs; a sweep shows each.
    """
    sweep = swept({"steps": [4, 8]}, spec={"candidates": ["sdxl"], "platform": {"gpu": ["t4-16gb", "l40s-48gb"]}})

    assert [("model", ("sdxl",)), ("gpu", ("t4-16gb", "l40s-48gb")), ("steps", ("4", "8"))] == [
        (axis.name, axis.values.texts) for axis in sweep.axes
    ]


def test_ranges_go_from_end_to_end() -> None:
    """
    Both ends are there, whole numbers are whole, and equal ones are there once.
    """
    prices = {"from": "1 USD/h", "to": "100 USD/h", "points": 3, "scale": "log"}
    steps = {"from": 1, "to": 4, "points": 6, "scale": "log"}
    sweep = swept({"steps": steps, "price": prices, "output.height": {"from": 256, "to": 1000, "step": 256}})

    assert {"steps": (1, 2, 3, 4), "price": (1, 10, 100), "output.height": (256, 512, 768)} == {
        axis.name: axis.values.numbers for axis in sweep.axes if axis.name != "model"
    }
