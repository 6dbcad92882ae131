"""Token transformers layer by layer: decoder LMs, text encoders, vision towers.

Kernel counts are those of eager PyTorch: an RMSNorm written in Python is six small kernels, a rotary
embedding ten, a gated activation two.
"""

from tokencost.counting.build import convolution, elementwise, linear, lookup, norm, weights
from tokencost.formula import formula
from tokencost.nouns.transformer import DecoderLM, TextEncoder, VisionTower
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.units import Constant, Count

RMS_NORM_KERNELS = Constant(6, "", "square, mean, add, rsqrt, two products: RMSNorm as written in Python")
LAYER_NORM_KERNELS = Constant(1, "", "LayerNorm is one fused kernel in PyTorch")
ROTARY_KERNELS = Constant(10, "", "slice, negate, concatenate, two products and a sum, for queries and for keys")
CACHE_KERNELS = Constant(2, "", "new keys and new values are appended to the cache")


@formula("huggingface-transformers", says="operators of one call of a decoder LM, its layers and the text head")
def decoder_lm(net: DecoderLM, fwd: Forward) -> tuple[Operator, ...]:
    """Embedding, layers, logits of `fwd.logits` positions per sequence over the text vocabulary."""
    rows = fwd.sequences * fwd.queries
    bottom = lookup("embedding", rows, net.vocab, net.hidden)
    return (bottom, *decoder_layers(net, fwd), *_text_head(net, fwd.sequences * fwd.logits))


@formula("huggingface-transformers", says="operators of one call of a decoder LM that writes image codes")
def decoder_lm_image(net: DecoderLM, fwd: Forward) -> tuple[Operator, ...]:
    """As `decoder_lm`; a model with a head of its own for image codes uses that one and embeds the codes again."""
    if not net.image_vocab:
        return decoder_lm(net, fwd)
    rows, last = fwd.sequences * fwd.queries, fwd.sequences * fwd.logits
    return (
        lookup("image_embedding", rows, net.image_vocab, net.image_code),
        linear("image_aligner.in", rows, net.image_code, net.hidden),
        elementwise("image_aligner.gelu", rows * net.hidden),
        linear("image_aligner.out", rows, net.hidden, net.hidden),
        *decoder_layers(net, fwd),
        linear("image_head.in", last, net.hidden, net.image_hidden),
        elementwise("image_head.gelu", last * net.image_hidden),
        linear("image_head.out", last, net.image_hidden, net.image_vocab),
    )


def decoder_layers(net: DecoderLM, fwd: Forward) -> tuple[Operator, ...]:
    """The stack between embedding and head, final norm included."""
    rows = fwd.sequences * fwd.queries
    return (
        norm(
            "layers.norm", rows, net.hidden,
            weights=net.norm_weights, kernels=norm_kernels(net.norm_weights), count=net.layers * net.norms_per_layer,
        ),
        *_decoder_attention(net, fwd),
        *_feed_forward(net, rows),
        elementwise("layers.residual", rows * net.hidden, kernels=2, count=net.layers),
        norm("norm", rows, net.hidden, weights=net.norm_weights, kernels=norm_kernels(net.norm_weights)),
    )  # fmt: skip


def norm_kernels(norm_weights: Count) -> Count:
    """Kernels of a norm by what it learns: LayerNorm is fused, RMSNorm is not."""
    return LAYER_NORM_KERNELS if norm_weights == 2 else RMS_NORM_KERNELS


def _decoder_attention(net: DecoderLM, fwd: Forward) -> tuple[Operator, ...]:
    rows, layers = fwd.sequences * fwd.queries, net.layers
    q, kv = net.heads * net.head_dim, net.kv_heads * net.head_dim
    return (
        linear("layers.attention.q", rows, net.hidden, q, bias=net.qkv_bias, count=layers),
        linear("layers.attention.k", rows, net.hidden, kv, bias=net.qkv_bias, count=layers),
        linear("layers.attention.v", rows, net.hidden, kv, bias=net.qkv_bias, count=layers),
        *_qk_norm(net, rows),
        elementwise("layers.attention.rotary", rows * (q + kv) / 2, kernels=ROTARY_KERNELS, count=layers),
        elementwise("layers.attention.cache", rows * kv, kernels=CACHE_KERNELS, count=layers),
        Attention(
            id="layers.attention", sequences=fwd.sequences, heads=net.heads, kv_heads=net.kv_heads,
            queries=fwd.queries, context=fwd.context, head_dim=net.head_dim, count=layers, causal=True,
        ),
        linear("layers.attention.o", rows, q, net.hidden, bias=net.output_bias, count=layers),
    )  # fmt: skip


def _qk_norm(net: DecoderLM, rows: Count) -> tuple[Operator, ...]:
    learned = {"none": 0, "head": 2 * net.head_dim, "head-bias": 4 * net.head_dim}
    params = learned.get(net.qk_norm, 2 * (net.heads + net.kv_heads) * net.head_dim)
    if not params:
        return ()
    width = (net.heads + net.kv_heads) * net.head_dim
    kernels = RMS_NORM_KERNELS if net.qk_norm == "head" else LAYER_NORM_KERNELS
    return (
        elementwise(
            "layers.attention.qk_norm", rows * width, kernels=2 * kernels, count=net.layers, params=net.layers * params
        ),
    )


def _feed_forward(net: DecoderLM, rows: Count) -> tuple[Operator, ...]:
    gate = (
        (linear("layers.mlp.gate", rows, net.hidden, net.ffn, bias=net.mlp_bias, count=net.layers),)
        if net.gated
        else ()
    )
    return (
        *gate,
        linear("layers.mlp.up", rows, net.hidden, net.ffn, bias=net.mlp_bias, count=net.layers),
        elementwise("layers.mlp.activation", rows * net.ffn, kernels=2 if net.gated else 1, count=net.layers),
        linear("layers.mlp.down", rows, net.ffn, net.hidden, bias=net.mlp_bias, count=net.layers),
    )


def _text_head(net: DecoderLM, rows: Count) -> tuple[Operator, ...]:
    if net.head == "none":
        return ()
    own = net.head == "own"
    if isinstance(rows, float | int) and not rows:
        return (weights("head", (net.hidden * net.vocab if own else 0) + (net.vocab if net.head_bias else 0)),)
    bias = (weights("head.bias", net.vocab),) if net.head_bias and not own else ()
    return (linear("head", rows, net.hidden, net.vocab, bias=net.head_bias, shared=not own), *bias)


@formula("huggingface-transformers", says="operators of a caption projector (two linear layers) in front of a decoder")
def caption_projector(net: DecoderLM, fwd: Forward) -> tuple[Operator, ...]:
    """Text features of width `caption_inner` become prompt tokens (LlamaGen); nothing where a model reads text."""
    if not net.caption_inner:
        return ()
    rows = fwd.sequences * fwd.queries
    return (
        linear("caption.in", rows, net.caption_inner, net.hidden, bias=False),
        elementwise("caption.gelu", rows * net.hidden),
        linear("caption.out", rows, net.hidden, net.hidden, bias=False),
    )


@formula("huggingface-transformers", says="operators of one call of a text encoder over `queries` tokens per prompt")
def text_encoder(net: TextEncoder, fwd: Forward) -> tuple[Operator, ...]:
    """Embedding, layers, final norm; attention counts the full square, causal or not."""
    rows, inner = fwd.sequences * fwd.queries, net.heads * net.head_dim
    kernels = norm_kernels(net.norm_weights)
    return (
        lookup("embedding", rows, net.vocab, net.hidden),
        weights("positions", _stored_positions(net)),
        norm("layers.norm", rows, net.hidden, weights=net.norm_weights, kernels=kernels, count=2 * net.layers),
        linear("layers.attention.qkv", rows, net.hidden, inner, bias=net.bias, count=3 * net.layers),
        Attention(
            id="layers.attention", sequences=fwd.sequences, heads=net.heads, kv_heads=net.heads,
            queries=fwd.queries, context=fwd.queries, head_dim=net.head_dim, count=net.layers,
        ),
        linear("layers.attention.o", rows, inner, net.hidden, bias=net.bias, count=net.layers),
        linear("layers.mlp.up", rows, net.hidden, net.ffn, bias=net.bias, count=net.layers * (2 if net.gated else 1)),
        elementwise("layers.mlp.activation", rows * net.ffn, kernels=2 if net.gated else 1, count=net.layers),
        linear("layers.mlp.down", rows, net.ffn, net.hidden, bias=net.bias, count=net.layers),
        elementwise("layers.residual", rows * net.hidden, kernels=2, count=net.layers),
        norm("norm", rows, net.hidden, weights=net.norm_weights, kernels=kernels),
        *_pooled_projection(net, fwd.sequences),
    )  # fmt: skip


def _stored_positions(net: TextEncoder) -> Count:
    return net.learned_positions * net.hidden + net.relative_tables * net.relative_buckets * net.heads


def _pooled_projection(net: TextEncoder, rows: Count) -> tuple[Operator, ...]:
    return (linear("projection", rows, net.hidden, net.projection, bias=False),) if net.projection else ()


def tower_tokens(net: VisionTower) -> int:
    """Language-model tokens that one image (tile) becomes."""
    side: int = net.image // net.patch // net.pixel_unshuffle
    return side * side


@formula("huggingface-transformers", says="operators of a vision tower and its projector over `sequences` images")
def vision_tower(net: VisionTower, fwd: Forward) -> tuple[Operator, ...]:
    """Patch embedding, layers, projector; the class token runs along and is dropped before the projector."""
    patches = (net.image // net.patch) ** 2
    queries = patches + (1 if net.class_token else 0)
    rows = fwd.sequences * queries
    return (
        convolution(
            "patches", fwd.sequences * patches, 3, net.hidden, net.patch**2,
            inputs=fwd.sequences * net.image**2, bias=net.patch_bias,
        ),
        weights("positions", queries * net.hidden + (net.hidden if net.class_token else 0) + net.stored),
        *((norm("pre_norm", rows, net.hidden, weights=2),) if net.pre_norm else ()),
        norm("layers.norm", rows, net.hidden, weights=2, count=2 * net.layers),
        linear("layers.attention.qkv", rows, net.hidden, net.hidden, count=3 * net.layers),
        Attention(
            id="layers.attention", sequences=fwd.sequences, heads=net.heads, kv_heads=net.heads,
            queries=queries, context=queries, head_dim=net.hidden / net.heads, count=net.layers,
        ),
        linear("layers.attention.o", rows, net.hidden, net.hidden, count=net.layers),
        linear("layers.mlp.up", rows, net.hidden, net.ffn, count=net.layers * (2 if net.gated else 1)),
        elementwise("layers.mlp.activation", rows * net.ffn, count=net.layers),
        linear("layers.mlp.down", rows, net.ffn, net.hidden, count=net.layers),
        elementwise("layers.residual", rows * net.hidden, kernels=2, count=net.layers),
        norm("norm", rows, net.hidden, weights=2),
        *_projector(net, fwd.sequences * tower_tokens(net)),
    )  # fmt: skip


def _projector(net: VisionTower, rows: Count) -> tuple[Operator, ...]:
    if not net.projector_out:
        return ()
    width = net.hidden * net.pixel_unshuffle**2
    return (
        *((norm("projector.norm", rows, width, weights=2),) if net.projector_norm else ()),
        linear("projector.in", rows, width, net.projector_hidden),
        elementwise("projector.gelu", rows * net.projector_hidden),
        linear("projector.out", rows, net.projector_hidden, net.projector_out),
    )
