"""A model made ready to run: its networks, its tokenizer, and how it samples."""

from collections.abc import Mapping

from tokencost.nouns.acceleration import Drafting
from tokencost.nouns.model import Guidance, Model, Tokenizer
from tokencost.nouns.network import Network
from tokencost.record import dataclass
from tokencost.units import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A model and how it is run; `networks` by role, `steps` and `guidance` as asked for or as released.

    `drafting` says how several tokens come of one decode pass; None is one token per pass.
    """

    id: str
    model: Model
    networks: Mapping[str, Network]
    tokenizer: Tokenizer | None
    steps: Count
    guidance: Guidance
    drafting: Drafting | None = None
