"""Models: which networks they are made of, how a request becomes tokens, and how they are run."""

from collections.abc import Mapping
from typing import Literal

from tokencost.nouns.metric import Better
from tokencost.nouns.network import Network
from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Count, Seconds, Size, Usd

FamilyName = Literal["autoregressive", "diffusion", "masked", "next-scale", "hybrid", "api"]
TaskName = Literal["text-to-image", "text-to-video", "image-to-text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer(Noun):
    """How pixels and frames become tokens (or latent positions) and what is written around them.

    `pixels_per_token` counts one side: stride of the coder × `patch` of the network; `frame_patch` latent frames
    share a token. With `first_frame_alone` a clip has k·frames_per_token + 1 frames; `chunk_latents` latent frames hold
    frames_per_token frames of a coder that works in chunks. A visual span is
    `begin` tokens, then every row with `row_end` more, every frame with `frame_end` more, then `end`.
    `size_text` says where the digits of "h*w" stand: in the prompt, generated, or nowhere.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    pixels_per_token: Size
    patch: Size = 1
    frames_per_token: Size = 1
    chunk_latents: Size = 1
    frame_patch: Size = 1
    first_frame_alone: bool = False
    still_frames: Size = 1
    codebook: Size = 0
    tokens_per_position: Size = 1
    channels: Size = 0
    begin: Size = 0
    row_end: Size = 0
    frame_end: Size = 0
    end: Size = 0
    size_text: Literal["none", "prompt", "generated"] = "none"
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Noun):
    """A network in a role, by its name in `network`; a record may hold its `shape` instead.

    `text` is the fixed length of a text encoder's input, `runs` how often it runs per request (2: also for the
    empty or negative prompt). `precision` overrides the platform's where the software does. One that `overflows`
    in fp16 runs in fp32 where the others run in fp16. Engines that run the released code
    keep the weights in the precision in which they were `stored` (else in the one they run in), and leave one that
    `waits` in host memory while others work.
    """

    network: str = ""
    shape: Network | None = None
    text: Size = 0
    runs: Size = 1
    precision: str = ""
    overflows: bool = False
    stored: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance(Noun):
    """Classifier-free guidance: `branches` rows per request, in one batch or one after the other.

    `distilled` and `none` run one branch. `negative_tokens` is the prompt of the other branches where it
    has a length of its own.
    """

    mode: Literal["none", "batched", "sequential", "distilled"] = "none"
    branches: Size = 1
    scale: Count = 1.0
    negative_tokens: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Native(Noun):
    """The output the model was released for, used where a request says nothing."""

    width: Size
    height: Size
    frames: Size = 1
    fps: Count = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Noun):
    """What the released weights can do; 0 is "not stated".

    `positions` bounds prompt and generated tokens together; `max_pixels` is the largest area the weights
    were trained or released for; `sizes`, if given, are the only square sides they produce.
    """

    positions: Size = 0
    max_pixels: Size = 0
    min_pixels: Size = 0
    max_frames: Size = 0
    sizes: tuple[Size, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation(Noun):
    """How a model makes an image or a clip: grid, steps, guidance.

    `steps` are sampler steps (denoising, unmasking, or 0 where tokens count), `evaluations` network calls
    beyond one per step and branch. `prompt_overhead` are the tokens a template adds to the user's prompt.
    `scales` are the sides of a next-scale model's token maps at its native size; `planned_tokens` are written by a
    hybrid's language model before it denoises. `condition_tokens` are the text tokens a denoiser sees, or the fixed
    prefix (caption states, a class) of an autoregressive model; 0 is the prompt itself.
    """

    tokenizer: str
    steps: Size = 0
    extra_evaluations: Size = 0
    guidance: Guidance
    native: Native
    limits: Limits = Limits()
    prompt_overhead: Size = 0
    condition_tokens: Size = 0
    scales: tuple[Size, ...] = ()
    planned_tokens: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Perception(Noun):
    """How a model reads an image before it answers.

    `grid`: the tokenizer's grid of the (clamped) input; `fixed`: always `tokens`; `anyres`: one overview and
    tiles of `tile` pixels, chosen among `grids`. `template` are the tokens around image and question.
    """

    scheme: Literal["grid", "fixed", "anyres"]
    tokenizer: str = ""
    tokens: Size = 0
    tile: Size = 0
    tile_tokens_side: Size = 0
    grids: tuple[tuple[Size, Size], ...] = ()
    template: Size = 0
    min_pixels: Size = 0
    max_pixels: Size = 0
    output_tokens: Size = 128
    positions: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Noun):
    """A system people can name: its networks by role, and how it is run.

    Roles: transformer, denoiser, text_encoder, text_encoder_2, ..., image_encoder, image_decoder,
    vision_tower, projector. `weights` says whether anybody can run it; a model behind an API has no components.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    org: str
    released: str
    family: FamilyName
    tasks: tuple[TaskName, ...]
    weights: Literal["open", "closed", "unreleased", "withdrawn"]
    components: Mapping[str, Component]
    generation: Generation | None = None
    perception: Perception | None = None
    undisclosed: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPriceLine(Noun):
    """One price as it was seen; `since` is the first day it was true, `seen` the last one if it was looked at again."""

    since: str
    price: Usd
    source: str
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPrice(Noun):
    """What a provider asks for one image, one second of video or one token of an asset, of at most `max_pixels`.

    `tokens` are those that an image of this size and quality comes out as, where the provider publishes them.
    """

    id: str
    model: str
    provider: str
    variant: str
    per: Literal["image", "second", "token"]
    max_pixels: Size = 0
    width: Size = 0
    height: Size = 0
    quality: str = ""
    tokens: Size = 0
    typical_latency: Seconds = 0.0
    ended: str = ""
    lines: tuple[ApiPriceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Noun):
    """One published quality score under one condition."""

    metric: str
    value: Count
    conditions: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Noun):
    """The published scores of one model, or of one coder: then they are ceilings of what it can give back.

    `no_model` says why a system of that name has scores and no record whose work could be counted.
    """

    id: str
    no_model: str = ""
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Noun):
    """A metric that must reach a value; `better` says which way."""

    metric: str
    value: Count
    better: Better = "higher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Noun):
    """A quality tier of one task: a model belongs to it if a known metric of `any_of` reaches its value."""

    id: str
    task: TaskName
    tier: Literal["draft", "standard", "premium"]
    any_of: tuple[Bound, ...]
    why: str
