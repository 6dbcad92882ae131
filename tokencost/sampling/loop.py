"""The loop itself: read the prompts in one pass, then write one token per pass and branch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tokencost.nouns.transformer import DecoderLM
from tokencost.sampling.forward import Cache, empty, forward
from tokencost.sampling.guidance import Choosing, chances, drawn, guided
from tokencost.sampling.layout import CODE, Vocabulary, token
from tokencost.sampling.stream import bits
from tokencost.sampling.tally import Tally
from tokencost.sampling.weights import Weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tokencost.sampling.tally import Array

    Chooser = Callable[[int, Array], int]
    """Place among the codes and logits over the codes (branches × codes) -> the code that is written."""

DRAW_STREAM = 2
PREFILLS = ("prefill", "prefill-negative")
DECODE = "decode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Tokens in order, what they took by phase, and the logits over codes wherever one was chosen."""

    tokens: tuple[int, ...]
    tallies: Mapping[str, Tally]
    logits: "Array"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A network with its weights, and the format that it writes."""

    net: DecoderLM
    weights: Weights
    vocabulary: Vocabulary
    span: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """Rows that share their passes, with their cache."""

    prompts: "NDArray[np.int64]"
    cache: Cache


def sample(
    sampler: Sampler, branches: Sequence[Sequence[Sequence[int]]], weight: float | None, how: Choosing, seed: int
) -> Written:
    """Draw a span; `branches` are groups of prompts, conditional first: one group is a batch, two run in turn."""
    words = bits(seed, DRAW_STREAM, sampler.span.count(CODE)).tolist()

    def choose(place: int, logits: "Array") -> int:
        mixed = logits[0] if weight is None else guided(logits[0], logits[1], weight)
        return drawn(chances(mixed, how), words[place])

    return write(sampler, branches, choose)


def follow(sampler: Sampler, branches: Sequence[Sequence[Sequence[int]]], tokens: Sequence[int]) -> Written:
    """Write the same tokens again behind other prompts, for the logits they would have had."""
    codes = [token - sampler.vocabulary.first_code for token in tokens if token >= sampler.vocabulary.first_code]
    return write(sampler, branches, lambda place, _: codes[place])


def write(sampler: Sampler, branches: Sequence[Sequence[Sequence[int]]], choose: "Chooser") -> Written:
    """Every token of the span: forced ones by the format, the others as `choose` says."""
    import numpy as np

    first, codes = sampler.vocabulary.first_code, sampler.vocabulary.codes
    states = [_branch(sampler, prompts) for prompts in branches]
    tallies = {name: Tally() for name in (*PREFILLS[: len(states)], DECODE)}
    tokens: list[int] = []
    seen: list[Array] = []
    for place, sign in enumerate(sampler.span):
        names = [DECODE] * len(states) if place else PREFILLS
        news = [np.full((len(s.prompts), 1), tokens[-1]) if place else s.prompts for s in states]
        rows = [_read(sampler, s, n, tallies[name]) for s, n, name in zip(states, news, names, strict=False)]
        if sign != CODE:
            tokens.append(token(sign))
            continue
        logits = np.concatenate(rows)[:, first : first + codes]
        tokens.append(first + choose(len(seen), logits))
        seen.append(logits)
    chosen = np.stack(seen) if seen else np.zeros((0, sum(map(len, branches)), codes))
    return Written(tokens=tuple(tokens), tallies=tallies, logits=chosen)


def _read(sampler: Sampler, branch: _Branch, tokens: "NDArray[np.int64]", tally: Tally) -> "Array":
    return forward(sampler.net, sampler.weights, tokens, branch.cache, tally)


def _branch(sampler: Sampler, prompts: Sequence[Sequence[int]]) -> _Branch:
    """Prompts of one group side by side, shorter ones padded at their left."""
    import numpy as np

    longest = max(map(len, prompts))
    pads = np.array([longest - len(prompt) for prompt in prompts], dtype=np.int64)
    rows = [[token("PAD")] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
    cache = empty(sampler.net, pads, longest + len(sampler.span))
    return _Branch(prompts=np.array(rows, dtype=np.int64), cache=cache)
