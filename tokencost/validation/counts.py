"""Rows that count instead of time: parameters of a component, FLOPs of a call or of a whole request."""

import re
from collections.abc import Mapping
from dataclasses import replace

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import PASSES, network_params, operators
from tokencost.counting.operators import flop_by_class
from tokencost.errors import CatalogError, UsageError
from tokencost.families.autoregressive import direction
from tokencost.nouns.model import Model
from tokencost.nouns.network import Network
from tokencost.nouns.transformer import DecoderLM
from tokencost.nouns.work import Forward, Operator, Program
from tokencost.planning.estimate import params_of
from tokencost.planning.resolve import generator
from tokencost.units import Count
from tokencost.validation.conditions import prepare_row, run_options, runnable
from tokencost.validation.rows import Prediction, Row
from tokencost.validation.scopes import part_of

ROLES = {"unet": "denoiser", "dit": "denoiser", "vae_encoder": "image_encoder", "vae_decoder": "image_decoder"}
"""Other names of components."""
STANDS_IN: Mapping[str, tuple[str, ...]] = {
    "image_encoder": ("image_decoder",),
    "image_decoder": ("image_encoder",),
    "denoiser": ("transformer",),
    "transformer": ("denoiser",),
    "text_encoder": ("transformer",),
}
"""Roles whose network also does another's work: coders run both ways, a language model can encode text."""
WAYS = {"image_encoder": "encode", "image_decoder": "decode"}
STEPS_SAID = re.compile(r"\b([0-9]{1,4}) steps\b")


def predict_params(catalog: Catalog, row: Row) -> Prediction:
    """Unique parameters of a component, or of the whole model."""
    if row.component:
        return exact({"": network_params(network_of(catalog, row))})
    made = generator(catalog, runnable(catalog, row.model), run_options(row))
    return exact({"": params_of(made)["total"]})


def predict_flops(catalog: Catalog, row: Row) -> Prediction:
    """FLOPs by operator class: of one call where the row gives its tokens, else of the scope's phases."""
    if row.component and (row.queries or row.context):
        return exact(flop_by_class(_call_by_tokens(network_of(catalog, row), row)))
    if row.component and role_of(row) in (*WAYS, "vision_tower"):
        return exact(flop_by_class(_call_by_pixels(catalog, row)))
    if row.queries or row.context:
        raise UsageError("queries and context belong to a component; name it")
    return exact(_flop_of_scope(catalog, row))


def exact(classes: Mapping[str, Count]) -> Prediction:
    """A count has no interval; one that is not split into classes stands under ''."""
    total = float(sum(classes.values()))
    return Prediction(value=total, low=total, high=total, classes={name: n for name, n in classes.items() if name})


def role_of(row: Row) -> str:
    """The component by the name it has in models."""
    return ROLES.get(row.component, row.component)


def network_of(catalog: Catalog, row: Row) -> Network:
    """The component's network: by role in a model, or by its own name."""
    name = catalog.find("models", row.model)
    if name is None:
        named: Network = catalog.get("networks", row.model)
        return named
    model, role = catalog.get("models", name), role_of(row)
    found = next((r for r in (role, *STANDS_IN.get(role, ())) if r in model.components), None)
    if found is None:
        raise CatalogError(f"{name} has no component {row.component[:40]!r}; it has {', '.join(model.components)}")
    net: Network = catalog.get("networks", model.components[found].network)
    if isinstance(net, DecoderLM) and role == "text_encoder":
        return replace(net, head="none")
    return net


def _call_by_tokens(net: Network, row: Row) -> tuple[Operator, ...]:
    """One call of a token transformer; as many logits as its scope needs."""
    queries = float(row.queries or 1)
    logits = {"denoise-forward": queries, "text-encode": 0.0}.get(row.scope, 1.0)
    forward = Forward(
        sequences=float(row.batch or 1), queries=queries, context=float(row.context or queries), logits=logits
    )
    return _called(net, forward, direction(net))


def _call_by_pixels(catalog: Catalog, row: Row) -> tuple[Operator, ...]:
    """One run of a coder or of a vision tower."""
    net, name = network_of(catalog, row), catalog.find("models", row.model)
    model: Model | None = catalog.get("models", name) if name else None
    native = model.generation.native if model and model.generation else None
    width, height = row.width or row.height, row.height or row.width
    if native and not width:
        width, height = native.width, native.height
    if role_of(row) in WAYS and not width:
        raise UsageError("width and height are missing")
    forward = Forward(
        sequences=float(row.batch or 1), width=float(width), height=float(height),
        frames=float(row.frames or _frames(catalog, model)),
    )  # fmt: skip
    return _called(net, forward, WAYS.get(role_of(row), "forward"))


def _called(net: Network, forward: Forward, way: str) -> tuple[Operator, ...]:
    """The operators of a call, if the network runs that way."""
    if way not in PASSES[type(net)]:
        raise UsageError(f"{net.id} runs {' and '.join(PASSES[type(net)])}, not {way}; name another component")
    return operators(net, forward, way)


def _frames(catalog: Catalog, model: Model | None) -> int:
    """A clip's native length, or the frames that the coder of stills needs for one."""
    if model is None or model.generation is None:
        return 1
    still: int = catalog.get("tokenizers", model.generation.tokenizer).still_frames
    return max(still, model.generation.native.frames)


def _flop_of_scope(catalog: Catalog, row: Row) -> dict[str, Count]:
    ready = prepare_row(catalog, _as_counted(row))
    part = part_of(row.scope or "request", ready)
    kept: Program = tuple(p for p in part.phases if not row.component or p.component.startswith(role_of(row)))
    if not kept:
        raise UsageError(f"{ready.generator.id}: {row.component[:40]} has no part in {row.scope or 'request'}")
    totals: dict[str, Count] = {}
    for phase in kept:
        for name, work in flop_by_class(phase.operators).items():
            totals[name] = totals.get(name, 0.0) + work * phase.steps * part.share
    return totals


def _as_counted(row: Row) -> Row:
    """Calls are counted per sequence, without guidance; whole requests may say their steps in the notes."""
    if row.scope == "denoise-forward" and not row.guidance:
        return replace(row, guidance="none")
    said = STEPS_SAID.search(row.notes)
    return replace(row, steps=int(said[1])) if said and not row.steps and row.scope == "request" else row
