"""A folder with model_index.json: its networks by role, and the model they make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokencost.errors import Problem, SpecError
from tokencost.importing.known import known
from tokencost.importing.latents import frames_per_latent, pixels_per_latent, tokenizer
from tokencost.importing.network import Imported, network
from tokencost.importing.running import EXTRA_EVALUATIONS, PIPELINES, UNKNOWN_IMAGE, UNKNOWN_VIDEO, Running
from tokencost.nouns.convnet import ImageCoder, UNet
from tokencost.nouns.diffusion_transformer import AsymmetricMMDiT, CrossDiT, JointDiT, LinearDiT, MMDiT, SingleStreamDiT
from tokencost.nouns.network import Network
from tokencost.nouns.transformer import DecoderLM, TextEncoder
from tokencost.nouns.video_coder import VideoCoder
from tokencost.reading.document import Document
from tokencost.reading.strict import MAX_BYTES
from tokencost.reading.strict_json import read_json_file

INDEX, CONFIG = "model_index.json", "config.json"
ROLES: Mapping[str, str] = {
    "text_encoder": "text_encoder", "text_encoder_2": "text_encoder_2", "text_encoder_3": "text_encoder_3",
    "unet": "denoiser", "transformer": "denoiser", "transformer_2": "denoiser_2", "vae": "image_decoder",
}  # fmt: skip
"""Part of a pipeline -> role of the network."""
WITHOUT_NETWORK = ("scheduler", "tokenizer", "feature_extractor", "image_processor", "processor", "safety_checker")
DENOISERS = (UNet, MMDiT, AsymmetricMMDiT, JointDiT, SingleStreamDiT, CrossDiT, LinearDiT)
LARGEST_SIDE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A model as it was recognised: plain data of its tokenizer and model records, its networks, what was assumed."""

    id: str
    name: str
    networks: tuple[Imported, ...]
    tokenizer: Mapping[str, Any]
    model: Mapping[str, Any]
    known: bool
    remarks: tuple[str, ...]


def pipeline(folder: Path, identifier: str) -> Pipeline:
    """The model in a folder of diffusers; raises SpecError with the problems of all its parts."""
    index = read_json_file(folder / INDEX, MAX_BYTES)
    parts = _parts(index)
    found, documents, problems = _read(folder, index, parts, identifier)
    problems += _missing(index, found)
    if problems:
        raise SpecError(*problems)
    name = str(index.data.get("_class_name", ""))[:60]
    running = _running(name, found["image_decoder"].network)
    size = _native(running, documents["denoiser"].data, found["image_decoder"].network)
    grid = tokenizer(
        f"{identifier}-latent", found["image_decoder"].network, found["denoiser"].network, still=size["frames"] == 1
    )
    return Pipeline(
        id=identifier,
        name=name,
        networks=tuple(found.values()),
        tokenizer=grid,
        model=_model(identifier, found, running, size, extra=_extra(index.data.get("scheduler"))),
        known=name in PIPELINES,
        remarks=tuple(_remarks(name, index.data)),
    )


def _parts(index: Document) -> Mapping[str, str]:
    """Part -> class, for the parts that are networks and are there."""
    if not isinstance(index.data, dict):
        raise SpecError(index.problem((), "a pipeline is a mapping of parts"))
    pairs = {part: said for part, said in index.data.items() if part in ROLES and isinstance(said, list)}
    return {part: said[1] for part, said in pairs.items() if len(said) == 2 and isinstance(said[1], str)}


def _read(
    folder: Path, index: Document, parts: Mapping[str, str], identifier: str
) -> tuple[dict[str, Imported], dict[str, Document], list[Problem]]:
    found: dict[str, Imported] = {}
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for part, name in parts.items():
        try:
            known(name, index, part)
            document = read_json_file(folder / part / CONFIG, MAX_BYTES)
            if not isinstance(document.data, dict):
                raise SpecError(document.problem((), "a configuration is a mapping of options"))
            one = network(document, name, f"{identifier}-{part.replace('_', '-')}")
            _fits(one, ROLES[part], part, index)
            found[ROLES[part]], documents[ROLES[part]] = one, document
        except SpecError as error:
            problems += error.problems
    return found, documents, problems


def _fits(one: Imported, role: str, part: str, index: Document) -> None:
    """Refuse a coder that stands for a denoiser, and the like."""
    encoder = role.startswith("text_encoder")
    due = (TextEncoder, DecoderLM) if encoder else DENOISERS if role.startswith("denoiser") else _coders()
    if not isinstance(one.network, due):
        raise SpecError(index.problem((part,), f"{one.name} is no {role.replace('_', ' ')}"))


def _coders() -> tuple[type, ...]:
    return (ImageCoder, *VideoCoder.__args__)


def _missing(index: Document, found: Mapping[str, Imported]) -> Iterator[Problem]:
    for role, part in (("denoiser", "unet or transformer"), ("image_decoder", "vae")):
        if role not in found and not any(ROLES[p] == role for p in _parts(index)):
            yield index.problem((), f"the pipeline has no {part}; nothing can be planned without it")


def _running(name: str, coder: Network) -> Running:
    return PIPELINES.get(name, UNKNOWN_VIDEO if frames_per_latent(coder) > 1 else UNKNOWN_IMAGE)


def _native(running: Running, denoiser: Mapping[str, Any], coder: Network) -> dict[str, int]:
    """The size a call takes by itself: that of the samples the denoiser was made for, if it says so."""
    stride = pixels_per_latent(coder)
    side = _side(denoiser.get("sample_size"), stride)
    size = {
        "width": side or _side(denoiser.get("sample_width"), stride) or running.width,
        "height": side or _side(denoiser.get("sample_height"), stride) or running.height,
        "frames": running.frames if running.frames == 1 else _side(denoiser.get("sample_frames"), 1) or running.frames,
    }
    return {**size, "fps": running.fps} if running.fps else size


def _side(said: Any, stride: int) -> int:
    whole = isinstance(said, int) and not isinstance(said, bool)
    return said * stride if whole and 0 < said * stride <= LARGEST_SIDE else 0


def _model(
    identifier: str, found: Mapping[str, Imported], running: Running, size: Mapping[str, int], *, extra: int
) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": identifier,
        "org": "unknown",
        "released": "unknown",
        "family": "diffusion",
        "tasks": [running.task],
        "weights": "open",
        "components": {role: _component(role, one, running) for role, one in found.items()},
        "generation": {
            "tokenizer": f"{identifier}-latent",
            "steps": running.steps,
            **({"extra_evaluations": extra} if extra else {}),
            "guidance": _guidance(found["denoiser"].network, running),
            "native": dict(size),
            **_condition(found, running),
        },
    }


def _extra(scheduler: Any) -> int:
    """Evaluations of the sampler beyond its steps."""
    name = scheduler[1] if isinstance(scheduler, list) and len(scheduler) == 2 else ""
    return EXTRA_EVALUATIONS.get(name, 0) if isinstance(name, str) else 0


def _component(role: str, one: Imported, running: Running) -> dict[str, Any]:
    if not role.startswith("text_encoder"):
        return {"network": one.id}
    length = {"text": _length(one.network, running)} if _length(one.network, running) else {}
    return {"network": one.id, **length, **({"runs": running.runs} if running.runs > 1 else {})}


def _length(encoder: Network, running: Running) -> int:
    """Tokens a text encoder reads."""
    template = running.template if isinstance(encoder, DecoderLM) else 0
    return getattr(encoder, "learned_positions", 0) or running.text + template


def _condition(found: Mapping[str, Imported], running: Running) -> dict[str, int]:
    """Text tokens the denoiser sees: those of the CLIP kind once, and those of the longer encoder."""
    encoders = [one.network for role, one in found.items() if role.startswith("text_encoder")]
    clips = [n.learned_positions for n in encoders if isinstance(n, TextEncoder) and n.learned_positions]
    longer = len(clips) < len(encoders)
    tokens = (max(clips, default=0) if running.clips else 0) + (running.text if longer else 0)
    return {"condition_tokens": tokens} if tokens and running.padded else {}


def _guidance(denoiser: Network, running: Running) -> dict[str, Any]:
    """A network without an embedded scale is not guided where its pipeline would tell it one."""
    mode = running.mode
    if mode == "distilled" and not getattr(denoiser, "guidance_embedding", False):
        return {"mode": "none"}
    return {"mode": mode, "branches": 1 if mode == "distilled" else 2, "scale": running.scale}


def _remarks(name: str, index: Mapping[str, Any]) -> Iterator[str]:
    if name not in PIPELINES:
        yield f"the pipeline {name or 'without a name'} is not known: steps, guidance and sizes are guesses"
    for part, said in index.items():
        there = isinstance(said, list) and len(said) == 2 and said[1] is not None
        if there and part not in ROLES and not part.startswith(WITHOUT_NETWORK):
            yield f"{part[:60]} was not read"


def is_pipeline(folder: Path) -> bool:
    """Whether a folder holds a pipeline."""
    return (folder / INDEX).is_file()
