"""`explain` as text and as JSON: the answer, where the FLOPs are block by block, then the derivation."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from tokencost.nouns.answer import Estimate
from tokencost.planning.explained import Block, Explanation
from tokencost.report import numbers, sentences, table
from tokencost.report.answers_json import made_with, written
from tokencost.report.blocks import Column, Grid, Row
from tokencost.report.derivation import Derived, derive, lines
from tokencost.report.numbers import jsonable
from tokencost.units import Num

INDENT = "  "
BLOCKS_SHOWN = 40
KINDS = ("linear", "attention", "convolution")


def text(answer: tuple[Explanation, bool], *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For people: wrapped to the width, indented by depth."""
    explained, full = answer
    look = table.Look(width=width, color=color, ascii_only=ascii_only)
    found = [wrapped(0, headline(explained.estimate), look), "", *_blocks(explained, look)]
    found += [*told(explained.catalog.seal, look), "Derivation", "", *derivation(derive(explained, full=full), look)]
    return "\n".join(found) + "\n"


def told(seal: str, look: table.Look) -> Iterator[str]:
    """What computed it, in a line of its own."""
    for pair in sentences.made_with(seal):
        yield from (wrapped(0, "  ".join(pair), look), "")


def derivation(found: Sequence[Derived], look: table.Look) -> Iterator[str]:
    """Every formula with what was put into it, indented by depth."""
    seen: set[tuple[object, ...]] = set()
    for derived in found:
        yield from (wrapped(depth, line, look) for depth, line in lines(derived, 0, seen))


def headline(estimate: Estimate) -> str:
    """The answer in one line."""
    request, on = estimate.request, estimate.platform
    size = f"{request.width:g}x{request.height:g}" + (
        f", {request.frames:g} frames" if float(request.frames) > 1 else ""
    )
    seconds = numbers.interval(estimate.latency, numbers.time)
    flop = numbers.work(sum((p.flop for p in estimate.phases), 0.0))
    where = f" on {on.gpus:g} x {on.gpu}, {on.engine}, {on.precision}" if on else ""
    return f"{estimate.name}, {size}: {seconds}, {flop}, {numbers.usd(estimate.bill.per_asset)} per asset{where}"


def wrapped(depth: int, line: str, look: table.Look) -> str:
    """A line of a derivation at its depth, as text that steers no terminal."""
    pad = INDENT * depth
    return textwrap.fill(
        look.text(line), max(look.width, 40), initial_indent=pad, subsequent_indent=pad + INDENT * 2,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _blocks(explained: Explanation, look: table.Look) -> Iterator[str]:
    for phase, blocks in explained.blocks.items():
        steps = next(p.steps for p in explained.ready.program if p.id == phase)
        yield from wrapped(0, _phase_line(phase, blocks, steps), look).splitlines()
        shown = sorted((b for b in blocks if _flop(b) or b.params), key=lambda b: -_flop(b))[:BLOCKS_SHOWN]
        yield from table.render((_shares(shown, _total(blocks)),), look).splitlines()
        yield ""


def _shares(shown: Sequence[Block], total: float) -> Grid:
    """Blocks with their parameters and their FLOPs by kind, the largest first."""
    figures = tuple(Column(name=name, figures=True) for name in ("params", "share", *KINDS))
    rows = tuple(
        Row(
            cells=(
                block.name, numbers.scaled(block.params, "").strip(), f"{_flop(block) / total:.1%}" if total else "",
                *(numbers.work(block.flop[kind]) if block.flop.get(kind) else "" for kind in KINDS),
            )
        )
        for block in shown
    )  # fmt: skip
    return Grid(columns=(Column(name="block"), *figures), rows=rows)


def _phase_line(phase: str, blocks: tuple[Block, ...], steps: Num) -> str:
    """What a phase is, and how much of its attention causality spares."""
    said = f"{phase}: {numbers.work(_total(blocks))} per pass, {numbers.count(steps)} pass"
    square = sum((float(block.flop.get("attention", 0.0)) for block in blocks), 0.0)
    triangle = sum((float(block.needed) for block in blocks), 0.0)
    spared = (
        f"; attention is {numbers.work(square)} as a square, {numbers.work(triangle)} where causal kernels compute "
        "the triangle alone"
    )
    return said + ("" if float(steps) == 1 else "es") + (spared if triangle < square else "")


def _total(blocks: tuple[Block, ...]) -> float:
    return sum((_flop(block) for block in blocks), 0.0)


def _flop(block: Block) -> float:
    return float(sum(block.flop.values(), 0.0))


def as_json(answer: tuple[Explanation, bool]) -> str:
    """For programs: the whole tree, values in base units."""
    explained, full = answer
    blocks = {
        phase: [
            {
                "name": b.name,
                "params": numbers.stable(b.params),
                "flop": {k: numbers.stable(v) for k, v in b.flop.items()},
                "causal_attention": numbers.stable(b.needed),
            }
            for b in found
        ]
        for phase, found in explained.blocks.items()
    }
    document = {
        "schema": "tokencost.explain/1",
        **made_with(explained.catalog.seal),
        "model": explained.estimate.model,
        "answer": headline(explained.estimate),
        "blocks": blocks,
        "derivation": [node(derived) for derived in derive(explained, full=full)],
    }
    return written(jsonable(document))


def node(found: Derived) -> dict[str, Any]:
    """One formula and what it is made of."""
    return {
        "name": found.name,
        "about": found.about,
        "value": numbers.stable(found.value),
        "unit": found.unit or "count",
        "expression": found.expression,
        "cites": found.cites,
        "leaves": [
            {
                "name": leaf.name,
                "value": numbers.stable(leaf.value),
                "unit": leaf.unit or "count",
                "source": leaf.source,
            }
            for leaf in found.leaves
        ],
        "inner": [node(inner) for inner in found.inner],
        "left_out": found.left_out,
    }
