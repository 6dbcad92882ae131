"""What the reports of the sampler say: counts beside formulas, what guidance does, and the tokens."""

from collections.abc import Iterator

from tokencost.planning.sample import Compared, Run, Sampled, Sampling
from tokencost.report import numbers
from tokencost.report.blocks import Answer, Blocks, Column, Facts, Grid, Row, present
from tokencost.report.content_run import grid
from tokencost.sampling.layout import TokenGrid

MIXING = "uncond + g (cond - uncond), as Emu3 mixes them; papers that write (1 + w) cond - w uncond mean w = g - 1"


def of_sample(found: Sampled) -> Blocks:
    """The verdict on the counts first, then phase by phase, weight by weight, and the first weight's tokens."""
    shown = next(run for run in found.runs if run.weight == found.asked.weights[0])
    return present(
        Answer(text=headline(found), tone="good" if found.equal else "bad"),
        Facts(pairs=tuple(_about(found))),
        *_phases(found),
        _guidance(found),
        Facts(title=f"tokens, guidance {named(shown.weight)}", pairs=tuple(token_rows(found, shown))),
    )


def headline(found: Sampled) -> str:
    """How much was written, and whether the counts agree."""
    sides, tokens = found.asked.grid, found.tokens
    said = "every count equals its formula" if found.equal else "COUNTS AND FORMULAS DIFFER"
    size = grid((sides.frames, sides.height, sides.width))
    return f"{numbers.count(tokens.visual)} codes, grid {size}, {numbers.count(tokens.generated)} tokens: {said}"


def named(weight: float | None) -> str:
    """A guidance weight as people write it."""
    return "none" if weight is None else f"{weight:g}"


def _about(found: Sampled) -> Iterator[tuple[str, str]]:
    asked, how = found.asked, found.asked.how
    ran, formula = (numbers.count(params) for params in found.params)
    yield "model", f"{ran} drawn parameters (formula {formula}); its pictures mean nothing, its costs are real"
    yield "format", f"{asked.tokenizer}: {numbers.count(found.tokens.structural)} tokens are forced around the codes"
    filters = [f"temperature {how.temperature:g}", f"top-k {how.top_k}" if how.top_k else "every code"]
    yield "drawn", ", ".join([*filters, f"top-p {how.top_p:g}", f"seed {asked.seed}"])
    if any(run.weight is not None for run in found.runs):
        yield "guidance", f"g mixes {MIXING}; branches run {asked.mode}"
    others = sum(phase.other for run in found.runs for phase in run.phases)
    product = "2 FLOP per multiply-add of every matrix product that ran; elements of weights and cache that it read"
    beside = f"{numbers.count(others)} element operations of norms, softmax, activations and rotations beside them"
    yield "counted", f"{product}; {beside}"


def _phases(found: Sampled) -> Iterator[Grid]:
    """A table for each different set of counts: a weight changes none of them."""
    groups: dict[tuple[Compared, ...], list[Run]] = {}
    for run in found.runs:
        groups.setdefault(run.phases, []).append(run)
    figures = ("passes", "FLOP", "by formula", "weights read", "cache read")
    for phases, runs in groups.items():
        weights = f"guidance {', '.join(named(run.weight) for run in runs)}"
        columns = (Column(name=weights), *(Column(name=name, figures=True) for name in figures))
        yield Grid(title=f"phases, {weights}", columns=columns, rows=tuple(map(_phase, phases)))


def _phase(phase: Compared) -> Row:
    ran, formula = phase.ran, phase.formula
    values = (ran.passes, ran.flop, formula.flop, ran.weights_read, ran.cache_read)
    remarks = () if phase.equal else (f"the formulas say {formula}",)
    return Row(cells=(ran.id, *map(numbers.count, values)), mark="yes" if phase.equal else "no", remarks=remarks)


def _guidance(found: Sampled) -> Grid:
    figures = ("entropy, nats", "from cond, nats", "agrees", "FLOP", "work", "weight reads")
    columns = (Column(name="guidance"), *(Column(name=name, figures=True) for name in figures))
    rows = tuple(
        Row(
            cells=(
                named(run.weight),
                numbers.number(run.effect.entropy),
                numbers.number(run.effect.divergence),
                numbers.percent(run.effect.agreement),
                numbers.work(run.flop),
                f"{numbers.number(run.relative_work)} x",
                f"{numbers.number(run.relative_reads)} x",
            )
        )
        for run in found.runs
    )
    return Grid(title="what guidance does", columns=columns, rows=rows)


def token_rows(found: Sampled, run: Run) -> Iterator[tuple[str, str]]:
    """Rows of the grid as they were written: codes by number, forced tokens by name."""
    asked = found.asked
    rows: list[list[str]] = [[]]
    codes = 0
    for token in run.tokens:
        code = token - asked.vocabulary.first_code
        if code >= 0 and codes and codes % asked.grid.width == 0:
            rows.append([])
        codes += code >= 0
        rows[-1].append(asked.vocabulary.name(token) if code < 0 else _code(asked, code))
    for n, row in enumerate(rows):
        yield _place(asked.grid, n), " ".join(row)


def _code(asked: Sampling, code: int) -> str:
    return str(code).rjust(len(str(asked.vocabulary.codes - 1)), "0")


def _place(sides: TokenGrid, row: int) -> str:
    frame, line = divmod(row, sides.height)
    return f"row {line + 1}" if sides.frames == 1 else f"frame {frame + 1} row {line + 1}"
