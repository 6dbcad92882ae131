"""FLOPs of training a model, stage by stage: its backbone over samples of the stage's shape."""

from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import operators
from tokencost.counting.tokens import latent_frames
from tokencost.counting.training import forward_flop, sequences_of, trained_flop
from tokencost.errors import UsageError
from tokencost.families.autoregressive import direction
from tokencost.families.diffusion import latent_side
from tokencost.nouns.model import Model, Tokenizer
from tokencost.nouns.request import Request
from tokencost.nouns.training import Stage
from tokencost.nouns.work import Forward
from tokencost.planning.options import DEFAULT_PROMPT_TOKENS
from tokencost.units import Count, Flop

BY_PARAMS, BY_LAYER = "6nd", "layers"
"""Ways of counting work."""

USUAL_SEQUENCE = 4096
"""Tokens of a training sequence where neither the run nor the model says."""


def trained_role(model: Model) -> str:
    """The network that is trained; encoders and coders stay as they are."""
    found = next((role for role in ("transformer", "denoiser") if role in model.components), None)
    if found is None:
        raise UsageError(f"{model.id}: its networks are not public; give --params and --tokens without a name")
    return found


def usual_sequence(model: Model | None) -> int:
    """Positions that the released weights have, else a usual length."""
    limits = model.generation.limits.positions if model and model.generation else 0
    return limits or USUAL_SEQUENCE


def layer_work(catalog: Catalog, model: Model, stages: Sequence[Stage], recomputed: Count) -> Flop:
    """FLOPs of all stages."""
    return sum((stage_work(catalog, model, stage, recomputed) for stage in stages), 0.0)


def stage_work(catalog: Catalog, model: Model, stage: Stage, recomputed: Count) -> Flop:
    """Forward and backward passes of one stage."""
    role = trained_role(model)
    net = catalog.get("networks", model.components[role].network)
    if stage.tokens:
        length = float(stage.sequence or usual_sequence(model))
        whole = Forward(queries=length, context=length, logits=length)
        forward = forward_flop(operators(net, whole, direction(net)))
        return trained_flop(forward, sequences_of(stage, length), recomputed)
    if role != "denoiser":
        raise UsageError(f"{model.id} is trained on tokens; give --tokens")
    forward = forward_flop(operators(net, picture(catalog, model, stage)))
    return trained_flop(forward, stage.images, recomputed)


def picture(catalog: Catalog, model: Model, stage: Stage) -> Forward:
    """What a denoiser sees of one sample: its latent and its text."""
    generation = model.generation
    if generation is None or not (stage.width and stage.height):
        raise UsageError(f"{model.id}: the size of its training images is not known; give --res")
    grid: Tokenizer = catalog.get("tokenizers", generation.tokenizer)
    asked = Request(
        task="text-to-video" if stage.frames > 1 else "text-to-image", width=float(stage.width),
        height=float(stage.height), frames=float(stage.frames), prompt_tokens=float(DEFAULT_PROMPT_TOKENS),
    )  # fmt: skip
    return Forward(
        width=latent_side(grid, asked.width), height=latent_side(grid, asked.height),
        frames=latent_frames(grid, asked), text=float(generation.condition_tokens) or asked.prompt_tokens,
    )  # fmt: skip
