"""From logits to one token: guidance, temperature, top-k and top-p, in whole numbers where it matters.

Guidance is written two ways. Here, as in Emu3 and most code, the guided logits are u + γ (c − u), from unconditional u
and conditional c: γ = 1 is the conditional alone. The paper that introduced it writes (1 + w) c − w u: w = γ − 1.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tokencost.sampling.stream import below

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tokencost.sampling.tally import Array

FINE = 2.0**40
"""Probabilities are held as whole numbers of about this size, so that a draw cannot depend on rounding."""
STEADY_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """How a token is drawn: `temperature` 0 takes the likeliest, `top_k` 0 and `top_p` 1 keep every code."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What guidance and filters do to the distribution, mean over the chosen tokens.

    `entropy` and `divergence` (Kullback-Leibler, from the plain conditional distribution) in nats; `agreement` is the
    share of places where the likeliest code is the one without guidance.
    """

    entropy: float
    divergence: float
    agreement: float


def guided(conditional: "Array", unconditional: "Array", weight: float) -> "Array":
    """Logits mixed: u + γ (c − u)."""
    return unconditional + weight * (conditional - unconditional)


def chances(logits: "Array", how: Choosing) -> "NDArray[np.int64]":
    """Whole numbers in proportion to the probabilities of one row of logits, 0 for what is filtered out."""
    import numpy as np

    order = np.argsort(-logits, kind="stable")
    likeliest = order[0]
    if not how.temperature:
        alone: NDArray[np.int64] = np.zeros(logits.size, dtype=np.int64)
        alone[likeliest] = 1
        return alone
    raised = np.rint(np.exp((logits - logits[likeliest]) / how.temperature) * FINE).astype(np.int64)
    kept = order[: how.top_k] if how.top_k else order
    ahead = np.cumsum(raised[kept]) - raised[kept]
    kept = kept[ahead < how.top_p * float(raised[kept].sum())]
    found: NDArray[np.int64] = np.zeros(logits.size, dtype=np.int64)
    found[kept] = raised[kept]
    return found


def drawn(found: "NDArray[np.int64]", word: int) -> int:
    """One code, by 64 random bits."""
    import numpy as np

    reached = np.cumsum(found)
    return int(np.searchsorted(reached, below(word, int(reached[-1])), side="right"))


def effect(conditional: "Array", mixed: "Array", how: Choosing) -> Effect:
    """What is drawn from (`mixed`, after temperature and filters) against the conditional alone; rows of logits."""
    import numpy as np

    rows = np.stack([chances(row, how) for row in mixed]).astype(np.float64)
    shares = rows / rows.sum(axis=1, keepdims=True)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    below_best = conditional - conditional.max(axis=1, keepdims=True)
    plain = below_best - np.log(np.exp(below_best).sum(axis=1, keepdims=True))
    agreed = mixed.argmax(axis=1) == conditional.argmax(axis=1)
    return Effect(
        entropy=_steady(-(shares * logs).sum(axis=1).mean()),
        divergence=_steady((shares * (logs - plain)).sum(axis=1).mean()),
        agreement=float(agreed.mean()),
    )


def _steady(value: "np.float64") -> float:
    """Without the last digits, which differ between mathematical libraries."""
    return round(float(value), STEADY_DIGITS) + 0.0
