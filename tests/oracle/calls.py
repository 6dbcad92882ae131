"""How each reference class is called: inputs for one pass over a given size."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from tokencost.nouns.work import Forward

Call = tuple[str, Forward, Callable[[], Any]]
"""Direction, size as the planner sees it, and the same call of the reference."""

SEQUENCES, TEXT, QUERIES = 2, 77, 33


def empty(*shape: int) -> Any:
    """Numbers nobody reads."""
    return torch.empty(*shape, device="meta")


def ids(*shape: int) -> Any:
    """Tokens nobody reads."""
    return torch.zeros(*shape, device="meta", dtype=torch.long)


def decoder(module: Any, net: Any) -> Iterator[Call]:
    """A prompt: logits of every token where there is a head."""
    forward = Forward(sequences=2.0, queries=float(QUERIES), context=float(QUERIES), logits=float(QUERIES))
    whole = empty(SEQUENCES, 1, QUERIES, QUERIES)
    yield (
        "forward",
        forward,
        lambda: module(
            input_ids=ids(SEQUENCES, QUERIES),
            attention_mask=whole,
            position_ids=ids(SEQUENCES, QUERIES),
            use_cache=False,
        ),
    )


def encoder(module: Any, net: Any) -> Iterator[Call]:
    """A prompt of fixed length."""
    forward = Forward(sequences=2.0, queries=float(QUERIES), context=float(QUERIES), logits=0.0)
    yield "forward", forward, lambda: module(input_ids=ids(SEQUENCES, QUERIES))


def latent(width: int, height: int, frames: int = 1, text: int = TEXT) -> Forward:
    """Two sequences of a latent."""
    return Forward(
        sequences=float(SEQUENCES), width=float(width), height=float(height), frames=float(frames), text=float(text)
    )


def unet(module: Any, net: Any) -> Iterator[Call]:
    """Sizes that do not divide by the stride either."""
    told = net.added_condition
    extra: dict[str, Any] = {}
    if told:
        spread = 6 * module.config.addition_time_embed_dim
        extra["added_cond_kwargs"] = {"text_embeds": empty(SEQUENCES, told - spread), "time_ids": empty(SEQUENCES, 6)}
    if net.guidance_condition:
        extra["timestep_cond"] = empty(SEQUENCES, net.guidance_condition)
    for width, height in ((64, 64), (50, 37)):
        sample, text = empty(SEQUENCES, net.in_channels, height, width), empty(SEQUENCES, TEXT, net.text_width)
        yield "forward", latent(width, height), lambda s=sample, t=text: module(s, empty(SEQUENCES), t, **extra)


def sd3(module: Any, net: Any) -> Iterator[Call]:
    """Latents, both kinds of text."""
    yield "forward", latent(32, 48), lambda: module(
        hidden_states=empty(SEQUENCES, net.in_channels, 48, 32),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width),
        pooled_projections=empty(SEQUENCES, net.pooled_width), timestep=empty(SEQUENCES),
    )  # fmt: skip


def flux(module: Any, net: Any) -> Iterator[Call]:
    """Packed tokens; the second generation has neither pooled text nor three axes."""
    tokens, axes = 16 * 24, 4 if net.fused_single else 3
    extra = {} if net.fused_single else {"pooled_projections": empty(SEQUENCES, net.pooled_width)}
    yield "forward", latent(32, 48), lambda: module(
        hidden_states=empty(SEQUENCES, tokens, 4 * net.in_channels),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width), timestep=empty(SEQUENCES),
        guidance=empty(SEQUENCES) if net.guidance_embedding else None, img_ids=empty(tokens, axes),
        txt_ids=empty(TEXT, axes), **extra,
    )  # fmt: skip


def qwen_image(module: Any, net: Any) -> Iterator[Call]:
    """Packed tokens and the shape they had."""
    yield "forward", latent(32, 48), lambda: module(
        hidden_states=empty(SEQUENCES, 16 * 24, 4 * net.in_channels),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width), encoder_hidden_states_mask=None,
        timestep=empty(SEQUENCES), img_shapes=[[(1, 24, 16)]] * SEQUENCES,
    )  # fmt: skip


def hunyuan_video(module: Any, net: Any) -> Iterator[Call]:
    """A clip with a mask of its text."""
    yield "forward", latent(20, 12, 5), lambda: module(
        hidden_states=empty(SEQUENCES, net.in_channels, 5, 12, 20), timestep=empty(SEQUENCES),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width), encoder_attention_mask=mask(),
        pooled_projections=empty(SEQUENCES, net.pooled_width),
        guidance=empty(SEQUENCES) if net.guidance_embedding else None,
    )  # fmt: skip


def mask() -> Any:
    """Every text token counts."""
    return torch.ones(SEQUENCES, TEXT, device="meta", dtype=torch.bool)


def mochi(module: Any, net: Any) -> Iterator[Call]:
    """A clip with a mask of its text."""
    yield "forward", latent(20, 12, 5), lambda: module(
        hidden_states=empty(SEQUENCES, net.in_channels, 5, 12, 20), timestep=empty(SEQUENCES),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width), encoder_attention_mask=mask(),
    )  # fmt: skip


def pixart(module: Any, net: Any) -> Iterator[Call]:
    """Sizes beside the timestep where the network reads them."""
    told = {"resolution": empty(SEQUENCES, 2), "aspect_ratio": empty(SEQUENCES, 1)} if net.size_conditions else None
    yield "forward", latent(32, 48), lambda: module(
        hidden_states=empty(SEQUENCES, net.in_channels, 48, 32), timestep=empty(SEQUENCES), added_cond_kwargs=told,
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width),
    )  # fmt: skip


def wan(module: Any, net: Any) -> Iterator[Call]:
    """A clip, with features of an image where the network reads them."""
    image = {"encoder_hidden_states_image": empty(SEQUENCES, net.image_tokens, net.image_width)}
    # Where there is an image, the class takes the last 512 tokens of the joined sequence as text.
    text = 512 if net.image_tokens else TEXT
    yield "forward", latent(20, 12, 5, text), lambda: module(
        hidden_states=empty(SEQUENCES, net.in_channels, 5, 12, 20), timestep=empty(SEQUENCES),
        encoder_hidden_states=empty(SEQUENCES, text, net.text_width), **(image if net.image_tokens else {}),
    )  # fmt: skip


def ltx(module: Any, net: Any) -> Iterator[Call]:
    """Latent positions as tokens."""
    yield "forward", latent(20, 12, 5), lambda: module(
        hidden_states=empty(SEQUENCES, 5 * 12 * 20, net.in_channels), timestep=empty(SEQUENCES),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width), encoder_attention_mask=None, num_frames=5,
        height=12, width=20, rope_interpolation_scale=(1.0, 1.0, 1.0),
    )  # fmt: skip


def cogvideox(module: Any, net: Any) -> Iterator[Call]:
    """A clip of whole patches, with the rotations the pipeline makes."""
    frames, text = 4, module.config.max_text_seq_length
    tokens, head_dim = frames // net.patch_frames * 6 * 10, net.width // net.heads
    rotary = (empty(tokens, head_dim), empty(tokens, head_dim)) if net.rotary != "none" else None
    yield "forward", latent(20, 12, frames, text), lambda: module(
        hidden_states=empty(SEQUENCES, frames, net.in_channels, 12, 20), timestep=empty(SEQUENCES),
        encoder_hidden_states=empty(SEQUENCES, text, net.text_width), image_rotary_emb=rotary,
    )  # fmt: skip


def sana(module: Any, net: Any) -> Iterator[Call]:
    """Latents and text."""
    yield "forward", latent(32, 48), lambda: module(
        hidden_states=empty(SEQUENCES, net.in_channels, 48, 32), timestep=empty(SEQUENCES),
        encoder_hidden_states=empty(SEQUENCES, TEXT, net.text_width),
    )  # fmt: skip


def z_image(module: Any, net: Any) -> Iterator[Call]:
    """A list of images and one of texts."""
    yield "forward", latent(32, 48), lambda: module(
        x=[empty(net.in_channels, 1, 48, 32) for _ in range(SEQUENCES)], t=empty(SEQUENCES),
        cap_feats=[empty(TEXT, net.text_width) for _ in range(SEQUENCES)],
    )  # fmt: skip


def image_coder(module: Any, net: Any) -> Iterator[Call]:
    """Both directions of an image."""
    stride, width, height = 2 ** (len(net.encoder_channels) - 1), 256, 192
    size = Forward(sequences=float(SEQUENCES), width=float(width), height=float(height))
    codes = (SEQUENCES, net.latent_channels, height // stride, width // stride)
    yield "encode", size, lambda: module.encode(empty(SEQUENCES, 3, height, width))
    yield "decode", size, lambda: module.decode(empty(*codes))


def deep_coder(module: Any, net: Any) -> Iterator[Call]:
    """Both directions of an image."""
    stride, width, height = 2 ** (len(net.channels) - 1), 256, 384
    size = Forward(sequences=float(SEQUENCES), width=float(width), height=float(height))
    codes = (SEQUENCES, net.latent_channels, height // stride, width // stride)
    yield "encode", size, lambda: module.encode(empty(SEQUENCES, 3, height, width))
    yield "decode", size, lambda: module.decode(empty(*codes))


def clip_coder(space: int, time: int) -> Callable[[Any, Any], Iterator[Call]]:
    """Both directions of a clip, for a coder that makes one position of `space` pixels and `time` frames."""

    def calls(module: Any, net: Any) -> Iterator[Call]:
        frames, width, height = 2 * time + 1, 256, 192
        size = Forward(width=float(width), height=float(height), frames=float(frames))
        codes = empty(1, net.latent_channels, 3, height // space, width // space)
        noise = (empty(1),) if getattr(net, "timestep", False) else ()
        yield "encode", size, lambda: module.encode(empty(1, 3, frames, height, width), return_dict=False)
        yield "decode", size, lambda: module.decode(codes, *noise)

    return calls


def wan_coder(module: Any, net: Any) -> Iterator[Call]:
    """The stride is as long as the network says."""
    yield from clip_coder(net.patch * 2 ** len(net.halves_time), 2 ** sum(net.halves_time))(module, net)


def emu3_coder(module: Any, net: Any) -> Iterator[Call]:
    """Clips of whole latents, sizes told beside them."""
    frames, width, height, stride = net.frames_per_latent, 256, 192, 2 ** (len(net.channels) - 1)
    size = Forward(sequences=float(SEQUENCES), width=float(width), height=float(height), frames=float(frames))
    told = torch.tensor([[height, width]] * SEQUENCES, device="cpu")
    yield "encode", size, lambda: module.encode(empty(SEQUENCES, frames, 3, height, width), told)
    yield "decode", size, lambda: module.decode(ids(SEQUENCES, 1, height // stride, width // stride))


def uvit(module: Any, net: Any) -> Iterator[Call]:
    """A grid of tokens, text and sizes."""
    sizes = 5
    yield "forward", latent(16, 24), lambda: module(
        ids(SEQUENCES, 24, 16), empty(SEQUENCES, TEXT, net.text_width), empty(SEQUENCES, net.text_width),
        empty(SEQUENCES, sizes),
    )  # fmt: skip


def temporal_unet(module: Any, net: Any) -> Iterator[Call]:
    """A clip, an image's features instead of text, three numbers beside the timestep."""
    yield "forward", latent(72, 40, 14, 1), lambda: module(
        empty(SEQUENCES, 14, net.in_channels, 40, 72), empty(SEQUENCES), empty(SEQUENCES, 1, net.text_width),
        empty(SEQUENCES, 3),
    )  # fmt: skip


def temporal_coder(module: Any, net: Any) -> Iterator[Call]:
    """Frames as images; the decoder sees all of them."""
    frames, width, height, stride = 3, 256, 192, 2 ** (len(net.decoder_channels) - 1)
    size = Forward(width=float(width), height=float(height), frames=float(frames))
    codes = empty(frames, net.latent_channels, height // stride, width // stride)
    yield "encode", size, lambda: module.encode(empty(frames, 3, height, width))
    yield "decode", size, lambda: module.decoder(codes, empty(1, frames), num_frames=frames)


def token_coder(module: Any, net: Any) -> Iterator[Call]:
    """An image to tokens and back."""
    stride, width, height = 2 ** (len(net.encoder_channels) - 1), 256, 192
    size = Forward(sequences=float(SEQUENCES), width=float(width), height=float(height))
    grid = (height // stride, width // stride)
    module.quantize.quant_state_dims = list(grid)
    yield "encode", size, lambda: module.encode(empty(SEQUENCES, 3, height, width))
    yield "decode", size, lambda: module.decode(ids(SEQUENCES, grid[0] * grid[1]))


def quantised_coder(module: Any, net: Any) -> Iterator[Call]:
    """Entries to pixels; the way there measures distances in one kernel, in which PyTorch counts nothing."""
    stride, width, height = 2 ** (len(net.encoder_channels) - 1), 256, 192
    size = Forward(sequences=float(SEQUENCES), width=float(width), height=float(height))
    grid = (SEQUENCES, height // stride, width // stride)
    yield "decode", size, lambda: module.decode(ids(*grid), force_not_quantize=True, shape=(*grid, net.code_channels))


CALLS: Mapping[str, Callable[[Any, Any], Iterator[Call]]] = {
    **dict.fromkeys(("CLIPTextModel", "CLIPTextModelWithProjection", "T5EncoderModel", "UMT5EncoderModel"), encoder),
    "AutoencoderKLTemporalDecoder": temporal_coder,
    "Emu3VQVAE": emu3_coder,
    "JanusVQVAE": token_coder,
    "UNetSpatioTemporalConditionModel": temporal_unet,
    "UVit2DModel": uvit,
    "VQModel": quantised_coder,
    "UNet2DConditionModel": unet,
    "SD3Transformer2DModel": sd3,
    "FluxTransformer2DModel": flux,
    "Flux2Transformer2DModel": flux,
    "QwenImageTransformer2DModel": qwen_image,
    "HunyuanVideoTransformer3DModel": hunyuan_video,
    "MochiTransformer3DModel": mochi,
    "PixArtTransformer2DModel": pixart,
    "WanTransformer3DModel": wan,
    "LTXVideoTransformer3DModel": ltx,
    "CogVideoXTransformer3DModel": cogvideox,
    "SanaTransformer2DModel": sana,
    "ZImageTransformer2DModel": z_image,
    "AutoencoderKL": image_coder,
    "AutoencoderKLFlux2": image_coder,
    "AutoencoderDC": deep_coder,
    "AutoencoderKLWan": wan_coder,
    "AutoencoderKLQwenImage": wan_coder,
    "AutoencoderKLCogVideoX": clip_coder(8, 4),
    "AutoencoderKLLTXVideo": clip_coder(32, 8),
    "AutoencoderKLMochi": clip_coder(8, 6),
    "AutoencoderKLHunyuanVideo": clip_coder(8, 4),
}
"""Class -> its calls; every other class is a decoder."""


def calls(name: str, module: Any, net: Any) -> Iterator[Call]:
    """The calls of one class."""
    yield from CALLS.get(name, decoder)(module, net)
