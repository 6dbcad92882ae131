"""Published scores of a model, and of the coder that turns its tokens or latents into pixels."""

from tokencost.catalog.load import Catalog
from tokencost.nouns.model import Model, Quality, Score

DECODER = "image_decoder"
RECONSTRUCTION = ("imagenet-psnr", "imagenet-rfid", "video-psnr")
"""Metrics of a coder; they stand with the model where models share its shape and not its weights."""


def scores_of(catalog: Catalog, model: Model) -> Quality | None:
    """What was published of the model, then of its coder; None where nothing was."""
    found = tuple(dict.fromkeys((*_published(catalog, model.id), *ceilings_of(catalog, model))))
    return Quality(id=model.id, scores=found) if found else None


def ceilings_of(catalog: Catalog, model: Model) -> tuple[Score, ...]:
    """How well the coder gives back what it is given: no image of the model can be closer to what it means."""
    part = model.components.get(DECODER)
    own = (score for score in _published(catalog, model.id) if score.metric in RECONSTRUCTION)
    return (*own, *(ceilings(catalog, part.network) if part else ()))


def ceilings(catalog: Catalog, network: str) -> tuple[Score, ...]:
    """Reconstruction of a coder that has the same weights wherever it is used, as far as it is published."""
    return _published(catalog, network)


def ceilings_of_grid(catalog: Catalog, tokenizer: str) -> tuple[Score, ...]:
    """Reconstruction of the coders that models with this grid use, each score once."""
    models = [m for m in catalog.all("models") if m.generation and m.generation.tokenizer == tokenizer]
    return tuple(dict.fromkeys(score for model in models for score in ceilings_of(catalog, model)))


def _published(catalog: Catalog, name: str) -> tuple[Score, ...]:
    found: tuple[Score, ...] = catalog.get("quality", name).scores if name in catalog.index["quality"] else ()
    return found
