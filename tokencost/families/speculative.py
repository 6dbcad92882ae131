"""Several tokens in one decode pass: drafted and verified, guessed by Jacobi windows, or refined all at once."""

from tokencost.counting.networks import operators
from tokencost.families.phases import all_to_all
from tokencost.formula import formula
from tokencost.nouns.acceleration import Drafting
from tokencost.nouns.generator import Generator
from tokencost.nouns.transformer import DecoderLM
from tokencost.nouns.work import Forward, Phase
from tokencost.numeric import power
from tokencost.record import replace
from tokencost.units import Count, Fraction

FORWARD = "forward"


@formula("leviathan-2023")
def expected_accepted(acceptance: Fraction, draft_length: Count) -> Count:
    """Tokens of a verification where each draft token is kept alike and alone, the verifier's own token included."""
    return (1 - power(acceptance, draft_length + 1)) / (1 - acceptance)


@formula("definition")
def verifications(tokens: Count, accepted_per_step: Count) -> Count:
    """Passes that write so many tokens; the mean, not a whole number."""
    return tokens / accepted_per_step


def drafted(generator: Generator, one: Phase, forward: Forward, way: str = FORWARD) -> tuple[Phase, ...]:
    """A decode phase of `one` token per pass (of shape `forward`) as the generator's drafting runs it."""
    drafting = generator.drafting
    if drafting is None:
        return (one,)
    if drafting.passes:
        return (_refined(generator, drafting, one, forward, way),)
    steps = verifications(one.steps, accepted(drafting))
    window = float(drafting.window or drafting.draft_length + 1)
    seen = replace(forward, queries=window, context=forward.context + window - 1, logits=window)
    found = operators(generator.networks["transformer"], seen, way)
    verify = replace(one, steps=steps, operators=found, stretch=drafting.stretch)
    return (*_draft(generator, drafting, verify, forward, way), verify)


def accepted(drafting: Drafting) -> Count:
    """Tokens kept per pass: as counted by somebody, or as the acceptance of drafts makes expect."""
    if drafting.accepted_per_step:
        return drafting.accepted_per_step
    return expected_accepted(drafting.acceptance, float(drafting.draft_length))


def _refined(generator: Generator, drafting: Drafting, one: Phase, forward: Forward, way: str) -> Phase:
    """Every pass sees all tokens, both ways, and writes all of them anew."""
    branches = one.caches
    tokens = one.steps / branches + 1
    seen = replace(forward, queries=tokens, context=one.cached, logits=tokens)
    found = all_to_all(operators(generator.networks["transformer"], seen, way))
    return replace(one, steps=float(drafting.passes) * branches, operators=found, kind="diffusion", cached=0.0)


def _draft(generator: Generator, drafting: Drafting, verify: Phase, forward: Forward, way: str) -> tuple[Phase, ...]:
    """The draft's own passes, one token each; Jacobi windows draft by looking, at no pass of their own."""
    net = generator.networks["transformer"]
    if not drafting.draft_layers or not isinstance(net, DecoderLM):
        return ()
    draft = replace(net, layers=drafting.draft_layers)
    return (
        Phase(
            id="draft", component="draft", kind="decode", steps=verify.steps * float(drafting.draft_length),
            operators=operators(draft, forward, way),
        ),
    )  # fmt: skip
