"""What the reports of an estimate and of a token count say."""

from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import Estimate, Footprint, Line, PhaseTime, Tokens
from tokencost.nouns.electricity import Electricity
from tokencost.report import numbers, sentences
from tokencost.report.blocks import Answer, Bars, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row, present
from tokencost.report.content import assumptions
from tokencost.units import Num


def of_estimate(estimate: Estimate) -> Blocks:
    """Time phase by phase, then tokens, parameters, memory, energy and cost."""
    fits = estimate.footprint is None or estimate.footprint.fits
    return present(
        Answer(text=sentences.of_estimate(estimate), tone="good" if fits else "bad"),
        Facts(pairs=(("request", sentences.request(estimate.request)),)),
        phases(estimate),
        Bars(title="time by phase", bars=bars(estimate.phases)),
        Facts(title="tokens", pairs=_tokens(estimate.tokens) if estimate.tokens else ()),
        Facts(title="parameters", pairs=tuple((name, numbers.count(n)) for name, n in estimate.params.items())),
        Facts(title="memory", pairs=_memory(estimate.footprint) if estimate.footprint else ()),
        Facts(title="speed and energy", pairs=_speed(estimate)),
        Facts(title="cost", pairs=tuple((line.name, bill_line(line)) for line in estimate.bill.lines)),
        Facts(title="electricity per asset", pairs=electricity(estimate.electricity) if estimate.electricity else ()),
        assumptions(estimate.assumptions),
        Facts(
            pairs=(
                *((("sources", ", ".join(estimate.sources)),) if estimate.sources else ()),
                *sentences.made_with(estimate.seal),
            )
        ),
        *([Command(lead="numbers", command=sentences.explain_run(estimate))] if estimate.platform else []),
    )


def phases(estimate: Estimate) -> Grid:
    """Each phase: how often, how much, how long, and what it waits for."""
    linked = any(float(phase.link_traffic) for phase in estimate.phases)
    names = ("steps", "work", "traffic", *(("link",) if linked else ()), "time")
    columns = (Column(name="phase"), *(Column(name=name, figures=True) for name in names), Column(name="bound"))
    return Grid(title="phases", columns=columns, rows=tuple(_phase(phase, linked) for phase in estimate.phases))


def _phase(phase: PhaseTime, linked: bool) -> Row:
    return Row(
        cells=(
            phase.id,
            numbers.count(phase.steps),
            numbers.work(phase.flop),
            numbers.size(phase.memory_traffic),
            *([numbers.size(phase.link_traffic)] if linked else []),
            numbers.time(phase.seconds),
            phase.bound,
        )
    )


def bars(timed: tuple[PhaseTime, ...]) -> tuple[tuple[str, float, str], ...]:
    """Each phase's time as a share of the longest."""
    longest = max((float(phase.seconds) for phase in timed), default=0.0)
    return tuple((p.id, float(p.seconds) / longest, numbers.time(p.seconds)) for p in timed) if longest else ()


def _tokens(tokens: Tokens) -> tuple[tuple[str, str], ...]:
    pairs = [("grid", grid(tokens.grid))] if all(float(side) for side in tokens.grid) else []
    named = {"visual": tokens.visual, "structural": tokens.structural, "text": tokens.text, "sequence": tokens.sequence}
    return (*pairs, *((n, numbers.count(v)) for n, v in (named | {"generated": tokens.generated}).items()))


def grid(sides: tuple[object, ...]) -> str:
    """Frames × rows × columns."""
    return " × ".join(numbers.count(float(str(side))) for side in sides)


def _memory(memory: Footprint) -> tuple[tuple[str, str], ...]:
    room = f"{numbers.size(memory.peak)} of {numbers.size(memory.available)}"
    return (
        ("weights", numbers.size(memory.weights)),
        ("KV cache", numbers.size(memory.kv_cache)),
        ("activations", numbers.size(memory.activations)),
        ("reserve", numbers.size(memory.reserve)),
        (
            "peak",
            f"{room}; {'fits' if memory.fits else 'does not fit'}, batch limit {numbers.count(memory.batch_limit)}",
        ),
    )


def _speed(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    pairs = [("latency", numbers.interval(estimate.latency, numbers.time))] if float(estimate.latency.value) else []
    if float(estimate.requests_per_second):
        pairs.append(("throughput", f"{numbers.number(estimate.requests_per_second)} requests/s per replica"))
    if float(estimate.tokens_per_second):
        pairs.append(("tokens", f"{numbers.number(estimate.tokens_per_second)} tokens/s per replica"))
    if estimate.energy:
        pairs.append(("energy", numbers.interval(estimate.energy, numbers.energy)))
    return tuple(pairs)


def electricity(taken: Electricity) -> tuple[tuple[str, str], ...]:
    """Lines of what is taken from the grid, and whose grid it is."""
    siting = taken.siting
    rate = f"{numbers.number(siting.carbon * numbers.KILO * numbers.KILOWATT_HOUR)} g/kWh"
    pairs = [(line.name, taken_text(line.joules, line.carbon)) for line in taken.lines]
    pairs.append(("in all", taken_text(taken.joules, taken.carbon)))
    if taken.month_joules is not None:
        month = f"{numbers.kilowatt_hours(taken.month_joules)}, {numbers.carbon(taken.month_carbon)}"
        pairs.append(("per month", month))
    return (*pairs, ("grid", f"{siting.region}, {rate}: {siting.carbon_source}"), ("PUE", siting.pue_source))


def taken_text(joules: Num, carbon: Num) -> str:
    """Joules, the same as people pay them, and CO2."""
    return f"{numbers.energy(joules)}, {numbers.kilowatt_hours(joules)}, {numbers.carbon(carbon)}"


def bill_line(line: Line) -> str:
    """Quantity × price = amount, and whose price it is."""
    price = numbers.UNKNOWN if line.price is None else f"{numbers.number(line.price)} {line.price_unit}"
    text = f"{numbers.number(line.quantity)} {line.unit} × {price} = {numbers.usd(line.amount)}"
    return f"{text} ({line.source})" if line.source else text


def of_tokens(tokens: TokenCount) -> Blocks:
    """The grid and what is written around it."""
    named = {
        "visual": tokens.visual,
        "structural": tokens.structural,
        "generated": tokens.generated,
        "prompt": tokens.prompt,
        "sequence": tokens.prompt + tokens.generated,
    }
    sides = grid((tokens.frames, tokens.height, tokens.width))
    return present(
        Answer(text=f"{numbers.count(tokens.generated)} tokens: grid {sides}"),
        Facts(pairs=tuple((name, numbers.count(value)) for name, value in named.items())),
        Bullets(
            title="reconstruction, the ceiling of every image",
            items=tuple(Item(text=sentences.ceiling(score)) for score in tokens.ceilings),
        ),
    )
