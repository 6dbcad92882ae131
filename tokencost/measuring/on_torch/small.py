"""The small networks at work: reading a prompt, writing tokens, denoising once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from tokencost.catalog.load import Catalog
from tokencost.measuring.on_torch.device import host_watch
from tokencost.measuring.on_torch.kernels import TYPES
from tokencost.measuring.on_torch.networks import FREQUENCIES, Decoder, DiffusionTransformer
from tokencost.measuring.readings import Trial
from tokencost.nouns.diffusion_transformer import CrossDiT
from tokencost.nouns.transformer import DecoderLM
from tokencost.validation.rows import Row

PROMPT, WRITTEN = 128, 9
"""Tokens read, and tokens written: the first of them by the pass that reads."""
DECODER, DENOISER = "small-decoder", "small-dit"


def trials(catalog: Catalog, device: str, precision: str) -> Iterator[Trial]:
    """Every scope of both networks, warmed up."""
    dtype = getattr(torch, TYPES[precision])
    yield from _decoding(catalog.get("networks", f"{DECODER}-transformer"), device, dtype)
    yield _denoising(catalog, catalog.get("networks", f"{DENOISER}-denoiser"), device, dtype)


def placed(module: Any, device: str, dtype: Any) -> Any:
    """The network on the device, ready to run."""
    return module.to(device, dtype).eval()


def _decoding(net: DecoderLM, device: str, dtype: Any) -> Iterator[Trial]:
    model = placed(Decoder(net, PROMPT + WRITTEN), device, dtype)
    prompt = torch.randint(net.vocab, (1, PROMPT), device=device)

    def write() -> None:
        for place in range(PROMPT, PROMPT + WRITTEN - 1):
            model(prompt[:, :1], place)

    row = Row(
        place="measured here", id=f"{DECODER}-prefill", model=DECODER, metric="latency_s", value=0.0, scope="prefill",
        guidance="none", prompt_tokens=PROMPT, output_tokens=WRITTEN, batch=1,
    )  # fmt: skip
    yield Trial(row=row, sample=host_watch(device, lambda: model(prompt, 0)))
    whole = host_watch(device, write)
    each = replace(row, id=f"{DECODER}-decode-token", scope="decode-token")
    yield Trial(row=each, sample=lambda: whole() / (WRITTEN - 1))


def _denoising(catalog: Catalog, net: CrossDiT, device: str, dtype: Any) -> Trial:
    model = catalog.get("models", DENOISER)
    generation, grid = model.generation, catalog.get("tokenizers", model.generation.tokenizer)
    side: int = generation.native.width
    tokens = (side // grid.pixels_per_token) ** 2
    network = placed(DiffusionTransformer(net), device, dtype)
    patches = torch.randn(1, tokens, net.patch**2 * net.in_channels, device=device, dtype=dtype)
    text = torch.randn(1, generation.condition_tokens, net.text_width, device=device, dtype=dtype)
    when = torch.full((1,), float(FREQUENCIES), device=device)
    row = Row(
        place="measured here", id=f"{DENOISER}-denoise-forward", model=DENOISER, metric="latency_s", value=0.0,
        scope="denoise-forward", guidance="none", width=side, height=side, batch=1,
    )  # fmt: skip
    return Trial(row=row, sample=host_watch(device, lambda: network(patches, text, when)))
