"""Formulas that are written into each other give what they give one by one."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.platforms import image, on, phase, program
from tests.promises.fused import TARGET, formatted
from tokencost.formula import assuming, deriving
from tokencost.nouns.hardware import Platform, RowsPoint, SizePoint
from tokencost.nouns.request import Request
from tokencost.timing import pricing
from tokencost.timing.phases import precision_of, step_demand
from tokencost.timing.pricing import priced
from tokencost.timing.roofline import operator_cost

COLUMNS = ("compute", "memory", "seconds", "traffic", "kernels")
CLIP = Request(task="text-to-video", width=512.0, height=512.0, frames=33.0, fps=8.0, prompt_tokens=64.0)
PLATFORMS: list[dict[str, Any]] = [
    {"gpu": "a100-80gb-sxm", "engine": "eager"},
    {"gpu": "h100-80gb-sxm", "engine": "vllm", "precision": "fp8"},
    {"gpu": "rtx-4090-24gb", "engine": "tensorrt", "precision": "fp16"},
    {"gpu": "v100-16gb", "engine": "eager", "precision": "fp16"},
    {"gpu": "l40s-48gb", "engine": "compile", "precision": "int4-weight-only"},
]


def one_by_one(operators: Any, where: Platform, precision: Any) -> tuple[Any, ...]:
    """Sums over operators, formula by formula."""
    costs = [operator_cost(op, where, precision) for op in operators]
    return tuple(sum((getattr(cost, name) for cost in costs), 0.0) for name in COLUMNS)


def test_the_module_is_what_the_formulas_say() -> None:
    """
    A formula that changes takes effect where it is written out too: `python -m tests.promises.fused` writes it anew.
    """
    assert formatted() == TARGET.read_text(encoding="utf-8")


@pytest.mark.parametrize("options", PLATFORMS, ids=lambda options: options["gpu"])
@pytest.mark.parametrize("model", ["sd1.5", "flux.1-dev", "emu3-gen", "infinity-2b", "sana-1.6b", "ltx-video-2b"])
def test_every_operator_costs_the_same_to_the_last_bit(
    model: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Nothing is approximated: only calls are left out, and the formulas are not asked instead.
    """
    where = on(model, **options)
    monkeypatch.setattr(pricing, "operator_cost", lambda op, *_: pytest.fail(f"{op.id} was priced by the formulas"))
    for part in program(model, CLIP if model.startswith("ltx") else image(768.0), **options):
        precision = precision_of(part, where)

        assert one_by_one(part.operators, where, precision) == priced(part.operators, where, precision)


def test_measured_curves_are_followed() -> None:
    """
    Shares by rows and by size replace the single ones, operator by operator.
    """
    plain = on("sd1.5")
    curves = replace(
        plain.achieved,
        matmul_by_rows=(RowsPoint(rows=1.0, share=0.1), RowsPoint(rows=4096.0, share=0.9)),
        elementwise_by_size=(SizePoint(size=1e3, share=0.2), SizePoint(size=1e9, share=0.8)),
    )
    where = replace(plain, achieved=curves)
    denoise = phase("sd1.5", image(), "denoise")
    precision = precision_of(denoise, where)

    assert one_by_one(denoise.operators, where, precision) == priced(denoise.operators, where, precision)


def test_unfused_attention_is_written_out_too() -> None:
    """
    A user's engine may run it.
    """
    plain = on("emu3-gen")
    where = replace(plain, engine=replace(plain.engine, attention="naive"))
    for part in program("emu3-gen", image(512.0)):
        precision = precision_of(part, where)

        assert one_by_one(part.operators, where, precision) == priced(part.operators, where, precision)


@pytest.mark.parametrize("rows", [np.array([64.0, 4096.0]), np.array([64.0])])
def test_arrays_are_left_to_the_formulas(rows: Any) -> None:
    """
    A sweep hands in arrays, also of one element; they come back as arrays of the same shape.
    """
    where, denoise = on("sd1.5"), phase("sd1.5", image(), "denoise")
    operators = tuple(replace(op, count=rows) for op in denoise.operators)
    found = priced(operators, where, precision_of(denoise, where))

    assert [rows.shape] * 5 == [np.shape(total) for total in found]


def test_whoever_records_or_assumes_is_heard() -> None:
    """
    A derivation holds every operator, and a cost that is assumed counts.
    """
    where, denoise = on("sd1.5"), phase("sd1.5", image(), "denoise")
    plain = step_demand(denoise, where)
    with deriving() as root:
        step_demand(denoise, where)
    (step,) = root.children
    assumed = operator_cost(denoise.operators[0], where, precision_of(denoise, where))
    with assuming({f"operator_cost:{denoise.operators[0].id}": replace(assumed, seconds=1000.0)}):
        slower = step_demand(denoise, where)

    assert len(denoise.operators) == sum(child.formula.name == "operator_cost" for child in step.children)
    assert slower.busy > plain.busy + 900
