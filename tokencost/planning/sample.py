"""A run of the small sampler beside the program that the planner would price for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import network_params
from tokencost.counting.operators import attention_cache, flop, weight_elements
from tokencost.counting.tokens import TokenCount, count_tokens
from tokencost.errors import UsageError
from tokencost.families.lowering import lower
from tokencost.nouns.generator import Generator
from tokencost.nouns.model import Component, Generation, Guidance, Model, Native, Tokenizer
from tokencost.nouns.request import Request
from tokencost.nouns.transformer import DecoderLM
from tokencost.nouns.work import Attention, Phase
from tokencost.planning.options import GuidanceMode
from tokencost.sampling.guidance import Choosing, Effect, effect, guided
from tokencost.sampling.layout import PREFIX_SIGNS, TokenGrid, Vocabulary, prefix, span
from tokencost.sampling.loop import Sampler, Written, follow, sample
from tokencost.sampling.stream import below, bits
from tokencost.sampling.tally import Tally
from tokencost.sampling.weights import seeded

WORDS = Vocabulary(text=64, codes=512)
"""Text and codes of the small model: enough for a distribution to have a shape."""
SMALL = DecoderLM(
    kind="decoder-lm", id="sampler", layers=4, hidden=64, heads=4, kv_heads=2, head_dim=16, ffn=160, vocab=WORDS.size,
    positions=8192,
)  # fmt: skip
"""A decoder as Emu3's is built (grouped queries, gated feed-forward, RMSNorm), small enough to run while one waits."""
GRID = re.compile(r"(?:([0-9]{1,5})x)?([0-9]{1,5})x([0-9]{1,5})")
LARGEST = 4096
LONGEST_PROMPT = 1024
MODEL_SEED = 0
TEXT_STREAM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """What to draw: a grid, guidance weights (None: no guidance), how branches run and how tokens are chosen."""

    grid: TokenGrid
    weights: tuple[float | None, ...] = (None,)
    mode: GuidanceMode = "sequential"
    how: Choosing = field(default_factory=Choosing)
    seed: int = 0
    prompt_tokens: int = 16
    negative_tokens: int = 12
    net: DecoderLM = SMALL
    vocabulary: Vocabulary = WORDS
    tokenizer: str = "emu3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One phase as it ran, and as the formulas have it: FLOPs of matrix products, elements read."""

    id: str
    passes: float
    flop: float
    weights_read: float
    cache_read: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A phase that ran, the formulas' figures for it, and element operations that no formula counts as FLOPs."""

    ran: Counted
    formula: Counted
    other: int

    @property
    def equal(self) -> bool:
        """Whether every figure is the same, to the last digit."""
        return self.ran == self.formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One guidance weight: its tokens, its phases, what it does to the distribution.

    `relative_work` and `relative_reads` are FLOPs and weights read beside those of a run without guidance.
    """

    weight: float | None
    tokens: tuple[int, ...]
    phases: tuple[Compared, ...]
    effect: Effect
    relative_work: float
    relative_reads: float

    @property
    def flop(self) -> float:
        """FLOPs that ran."""
        return sum(phase.ran.flop for phase in self.phases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """All runs of one question; `params` as counted in the arrays and as the formula has them."""

    asked: Sampling
    tokens: TokenCount
    params: tuple[float, float]
    runs: tuple[Run, ...]

    @property
    def equal(self) -> bool:
        """Whether what ran is what the formulas count, in every phase of every run."""
        return self.params[0] == self.params[1] and all(phase.equal for run in self.runs for phase in run.phases)


def mode_of(branches: str) -> GuidanceMode:
    """How the branches of guidance run; raises UsageError for another way."""
    match branches:
        case "sequential" | "batched":
            return branches
    raise UsageError(f"--branches {branches[:40]!r}: choose from sequential, batched")


def grid_of(text: str, frames: int = 0) -> TokenGrid:
    """`8x8` or `2x8x8` in tokens; frames may stand beside a flat grid. Raises UsageError for anything else."""
    found = GRID.fullmatch(text)
    if not found:
        raise UsageError(
            f"--grid {text[:40]!r}: write rows x columns in tokens, 8x8, or frames x rows x columns, 2x8x8"
        )
    if found[1] and frames and int(found[1]) != frames:
        raise UsageError(f"--grid {text} has {int(found[1])} frames, not --frames {frames}")
    return TokenGrid(frames=int(found[1] or frames or 1), height=int(found[2]), width=int(found[3]))


def sampled(catalog: Catalog, asked: Sampling) -> Sampled:
    """Run the sampler without guidance and with every weight asked for, and count it both ways."""
    tokenizer: Tokenizer = catalog.get("tokenizers", asked.tokenizer)
    _checked(asked, tokenizer)
    weights = seeded(asked.net, MODEL_SEED)
    sampler = Sampler(net=asked.net, weights=weights, vocabulary=asked.vocabulary, span=span(tokenizer, asked.grid))
    prompt, negative = _prompts(tokenizer, asked)
    groups = [[prompt, negative]] if asked.mode == "batched" else [[prompt], [negative]]
    guides = [weight for weight in asked.weights if weight is not None]
    plain = sample(sampler, [[prompt]], None, asked.how, asked.seed)
    others = follow(sampler, [[negative]], plain.tokens) if guides else plain
    drawn = {None: plain} | {weight: sample(sampler, groups, weight, asked.how, asked.seed) for weight in guides}
    return Sampled(
        asked=asked,
        tokens=count_tokens(tokenizer, _request(tokenizer, asked), float(PREFIX_SIGNS)),
        params=(float(sum(array.size for array in weights.values())), network_params(asked.net)),
        runs=tuple(_run(asked, tokenizer, weight, ran, (plain, others)) for weight, ran in drawn.items()),
    )


def _checked(asked: Sampling, tokenizer: Tokenizer) -> None:
    sides, how = asked.grid, asked.how
    codes = sides.frames * sides.height * sides.width * tokenizer.tokens_per_position
    wrong = {
        f"--tokenizer {tokenizer.id}: its latents are no codes; emu3 has some": not tokenizer.codebook,
        f"--grid: {codes:,} codes; the sampler draws 1 to {LARGEST:,}": not 0 < codes <= LARGEST,
        f"--temperature {how.temperature:g}: a number from 0 (the likeliest code) to 100": not 0
        <= how.temperature
        <= 100,
        f"--top-k {how.top_k}: a whole number from 0 (all) up": how.top_k < 0,
        f"--top-p {how.top_p:g}: a share above 0 and at most 1 (all)": not 0 < how.top_p <= 1,
        f"--prompt-tokens: from 0 to {LONGEST_PROMPT:,}": not 0 <= asked.prompt_tokens <= LONGEST_PROMPT,
        f"--seed {asked.seed}: a whole number from 0 to 2^63": not 0 <= asked.seed <= 2**63,
    }
    bad = [f"--guidance {w:g}: a number from 0 to 100" for w in asked.weights if w is not None and not 0 <= w <= 100]
    if found := [*(text for text, is_wrong in wrong.items() if is_wrong), *bad]:
        raise UsageError(*found)


def _prompts(tokenizer: Tokenizer, asked: Sampling) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A prompt and a negative prompt of random words, the same for every seed of the draw.

    They begin alike, as a prompt and a template without the caption do.
    """
    lengths = (asked.prompt_tokens, asked.negative_tokens)
    words = [below(word, asked.vocabulary.text) for word in bits(MODEL_SEED, TEXT_STREAM, max(lengths)).tolist()]
    texts = [words[:length] for length in lengths]
    return prefix(tokenizer, asked.grid, texts[0]), prefix(tokenizer, asked.grid, texts[1])


def _run(
    asked: Sampling, tokenizer: Tokenizer, weight: float | None, ran: Written, contexts: tuple[Written, Written]
) -> Run:
    """The run beside its program; its effect is read where the plain sample was drawn, so that weights compare."""
    plain, others = (context.logits[:, 0] for context in contexts)
    mixed = plain if weight is None else guided(plain, others, weight)
    base = contexts[0].tallies.values()
    return Run(
        weight=weight,
        tokens=ran.tokens,
        phases=compared(ran.tallies, _program(asked, tokenizer, weight)),
        effect=effect(plain, mixed, asked.how),
        relative_work=sum(t.flop for t in ran.tallies.values()) / sum(t.flop for t in base),
        relative_reads=sum(t.weights_read for t in ran.tallies.values()) / sum(t.weights_read for t in base),
    )


def compared(tallies: Mapping[str, Tally], program: Sequence[Phase]) -> tuple[Compared, ...]:
    """Phases by name; a phase that only one side knows has zeros on the other."""
    expected = {phase.id: phase for phase in program}
    return tuple(
        Compared(
            ran=_ran(name, tallies[name]) if name in tallies else _none(name),
            formula=_formula(expected[name]) if name in expected else _none(name),
            other=tallies[name].other if name in tallies else 0,
        )
        for name in dict.fromkeys((*tallies, *expected))
    )


def _ran(name: str, tally: Tally) -> Counted:
    return Counted(
        id=name, passes=float(tally.passes), flop=float(tally.flop), weights_read=float(tally.weights_read),
        cache_read=float(tally.cache_read),
    )  # fmt: skip


def _formula(phase: Phase) -> Counted:
    stacks = [op for op in phase.operators if isinstance(op, Attention)]
    return Counted(
        id=phase.id,
        passes=float(phase.steps),
        flop=float(phase.steps * sum(flop(op) for op in phase.operators)),
        weights_read=float(phase.steps * sum(weight_elements(op) for op in phase.operators)),
        cache_read=float(phase.steps * sum(attention_cache(op) for op in stacks)),
    )


def _none(name: str) -> Counted:
    return Counted(id=name, passes=0.0, flop=0.0, weights_read=0.0, cache_read=0.0)


def _program(asked: Sampling, tokenizer: Tokenizer, weight: float | None) -> Sequence[Phase]:
    """What the autoregressive family makes of the same network, format and guidance."""
    signs = count_tokens(tokenizer, _request(tokenizer, asked), float(PREFIX_SIGNS)).prompt - asked.prompt_tokens
    guidance = Guidance() if weight is None else Guidance(
        mode=asked.mode, branches=2, scale=weight, negative_tokens=int(signs) + asked.negative_tokens
    )  # fmt: skip
    generation = Generation(
        tokenizer=tokenizer.id, guidance=guidance, native=Native(width=1, height=1), prompt_overhead=PREFIX_SIGNS
    )
    model = Model(
        id="sampler", name="sampler", org="", released="", family="autoregressive", tasks=("text-to-image",),
        weights="open", components={"transformer": Component()}, generation=generation,
    )  # fmt: skip
    generator = Generator(
        id="sampler", model=model, networks={"transformer": asked.net}, tokenizer=tokenizer, steps=0.0,
        guidance=guidance,
    )  # fmt: skip
    return lower(generator, _request(tokenizer, asked))


def _request(tokenizer: Tokenizer, asked: Sampling) -> Request:
    """The image or clip of which the grid is made."""
    sides = asked.grid
    frames = sides.frames * tokenizer.frames_per_token if sides.frames > 1 else 1
    return Request(
        task="text-to-video" if frames > 1 else "text-to-image", frames=float(frames),
        width=float(sides.width * tokenizer.pixels_per_token), height=float(sides.height * tokenizer.pixels_per_token),
        prompt_tokens=float(asked.prompt_tokens),
    )  # fmt: skip
