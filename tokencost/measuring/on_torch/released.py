"""Released architectures with random weights: decoders, denoisers and coders of the catalogue, one after the other.

Their reference classes are built as the release configures them; weights are drawn, since they change no time. A
decoder writes in the middle of an image, with the cache that is there by then.
"""

import gc
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import diffusers
import torch
import transformers

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import network_params
from tokencost.measuring.classes import CLASSES, CONFIGURATIONS, LIBRARIES
from tokencost.measuring.on_torch.device import host_watch
from tokencost.measuring.on_torch.kernels import TYPES
from tokencost.measuring.readings import Machine, Timed
from tokencost.nouns.model import Model, Native
from tokencost.nouns.work import Attention
from tokencost.planning.estimate import Prepared
from tokencost.validation.conditions import prepare_row
from tokencost.validation.rows import Row
from tokencost.validation.scopes import part_of

TOKENS = 8
"""Tokens written per sample, so few that the context hardly grows."""
TEXT = 77
"""Text tokens of a denoiser whose record does not fix them."""
BRANCHES: Mapping[str, tuple[int, int]] = {"none": (1, 1), "batched": (1, 2), "sequential": (2, 1)}
"""Guidance -> passes per token, rows per pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where models are timed, how often, and in which precision."""

    catalog: Catalog
    device: str
    precision: str
    rounds: int


def timed(bench: Bench, name: str) -> Iterator[Timed]:
    """Every scope of a model whose class and inputs are known; raises MemoryError where one does not fit."""
    model: Model = bench.catalog.get("models", name)
    try:
        for role, cls in known(model).items():
            yield from RUNS[cls](bench, model, role)
            gc.collect()
            if bench.device == "cuda":
                torch.cuda.empty_cache()
    except torch.OutOfMemoryError as error:
        raise MemoryError(f"{name} does not fit") from error


def known(model: Model) -> dict[str, str]:
    """The classes of a model's networks that can be run, by role."""
    classes = {role: CLASSES[part.network][0] for role, part in model.components.items() if part.network in CLASSES}
    return {role: cls for role, cls in classes.items() if cls in RUNS and role in ROLES}


def refusal(catalog: Catalog, name: str, machine: Machine) -> str:
    """Why a model cannot be timed on a machine; nothing where it can."""
    model: Model = catalog.get("models", name)
    roles = known(model)
    if not roles:
        names = ", ".join(one.id for one in catalog.all("models") if known(one))
        return f"--models {name}: how its networks are run is not known here; choose from {names}"
    size = 4.0 if machine.device == "cpu" else 2.0
    largest = size * max(network_params(catalog.get("networks", model.components[role].network)) for role in roles)
    if largest > machine.memory:
        return f"--models {name}: weights of {largest / 1e9:.1f} GB do not fit into {machine.memory / 1e9:.1f} GB"
    return ""


def row_of(model: Model, scope: str, guidance: str, bench: Bench) -> Row:
    """One request at the model's native size."""
    made = model.generation.native if model.generation else Native(width=0, height=0, frames=0)
    return Row(
        place="measured here", id=f"{model.id}-{scope}-{guidance}", model=model.id, metric="latency_s", value=0.0,
        scope=scope, guidance=guidance, batch=1, precision=bench.precision, width=made.width, height=made.height,
        frames=made.frames,
    )  # fmt: skip


def sampled(bench: Bench, row: Row, run: Callable[[], Any], *, share: float = 1.0) -> Timed:
    """A scope in every round; a sample is `share` of a run."""
    watch = host_watch(bench.device, run)
    return Timed(row=row, samples=tuple(watch() * share for _ in range(bench.rounds)))


def placed(bench: Bench, model: Model, role: str) -> tuple[Any, Any]:
    """The network of a role on the device, and its type: the component's own precision if it has one."""
    part = model.components[role]
    dtype = getattr(torch, TYPES[part.precision or bench.precision])
    return built(part.network, bench.device, dtype), dtype


def built(network: str, device: str, dtype: Any) -> Any:
    """The reference class of a network with drawn weights, made where and as it will run."""
    name, config = CLASSES[network]
    usual = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            if name not in CONFIGURATIONS:
                return getattr(diffusers, name)(**config).eval()
            library = importlib.import_module(LIBRARIES.get(name, "transformers"))
            return getattr(library, name)(getattr(transformers, CONFIGURATIONS[name])(**config)).eval()
    finally:
        torch.set_default_dtype(usual)


def decoder(bench: Bench, model: Model, role: str) -> Iterator[Timed]:
    """Tokens in the middle of an image (or an answer): alone, and with both branches of guidance in both ways."""
    module, _ = placed(bench, model, role)
    guided = model.generation is not None and model.generation.guidance.branches > 1
    for guidance in ("none", "batched", "sequential") if guided else ("none",):
        row = row_of(model, "decode-token", guidance, bench)
        passes, rows = BRANCHES[guidance]
        context = _context(prepare_row(bench.catalog, row), "decode-token")
        branches = [_cached(module, rows, context, bench.device) for _ in range(passes)]
        yield sampled(bench, row, partial(_written, module, branches), share=1 / TOKENS)


def _context(ready: Prepared, scope: str) -> int:
    """Keys that a token in the middle sees, its own included."""
    operators = (op for phase in part_of(scope, ready).phases for op in phase.operators)
    return int(next(float(op.context) for op in operators if isinstance(op, Attention)))


def _cached(module: Any, rows: int, context: int, device: str) -> tuple[Any, Any]:
    """A token to go on from, and the keys and values of those before it."""
    prompt = torch.randint(100, (rows, context - TOKENS // 2), device=device)
    cache = transformers.DynamicCache()
    module(input_ids=prompt, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return prompt[:, :1], cache


def _written(module: Any, branches: list[tuple[Any, Any]]) -> None:
    """`TOKENS` tokens of every branch; the caches are as before afterwards."""
    for _ in range(TOKENS):
        for token, cache in branches:
            module(input_ids=token, past_key_values=cache, use_cache=True)
    for _, cache in branches:
        cache.crop(-TOKENS)


def denoiser(inputs: Callable[..., dict[str, Any]]) -> Callable[[Bench, Model, str], Iterator[Timed]]:
    """One network call with the guidance branches that the release runs in one batch."""

    def run(bench: Bench, model: Model, role: str) -> Iterator[Timed]:
        module, dtype = placed(bench, model, role)
        row = row_of(model, "denoise-forward", _mode(model), bench)
        net = bench.catalog.get("networks", model.components[role].network)
        width, height = _latent(bench.catalog, model)
        generation = model.generation
        text = generation.condition_tokens if generation and generation.condition_tokens else TEXT
        sizes = {"rows": BRANCHES.get(row.guidance, (1, 1))[1], "width": width, "height": height, "text": text}
        given = inputs(net, module, lambda *shape: torch.randn(*shape, device=bench.device, dtype=dtype), **sizes)
        yield sampled(bench, row, lambda: module(**given))

    return run


def _mode(model: Model) -> str:
    return model.generation.guidance.mode if model.generation else "none"


def _latent(catalog: Catalog, model: Model) -> tuple[int, int]:
    """Latent positions of the native size."""
    assert model.generation
    grid, made = catalog.get("tokenizers", model.generation.tokenizer), model.generation.native
    return made.width * grid.patch // grid.pixels_per_token, made.height * grid.patch // grid.pixels_per_token


def _unet(net: Any, module: Any, draw: Any, *, rows: int, width: int, height: int, text: int) -> dict[str, Any]:
    given = {
        "sample": draw(rows, net.in_channels, height, width), "timestep": draw(rows).abs(),
        "encoder_hidden_states": draw(rows, text, net.text_width),
    }  # fmt: skip
    if net.guidance_condition:
        given["timestep_cond"] = draw(rows, net.guidance_condition)
    if net.added_condition:
        spread = 6 * module.config.addition_time_embed_dim
        told = {"text_embeds": draw(rows, net.added_condition - spread), "time_ids": draw(rows, 6)}
        given["added_cond_kwargs"] = told
    return given


def _sd3(net: Any, module: Any, draw: Any, *, rows: int, width: int, height: int, text: int) -> dict[str, Any]:
    return {
        "hidden_states": draw(rows, net.in_channels, height, width), "timestep": draw(rows).abs(),
        "encoder_hidden_states": draw(rows, text, net.text_width), "pooled_projections": draw(rows, net.pooled_width),
    }  # fmt: skip


def _flux(net: Any, module: Any, draw: Any, *, rows: int, width: int, height: int, text: int) -> dict[str, Any]:
    tokens = width * height // net.patch**2
    given = {
        "hidden_states": draw(rows, tokens, net.patch**2 * net.in_channels), "timestep": draw(rows).abs(),
        "encoder_hidden_states": draw(rows, text, net.text_width), "pooled_projections": draw(rows, net.pooled_width),
        "img_ids": draw(tokens, 3), "txt_ids": draw(text, 3),
    }  # fmt: skip
    return {**given, "guidance": draw(rows).abs()} if net.guidance_embedding else given


def _pixart(net: Any, module: Any, draw: Any, *, rows: int, width: int, height: int, text: int) -> dict[str, Any]:
    told = {"resolution": draw(rows, 2), "aspect_ratio": draw(rows, 1)} if net.size_conditions else {}
    return {
        "hidden_states": draw(rows, net.in_channels, height, width), "timestep": draw(rows).abs(),
        "encoder_hidden_states": draw(rows, text, net.text_width),
        "added_cond_kwargs": told or {"resolution": None, "aspect_ratio": None},
    }  # fmt: skip


def latents(bench: Bench, model: Model, role: str) -> Iterator[Timed]:
    """A latent back to pixels."""
    module, dtype = placed(bench, model, role)
    net = bench.catalog.get("networks", model.components[role].network)
    width, height = _latent(bench.catalog, model)
    latent = torch.randn(1, net.latent_channels, height, width, device=bench.device, dtype=dtype)
    row = row_of(model, "latent-decode", _mode(model), bench)
    yield sampled(bench, row, lambda: module.decode(latent))


def codes(bench: Bench, model: Model, role: str) -> Iterator[Timed]:
    """Codes of the vocabulary back to pixels, as a clip of one latent."""
    module, _ = placed(bench, model, role)
    width, height = _latent(bench.catalog, model)
    grid = torch.zeros(1, 1, height, width, device=bench.device, dtype=torch.long)
    row = row_of(model, "latent-decode", _mode(model), bench)
    yield sampled(bench, row, lambda: module.decode(grid))


Run = Callable[[Bench, Model, str], Iterator[Timed]]
RUNS: Mapping[str, Run] = {
    "AutoencoderKL": latents,
    "Emu3ForCausalLM": decoder,
    "Emu3VQVAE": codes,
    "FluxTransformer2DModel": denoiser(_flux),
    "LlamaForCausalLM": decoder,
    "PixArtTransformer2DModel": denoiser(_pixart),
    "Qwen3ForCausalLM": decoder,
    "SD3Transformer2DModel": denoiser(_sd3),
    "UNet2DConditionModel": denoiser(_unet),
}
ROLES = ("transformer", "denoiser", "image_decoder")
"""Components whose time a figure is about."""
