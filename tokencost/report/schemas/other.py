"""What the remaining commands say: derivations, samples, claims, records, calibrations, and refused inputs."""

from typing import Any, Literal

from tokencost.report.schemas.part import Part, Sealed, maybe, means
from tokencost.report.schemas.run import Energy, Latency, Memory, Named, Phase, Platform


class AmountOnly(Part):
    """What a request costs."""

    usd: float | None = means("per asset", "USD")


class ShortRun(Part):
    """A run in short."""

    latency: Latency | None = means("one request alone")
    flops: dict[str, float] | None = means("work: `total`, and by phase", "FLOP")
    memory: Memory | None = means("memory of one GPU")
    energy: Energy | None = means("one request")
    phases: list[Phase] = means("the program")
    cost: AmountOnly = means("what it costs")


class Reported(Part):
    """What somebody reported for this model."""

    of: str = means("time, or passes")
    factor: float = means("how many times as fast, or as few")
    grade: str = means("how good the evidence is")
    conditions: str = means("under which it was measured")
    source: str = means("who reported it")
    measurements: list[str] = means("ids of rows of the measurements")


class Option(Part):
    """An acceleration, or several together."""

    id: str = means("as `--accelerate` takes it")
    name: str = means("in words")
    parts: list[str] = means("accelerations that it is made of")
    change: str = means("what it changes")
    run: ShortRun | None = means("null: it cannot be had")
    factor: float | None = means("how many times as fast")
    evidence: str = means("how good the evidence is")
    reports: list[Reported] = means("what was reported")
    quality: list[str] = means("what it costs in quality")
    sources: list[str] = means("who says so")
    problems: list[str] = means("why it cannot be had")


class WhatIf(Named, Sealed):
    """One model as it is, and with every acceleration there is for it."""

    schema_: Literal["tokencost.what-if/1"] = means("this schema", name="schema")
    platform: Platform | None = means("where it runs")
    base: ShortRun = means("as it is")
    options: list[Option] = means("each acceleration alone")
    stacks: list[Option] = means("the fastest together")


class Counted(Part):
    """Operations of a phase."""

    passes: float = means("passes of the network")
    flop: float = means("work", "FLOP")
    weights_read: float = means("weights read", "B")
    cache_read: float = means("keys and values read", "B")


class SampledPhase(Part):
    """A phase, as it ran and as the formulas have it."""

    id: str = means("its name")
    counted: Counted = means("what ran")
    formula: Counted = means("what the formulas say")
    other: float = means("operations that no formula counts", "FLOP")
    equal: bool = means("whether both are the same")


class SampleRun(Part):
    """A grid sampled with one guidance weight."""

    guidance: float | None = means("weight; null: none")
    flop: float = means("work", "FLOP")
    relative_work: float | None = means("work, against no guidance")
    relative_reads: float | None = means("reads, against no guidance")
    entropy_nats: float | None = means("mean entropy of what was drawn from", "nat")
    divergence_nats: float | None = means("mean divergence from no guidance", "nat")
    agreement: float | None = means("share of positions with the same likeliest code")
    phases: list[SampledPhase] = means("prefill and decode")
    tokens: list[int] = means("what was drawn")


class Sample(Part):
    """A token grid from a small model."""

    schema_: Literal["tokencost.sample/1"] = means("this schema", name="schema")
    grid: list[int] = means("frames, rows and columns")
    tokenizer: str = means("whose rows, frames and ends are written")
    branches: str = means("how guidance runs")
    temperature: float = means("0 takes the likeliest code")
    top_k: int = means("likeliest codes that are kept; 0: all")
    top_p: float = means("share of probability that is kept")
    seed: int = means("of the draws")
    visual: float = means("tokens of the image or clip")
    structural: float = means("tokens that end rows and frames")
    generated: float = means("tokens that were written")
    params: float = means("parameters of the small model")
    params_formula: float = means("the same by the formulas")
    equal: bool = means("whether every count is the same")
    first_code: int = means("id of the first visual code")
    runs: list[SampleRun] = means("one per guidance weight")


class Leaf(Part):
    """A number that was put in."""

    name: str = means("which")
    value: float | None = means("in `unit`")
    unit: str = means("of the value")
    source: str = means("who says so")


class Derived(Part):
    """One formula and what it is made of."""

    name: str = means("of the formula")
    about: str = means("what it is")
    value: float | None = means("in `unit`")
    unit: str = means("of the value")
    expression: str = means("as it is computed")
    cites: Any = means("where it comes from")
    leaves: list[Leaf] = means("numbers that were put in")
    inner: list["Derived"] = means("formulas that were put in")
    left_out: int = means("inner formulas that are not shown")


class Block(Part):
    """A part of a network."""

    name: str = means("which")
    params: float | None = means("parameters")
    flop: dict[str, float | None] = means("work by operator class", "FLOP")
    causal_attention: float | None = means("attention that a causal mask needs", "FLOP")


class Explanation(Sealed):
    """The derivation of an estimate."""

    schema_: Literal["tokencost.explain/1"] = means("this schema", name="schema")
    model: str = maybe("of an estimate")
    run: str = maybe("of a training run")
    answer: str = means("in words")
    blocks: dict[str, list[Block]] = maybe("parts of the networks, by phase")
    derivation: list[Derived] = means("formulas, the answer first")


class Expression(Part):
    """An expression and its value."""

    expression: str = means("as it is evaluated")
    value: float | None = means("in the unit of the claim")


class Worked(Part):
    """A step of a calculation."""

    says: str = means("what it is")
    expression: str = means("as it is evaluated")
    value: float | None = means("in `unit`")
    unit: str = means("of the value")


class PrimarySource(Part):
    """What the primary source says."""

    says: str = means("in words")
    figures: list[float | None] = means("in the unit of the claim")
    source: str = means("which")


class Claim(Part):
    """What a lesson says."""

    id: str = means("its name")
    order: int = means("in the lesson")
    about: str = means("its subject")
    claim: str = means("in words")
    source: str = means("where it stands")
    unit: str = means("of its figures")
    figures: list[float | None] = means("what it says, in `unit`")
    arithmetic: Expression | None = means("what its own premises give")
    primary: PrimarySource = means("what the primary source says")
    prediction: Expression | None = means("what tokencost computes")
    verdict: str = means("how far it is right")
    ratio: float | None = means("claimed / known")
    remark: str | None = means("in words")
    also: list[Worked] = means("further calculations")


class Exercise(Part):
    """An exercise of the lesson, worked."""

    id: str = means("its name")
    question: str = means("in words")
    source: str = means("where it stands")
    figures: list[Worked] = means("steps")
    answer: str = means("in words")


class Claims(Part):
    """What a lesson on Emu3 says, counted again."""

    schema_: Literal["tokencost.claims/1"] = means("this schema", name="schema")
    claims: list[Claim] = means("in the order of the lesson")
    exercises: list[Exercise] = means("in the order of the lesson")
    sources: dict[str, str] = means("titles by id")


class Machine(Part):
    """What was measured on."""

    name: str = means("id of the records")
    device: str = means("cpu or cuda")
    model: str = means("of the processor or GPU")
    threads: int = means("0 on a GPU")
    memory_bytes: float = means("memory", "B")
    torch: str = means("version of PyTorch")
    date: str = means("of the measurement")


class Reading(Part):
    """A kernel or a model that was timed."""

    kind: str = means("of kernel, or model")
    id: str = means("which")
    rounds: int = means("times it was timed")
    median_s: float | None = means("middle of the rounds", "s")
    half_width: float | None = means("half the width of the middle half of the rounds, as a share")
    flop_per_s: float | None = means("rate of arithmetic", "FLOP/s")
    bytes_per_s: float | None = means("rate of memory", "B/s")
    predicted_s: float | None = means("of a model", "s")
    ratio: float | None = means("predicted / measured")


class Calibration(Part):
    """A machine, measured."""

    schema_: Literal["tokencost.calibrate/1"] = means("this schema", name="schema")
    machine: Machine = means("what was measured on")
    rounds: int = means("times each kernel was timed")
    readings: list[Reading] = means("kernels, then models")
    holds: bool = means("whether every model is predicted well enough")


class Listing(Part):
    """Records of a kind."""

    schema_: Literal["tokencost.list/1"] = means("this schema", name="schema")
    kind: str = means("which")
    rows: list[dict[str, Any]] = means("a record each")


class RecordField(Part):
    """A field of a record."""

    path: str = means("dotted")
    value: Any = means("in base units")
    unit: str | None = means("of the value")
    source: str | None = means("who says so")


class Record(Part):
    """A record of the catalogue."""

    schema_: Literal["tokencost.record/1"] = means("this schema", name="schema")
    kind: str = means("folder of the catalogue")
    id: str = means("its name")
    fields: list[RecordField] = means("every field")


class Problem(Part):
    """One thing to mend."""

    file: str = means("where")
    line: int = means("from 1; 0: not known")
    column: int = means("from 1; 0: not known")
    path: str = means("field of the document")
    message: str = means("what is wrong, and what would be right")


class Problems(Part):
    """What stands in the place of an answer when an input is refused."""

    schema_: Literal["tokencost.problems/1"] = means("this schema", name="schema")
    problems: list[Problem] = means("all of them")
    left_out: int = maybe("how many more there are")
