"""Training runs: what was published about them, and what is computed beside it."""

from collections.abc import Mapping
from typing import Literal

from tokencost.nouns.answer import Line, Note
from tokencost.nouns.electricity import Electricity
from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Count, Flop, FlopPerSecond, Fraction, Kilograms, Seconds, Size, Usd

Standing = Literal["primary", "secondary", "third-party"]
Recomputation = Literal["none", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Noun):
    """A part of a run in which samples have one shape: tokens in sequences, or images (clips) of one size.

    `tokens` are all that were trained on, in sequences of `sequence`; `images` are samples seen, repeats included. Both
    are 0 where only the shape is published.
    """

    id: str
    tokens: Count = 0.0
    sequence: Size = 0
    images: Count = 0.0
    width: Size = 0
    height: Size = 0
    frames: Size = 1
    conditions: str = ""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Noun):
    """One published figure of a whole run: GPU time, work, cost or CO2; exactly one of them is not 0.

    `standing` tells those who ran it from those who quote it. Figures may contradict each other: all are kept.
    """

    gpu_time: Seconds = 0.0
    gpu: str = ""
    work: Flop = 0.0
    cost: Usd = 0.0
    carbon: Kilograms = 0.0
    conditions: str = ""
    standing: Standing = "primary"
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Noun):
    """A training run that somebody published something about; `model` is empty where the catalogue has none.

    `params` is for runs without a model: those that every token meets, so the active ones of a mixture of experts.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    model: str = ""
    params: Count = 0.0
    gpu: str = ""
    stages: tuple[Stage, ...] = ()
    published: tuple[Figure, ...] = ()
    undisclosed: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much is trained on how much, with who says each."""

    id: str
    params: Count
    params_source: str
    tokens: Count
    tokens_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast training goes: a GPU's 16-bit peak, and the share of it that is assumed."""

    id: str
    peak: FlopPerSecond
    peak_source: str
    mfu: Fraction
    mfu_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Work of a run counted one way, and the GPU time it takes at the MFU of the answer."""

    id: str
    name: str
    work: Flop
    gpu_time: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A published figure, and the MFU that it implies for each way of counting (none where it is no GPU time)."""

    figure: Figure
    mfu: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Another run to compare with: its work, published or counted, and the ratio to the run that was asked for."""

    run: str
    name: str
    work: Flop
    ratio: Fraction
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The answer: work, GPU time, money and electricity of one run, and what is published beside it.

    `basis` is the way of counting that GPU time, cost and electricity follow; where nobody says how much was trained
    on there is no work, and they follow the published GPU time. `costs` are that of the basis, then those of the
    published GPU times.
    """

    run: str
    name: str
    model: str
    params: Count
    stages: tuple[Stage, ...]
    counted: tuple[Counted, ...]
    basis: str
    gpu: str
    mfu: Fraction
    gpu_time: Seconds
    costs: tuple[Line, ...]
    assets: Count
    cost_per_asset: Usd | None
    electricity: Electricity
    published: tuple[Beside, ...]
    against: tuple[Budget, ...]
    undisclosed: tuple[str, ...]
    notes: str
    assumptions: tuple[Note, ...]
    sources: tuple[str, ...]
    seal: str = ""
