"""Small answers of every kind, with harmless and with hostile names."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

from tests.measuring.synthetic import calibration
from tokencost.catalog.load import load
from tokencost.counting.tokens import TokenCount
from tokencost.nouns.acceleration import Report
from tokencost.nouns.answer import (
    Bill,
    Candidate,
    Capacity,
    Comparison,
    Estimate,
    Footprint,
    Interval,
    Line,
    Note,
    PhaseTime,
    Plan,
    PlatformName,
    Recommendation,
    Scored,
    Tokens,
    Violation,
)
from tokencost.nouns.budget import Place
from tokencost.nouns.change import Altered, Cause, CauseKind, Change, Compared, LineChange, Measure, Outcome
from tokencost.nouns.check import Checked, Finding
from tokencost.nouns.claim import Claim, Exercise, Primary, Step
from tokencost.nouns.flip import Fix, Flip, Quantiles, Remedy, Shift, Spread, Steady
from tokencost.nouns.request import LatencyLimit, Request, Traffic
from tokencost.nouns.what_if import Option, WhatIf
from tokencost.planning.capacity import CapacityPlan, Examined, Followed, Point
from tokencost.planning.claims import Claims, Solved, Worked, judge
from tokencost.planning.sample import Sampled, Sampling, sampled
from tokencost.sampling.layout import TokenGrid
from tokencost.serving.service import Service

HOSTILE = {
    "escape": "\x1b[2J\x1b]0;pwn\x07 PASS",
    "workflow": "x%0A::add-mask::a%0D%0A::stop-commands::t\n::error file=a::b ##[add-mask]secret",
    "property": "a,line=1,title=Approved::looks fine",
    "tags": "</script><script>alert(1)</script><img src=x onerror=alert(1)><!-- x -->",
    "fence": "a ` <img src=x onerror=alert(1)> ` b ``` <img src=x>",
    "markdown": "| a | [x](javascript:alert(1)) @org/security #1 www.evil.example https://evil.example **b** \\|",
    "heading": "x\n# PASS\n\n```\nbudget_ok=true\nEOF",
    "rich": "[red]x[/red] [link=https://evil.example]y[/link]",
    "formula": "=cmd|' /C calc'!A0",
    "minus": "-2+3",
    "direction": "safe\u202egnp.exe\u2066 \u2028 \u200b\ufeff\U000e0041",
    "xml": "a\x0b\x00\ufffe]]>&amp;",
    "wide": "ポスター工房 مرحبا 🎨" * 5,
    "long": "w" * 300,
    "surrogate": "bad\udcff.yaml",
}

PLATFORM = PlatformName(gpu="a100-80gb-sxm", gpus=2.0, engine="compile", precision="bf16", parallelism="tp2")
REQUEST = Request(task="text-to-image", width=1024.0, height=1024.0, prompt_tokens=60.0)
BILL = Bill(
    per_asset=0.0123,
    per_month=12345.67,
    lines=(
        Line(
            name="GPUs", quantity=730.0, unit="GPU h/month", price=1.8, price_unit="USD/h", amount=1314.0, source="mine"
        ),
        Line(name="egress", quantity=1.0, unit="GB", price=None, price_unit="USD/GB", amount=None),
    ),
    price=1.8 / 3600,
    price_source="your price",
)
FLIP = Flip(
    axis="GPU price", path="platform.price", unit="USD/h", turns="family", start=1.8, value=12.01, kept=12.0,
    distance=5.672, overrides=("platform.price=12.01 USD/h",), before=("platform.price=12 USD/h",), model="imagen-4",
    family="api",
)  # fmt: skip
NAMED_FLIP = Flip(
    axis="engine", path="platform.engine", unit="", turns="model", start="compile", value="eager", kept=None,
    distance=None, overrides=("platform.engine=eager",), others=("xdit", "vllm"), model=None, family=None,
)  # fmt: skip
STEADY = Steady(
    axis="latency limit p95", path="latency.p95", unit="s", turns="model", start=10.0, low=0.5, high=200.0,
    why="a twentieth to twenty times",
)  # fmt: skip
REMEDY = Remedy(
    model="",
    fixes=(
        Fix(
            changes=(
                Shift(axis="resolution", path="output", unit="px", start=1024.0, value=832.0, distance=-0.1875),
                Shift(axis="budget", path="budget.per_asset", unit="USD", start=0.01, value=0.5, distance=49.0),
            ),
            overrides=("output.width=832", "output.height=832", "budget.per_asset=0.5 USD"), model="sdxl",
            family="diffusion",
        ),
        Fix(
            changes=(
                Shift(axis="engine", path="platform.engine", unit="", start="eager", value="xdit", distance=None),
            ),
            overrides=("platform.engine=xdit",), model="sdxl", family="diffusion",
        ),
    ),
)  # fmt: skip
SPREAD = Spread(
    cost=Quantiles(p10=0.01, p50=0.0123, p90=0.02), seconds=Quantiles(p10=0.8, p50=1.0, p90=1.4),
)  # fmt: skip
NO_BILL = Bill(per_asset=None, per_month=None, lines=(), price=None, price_source="no price known")


def phase(name: str, seconds: float) -> PhaseTime:
    return PhaseTime(
        id=name,
        component="denoiser",
        steps=30.0,
        flop=1.5e14 * seconds,
        memory_traffic=2.039e12 * seconds,
        link_traffic=1e9,
        kernels=1000.0,
        seconds=seconds,
        bound="compute",
    )


def estimate(name: str = "sdxl", *, fits: bool = True) -> Estimate:
    return Estimate(
        model=name,
        name="Stable Diffusion XL",
        family="diffusion",
        request=REQUEST,
        platform=PLATFORM,
        tokens=Tokens(
            grid=(1.0, 128.0, 128.0), visual=16384.0, structural=0.0, text=77.0, sequence=16461.0, generated=0.0
        ),
        params={"total": 3469763659.0, "denoiser": 2567463684.0, "text_encoder": 902299975.0},
        phases=(phase("encode-text", 0.0123), phase("denoise", 1 / 3), phase("decode-latent", 0.1)),
        footprint=Footprint(
            weights=6.9e9,
            kv_cache=0.0,
            activations=2.5e9,
            reserve=7e8,
            peak=1.01e10,
            available=8.5e10,
            fits=fits,
            batch_limit=31.0,
        ),
        latency=Interval(value=0.4456333, low=0.35, high=0.56),
        requests_per_second=2.244,
        tokens_per_second=0.0,
        energy=Interval(value=150.0, low=120.0, high=190.0),
        bill=BILL,
        assumptions=(Note(name="batch", value="1", reason="nobody asked for more"),),
        sources=("sdxl-2023", "nvidia-a100-datasheet"),
    )


def api_estimate(name: str = "imagen-4") -> Estimate:
    return replace(
        estimate(name),
        family="api",
        platform=None,
        tokens=None,
        params={},
        phases=(),
        footprint=None,
        latency=Interval(value=0.0, low=0.0, high=0.0),
        requests_per_second=0.0,
        energy=None,
        bill=replace(BILL, per_month=None),
        assumptions=(),
    )


def candidate(name: str = "sdxl", *, feasible: bool = True) -> Candidate:
    fleet = Capacity(
        replicas=4.0,
        gpus=8.0,
        batch=2.0,
        utilisation=0.73,
        p50=0.6,
        p95=1.2345678,
        p99=float("inf"),
        method="exact (M/D/c)",
    )
    late = Violation(
        constraint="latency.p95", message=f"p95 of {name} is 301 s, the limit is 10 s", actual=301.0, limit=10.0
    )
    return Candidate(
        model=name,
        name=name,
        family="diffusion",
        feasible=feasible,
        violations=() if feasible else (late,),
        estimate=estimate(name),
        capacity=fleet if feasible else None,
        bill=BILL if feasible else None,
        quality=(Scored(metric="geneval", value=0.55, bound=">= 0.5", source="sdxl-2023"),),
        spread=SPREAD,
    )


def unknown_candidate(name: str = "emu3-gen") -> Candidate:
    why = Violation(constraint="size", message=f"{name} makes at most 720 x 720 pixels")
    return Candidate(
        model=name, name=name, family="autoregressive", feasible=False, violations=(why,), estimate=None, capacity=None,
        bill=None, quality=(), undisclosed=("params",),
    )  # fmt: skip


def api_candidate(name: str = "imagen-4") -> Candidate:
    return Candidate(
        model=name, name=name, family="api", feasible=True, violations=(), estimate=api_estimate(name), capacity=None,
        bill=NO_BILL, quality=(),
    )  # fmt: skip


def plan(name: str = "poster-studio", *, file: str = "specs/poster.yaml", model: str = "sdxl") -> Plan:
    return Plan(
        name=name,
        file=file,
        task="text-to-image",
        spec={
            "version": 1,
            "name": name,
            "latency": {"p95": 10.0, "p50": None},
            "budget": {"per_month": float("inf")},
            "quality": {"unknown": "refuse"},
        },
        places={"latency.p95": (9, 8)},
        recommendation=Recommendation(
            verdict="recommended", model=model, family="diffusion", reasons=(f"{name}: the cheapest",),
            binding="latency.p95", margin=0.28, confidence=0.93, family_confidence=0.97,
            runner_up="imagen-4", flips=(FLIP, NAMED_FLIP), steady=(STEADY,),
        ),
        candidates=(candidate(model), api_candidate(), candidate("late", feasible=False), unknown_candidate()),
    )  # fmt: skip


def close_plan() -> Plan:
    made = plan()
    return replace(
        made, recommendation=replace(made.recommendation, verdict="too-close-to-call", family_confidence=0.55)
    )


def refused_plan(name: str = "poster-studio", *, file: str = "specs/poster.yaml") -> Plan:
    said = Recommendation(
        verdict="nothing-feasible", model=None, family=None, reasons=(f"{name}: every candidate is too slow",),
        binding="latency.p95", margin=None, confidence=None, family_confidence=None, runner_up=None,
        remedy=REMEDY,
    )  # fmt: skip
    return replace(
        plan(name, file=file), recommendation=said, candidates=(candidate("late", feasible=False), unknown_candidate())
    )


def passed(name: str = "poster-studio") -> Checked:
    return Checked(plan=plan(name), passed=True, findings=())


def failed(name: str = "poster-studio", *, file: str = "specs/poster.yaml") -> Checked:
    late = Finding(
        rule="latency", message=f"{name}: p95 is 301 s, the limit is 10 s", path="latency.p95", line=9, column=8,
        actual=301.0, limit=10.0,
    )  # fmt: skip
    dear = Finding(rule="budget", message="no price is known", path="budget.per_month", line=0, column=0)
    return Checked(plan=refused_plan(name, file=file), passed=False, findings=(late, dear))


def ruled(name: str = "poster-studio") -> Checked:
    """Rules of a budget file whose owner writes what they like."""
    dear = Finding(
        rule="asset-cost", message="usd_per_asset is 2 USD, the limit is 1 USD", path="output", line=9, column=8,
        actual=2.0, limit=1.0, unit="USD", owner=name, advice=name, stated=Place(file=name, line=5, column=3),
    )  # fmt: skip
    kept = replace(dear, level="note", waived=f"waived through 2027-01-31, 1 day left: {name}")
    return Checked(
        plan=plan(),
        passed=False,
        findings=(dear, replace(dear, level="warn"), kept),
        budget=name,
        rules=("asset-cost",),
    )


def comparison(model: str = "sdxl") -> Comparison:
    return Comparison(
        task="text-to-image",
        width=1024.0,
        height=1024.0,
        frames=1.0,
        platform=PLATFORM,
        candidates=(candidate(model), api_candidate(), unknown_candidate()),
    )


def tokens() -> TokenCount:
    return TokenCount(
        frames=1.0, height=90.0, width=90.0, visual=8100.0, structural=99.0, generated=8199.0, prompt=64.0
    )


def sample() -> Sampled:
    grid = TokenGrid(frames=2, height=1, width=2)
    return sampled(load(), Sampling(grid=grid, weights=(None, 3.0, 5.0)))


def sample_that_differs() -> Sampled:
    run = sample().runs[0]
    wrong = replace(run.phases[0], ran=replace(run.phases[0].ran, flop=1.0))
    return replace(sample(), runs=(replace(run, phases=(wrong,)),))


def stated(says: str, **change: Any) -> Claim:
    return Claim(
        id="claim", order=1, about="tokens", says=says, source=says, remark=says,
        primary=Primary(says=says, source=says, figures=(1.0, 2.0)),
        **({"figures": (1.5, 5.0), "unit": "s", "arithmetic": "2 * 2", "prediction": "8 / 3"} | change),
    )  # fmt: skip


def claims(says: str = "a claim") -> Claims:
    made = (
        stated(says), stated(says, figures=(900.0,)), stated(says, figures=(), verdict="unpublished", unit="tokens"),
        stated(says, figures=(0.1,), unit="B"), stated(says, verdict="incomplete", unit="FLOP"),
    )  # fmt: skip
    step = Step(says=says, expression="1 / 3", unit="%")
    exercise = Exercise(id="exercise", order=1, says=says, source=says, steps=(step,), follows=says)
    return Claims(
        judged=tuple(judge(claim, {}) for claim in made),
        solved=(Solved(exercise=exercise, steps=(Worked(step=step, value=1 / 3),)),),
        titles={"emu3-lesson": says},
    )


def examined(name: str) -> Examined:
    made = candidate(name)
    assert made.capacity is not None
    overloaded = replace(made.capacity, replicas=3.0, utilisation=1.04, p50=math.inf, p95=math.inf, method="overloaded")
    points = tuple(
        Point(load=1.0, capacity=fleet, bill=bill, kept=kept)
        for fleet, bill, kept in (
            (overloaded, BILL, False), (made.capacity, BILL, True), (made.capacity, BILL, None),
            (made.capacity, NO_BILL, True),
        )
    )  # fmt: skip
    day = Followed(cold_start=120.0, fewest=1.0, mean=2.5, most=4.0, per_month=5000.0)
    service = Service(slots=2, full=0.9, alone=0.4)
    return Examined(candidate=made, service=service, fleets=points, loads=points, followed=day)


def bare(made: Candidate) -> Examined:
    return Examined(candidate=made, service=None, fleets=(), loads=(), followed=None)


def capacity(name: str = "poster-studio", *, file: str = "specs/poster.yaml", model: str = "sdxl") -> CapacityPlan:
    return CapacityPlan(
        plan=plan(name, file=file, model=model), limits=(LatencyLimit(percentile=0.95, limit=10.0),),
        traffic=Traffic(average=2.0, peak=6.0, burstiness=2.0),
        examined=(examined(model), bare(candidate("late", feasible=False)), bare(api_candidate())),
    )  # fmt: skip


def outcome(name: str, amount: float | None) -> Outcome:
    return Outcome(
        model=name, family="diffusion", feasible=True, per_asset=amount, per_month=amount, lines=BILL.lines, gpus=2.0,
        memory=2e10, p50=1.0, p95=2.0, p99=3.0,
    )  # fmt: skip


def compared(name: str = "poster-studio") -> Compared:
    causes = tuple(
        Cause(
            kind=kind, altered=(Altered(path=name, before=name, after=name), Altered(path=name, before="", after="1"))
        )
        for kind in get_args(CauseKind)
    )
    parts = (1.0, 2.0, -0.5, 0.25)
    measures = tuple(
        Measure(name=measure, step=0.01, before=10.0, after=12.75, parts=parts)
        for measure in ("per_asset", "per_month")
    )
    lines = (
        LineChange(name=name, old=BILL.lines[0], new=None, before=10.0, after=0.0, parts=(-10.0, 0.0, 0.0, 0.0)),
        LineChange(name=name, old=None, new=BILL.lines[0], before=0.0, after=12.75, parts=(11.0, 2.0, -0.5, 0.25)),
    )
    change = Change(
        name=name, old=f"main:{name}", new=name, before=outcome(name, 10.0), after=outcome(name, 12.75), causes=causes,
        method="in order", measures=measures, lines=lines,
    )  # fmt: skip
    return Compared(change=change, violations=(Violation(constraint="increase.per_asset", message=name),))


def unpriced() -> Compared:
    change = replace(compared().change, before=outcome("a", None), method="none", measures=(), lines=())
    return Compared(change=change, violations=())


def option(name: str, *, problem: str = "") -> Option:
    timed = Report(
        model="sdxl", of="time", factor=2.611, grade="published", conditions=f"{name}: 50 steps", quality="none known",
        rows=("img1", "img2"), source="deepcache-repo, README",
    )  # fmt: skip
    return Option(
        id=name, name=name, parts=(name,), change=f"model {name}", estimate=None if problem else estimate(name),
        factor=None if problem else 2.5, evidence="published", reports=(timed, replace(timed, of="passes")),
        quality=(f"{name}: unknown",), sources=(name, "other"), problems=(problem,) if problem else (),
    )  # fmt: skip


def what_if(name: str = "deepcache") -> WhatIf:
    """A base, an option, one that cannot be had, and a stack of two."""
    both = replace(option(name), id=f"{name}+int8", parts=(name, "int8"))
    return WhatIf(base=estimate(), options=(option(name), option("fp8", problem=f"{name} has no fp8")), stacks=(both,))


ANSWERS: dict[str, list[Any]] = {
    "plan": [[plan()], [close_plan()], [refused_plan()], [plan(), refused_plan("b")], [replace(plan(), candidates=())]],
    "check": [[passed()], [failed()], [passed(), failed("b")]],
    "diff": [compared(), unpriced()],
    "compare": [comparison(), replace(comparison(), candidates=(unknown_candidate(),), frames=49.0)],
    "compare --what-if": [what_if(), replace(what_if(), stacks=()), replace(what_if(), options=(), stacks=())],
    "estimate": [estimate(), estimate(fits=False), api_estimate()],
    "tokens": [tokens()],
    "sample": [sample(), sample_that_differs()],
    "explain --claims": [claims()],
    "capacity": [
        capacity(),
        replace(capacity(), traffic=Traffic(average=1.0, peak=1.0, arrivals=(0.0, 1.0))),
        replace(capacity(), traffic=None, limits=(), examined=(bare(candidate()),)),
        replace(capacity(), examined=(bare(candidate("late", feasible=False)),)),
        replace(capacity(), examined=()),
    ],
    "calibrate": [calibration(), calibration(model=1.0), calibration(noise=0.9)],
}

NAMED: dict[str, Callable[[str], Any]] = {
    "plan": lambda name: [plan(name, file=f"{name}.yaml", model=name)],
    "check": lambda name: [failed(name, file=f"{name}.yaml"), passed(name)],
    "diff": compared,
    "compare": lambda name: comparison(name),
    "compare --what-if": lambda name: what_if(name),
    "estimate": lambda name: estimate(name),
    "explain --claims": lambda name: claims(name),
    "capacity": lambda name: capacity(name, file=f"{name}.yaml", model=name),
}
"""Answers in which everything a user or a record can name has this name."""
