"""A pipeline folder becomes the model that somebody would have written by hand."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.records import nouns
from tests.importing.folders import write_json, write_pipeline
from tests.oracle.records import RECORDS
from tokencost.catalog.compile import compile_folder
from tokencost.catalog.decode import decode
from tokencost.catalog.load import load
from tokencost.errors import SpecError
from tokencost.importing.add import add
from tokencost.nouns.model import Model, Tokenizer

RELEASED = {
    "cogvideox-2b": "CogVideoXPipeline",
    "flux.1-dev": "FluxPipeline",
    "flux.2-dev": "Flux2Pipeline",
    "hunyuanvideo": "HunyuanVideoPipeline",
    "ltx-video-2b": "LTXPipeline",
    "pixart-alpha": "PixArtAlphaPipeline",
    "pixart-sigma": "PixArtSigmaPipeline",
    "sana-1.6b": "SanaPipeline",
    "sd-1.5": "StableDiffusionPipeline",
    "sd3-medium": "StableDiffusion3Pipeline",
    "sdxl": "StableDiffusionXLPipeline",
    "wan2.1-1.3b": "WanPipeline",
    "z-image": "ZImagePipeline",
}
"""Models that are run as their pipeline runs by itself."""


def networks_of(model: Model) -> dict[str, str]:
    return {role: part.network for role, part in model.components.items()}


def record(files: Any, kind: str, name: str, folder: Path) -> Any:
    """A record of an import, read as the catalogue reads it."""
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return compile_folder(folder, load().index)[kind][name]["noun"]


@pytest.mark.parametrize("name", RELEASED)
def test_a_pipeline_is_the_model_written_by_hand(name: str, tmp_path: Path) -> None:
    """
    Steps, guidance, lengths of text, native size and grid of a release follow from its configurations.
    """
    model: Model = nouns("models")[name]
    found = add(write_pipeline(tmp_path / "in", RELEASED[name], networks_of(model)), "mine")
    made = decode(Model, record(found.files, "models", "mine", tmp_path / "out"))
    lengths = {role: (part.text, part.runs) for role, part in model.components.items()}
    generation = replace(model.generation, limits=made.generation.limits, tokenizer="mine-latent")

    assert lengths == {role: (part.text, part.runs) for role, part in made.components.items()}
    assert generation == made.generation
    assert (model.tasks, model.family) == (made.tasks, made.family)


@pytest.mark.parametrize("name", RELEASED)
def test_the_grid_is_that_of_the_release(name: str, tmp_path: Path) -> None:
    """
    Pixels and frames per token are strides of the coder times the patches of the denoiser.
    """
    model: Model = nouns("models")[name]
    found = add(write_pipeline(tmp_path / "in", RELEASED[name], networks_of(model)), "mine")
    made = decode(Tokenizer, record(found.files, "tokenizers", "mine-latent", tmp_path / "out"))
    by_hand = nouns("tokenizers")[model.generation.tokenizer]

    assert numbers(by_hand) == numbers(made)


def numbers(tokenizer: Tokenizer) -> dict[str, Any]:
    return {key: value for key, value in asdict(tokenizer).items() if key not in ("id", "name", "aliases", "notes")}


def test_an_unknown_pipeline_is_told_to_be_guessed(tmp_path: Path) -> None:
    """
    Networks are recognised whatever runs them; how they are run is then an assumption in the record itself.
    """
    folder = write_pipeline(tmp_path, "MyPipeline", {"denoiser": "sdxl-unet", "image_decoder": "sd-vae"})
    found = add(folder, "mine")

    assert "kind: assumption" in found.files["sources/mine.yaml"]
    assert any("MyPipeline is not known" in remark for remark in found.remarks)


def test_a_distilled_pipeline_without_guidance_has_none(tmp_path: Path) -> None:
    """
    FLUX.1 [schnell] has the pipeline of [dev] and no embedded scale.
    """
    networks = networks_of(nouns("models")["flux.1-schnell"])
    found = add(write_pipeline(tmp_path, "FluxPipeline", networks), "mine")

    assert "guidance: {mode: none}" in found.files["models/mine.yaml"]


def test_two_experts_are_both_kept(tmp_path: Path) -> None:
    """
    Wan 2.2 A14B holds two denoisers in memory.
    """
    networks = networks_of(nouns("models")["wan2.2-t2v-a14b"])
    found = add(write_pipeline(tmp_path, "WanPipeline", networks), "mine")

    assert {"networks/mine-transformer.yaml", "networks/mine-transformer-2.yaml"} <= found.files.keys()


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([], "a pipeline is a mapping of parts"),
        ({"_class_name": "FluxPipeline"}, "no unet or transformer"),
        ({"unet": ["diffusers", "UNet3D"]}, "the nearest known is UNet2DConditionModel"),
        ({"unet": ["diffusers", "AutoencoderKL"]}, "AutoencoderKL is no denoiser"),
        ({"unet": ["diffusers", "UNet2DConditionModel"], "vae": [None, None]}, "no vae"),
        ({"unet": 3, "vae": {"a": 1}}, "no unet or transformer"),
    ],
)
def test_a_pipeline_that_is_none_is_refused(index: Any, message: str, tmp_path: Path) -> None:
    """
    A model needs something that denoises and something that decodes, each of its kind.
    """
    write_json(tmp_path / "unet" / "config.json", {})
    write_json(tmp_path / "model_index.json", index)

    with pytest.raises(SpecError, match=message):
        add(tmp_path, "mine")


def test_problems_of_all_parts_are_told_at_once(tmp_path: Path) -> None:
    """
    Each part is a file of its own, and every one may be wrong.
    """
    folder = write_pipeline(tmp_path, "FluxPipeline", networks_of(nouns("models")["flux.1-dev"]))
    for part in ("transformer", "vae"):
        write_json(folder / part / "config.json", {"in_channels": "many"})

    with pytest.raises(SpecError) as caught:
        add(folder, "mine")

    assert {"transformer", "vae"} == {Path(problem.file).parent.name for problem in caught.value.problems}


@pytest.mark.parametrize("record_id", RECORDS)
def test_every_import_can_be_compiled(record_id: str, tmp_path: Path) -> None:
    """
    What is written has a source for every number, and is read back as the same network.
    """
    cls, config = RECORDS[record_id]
    known = "_class_name" if cls.startswith(("Auto", "UNet")) or "Transformer" in cls else "architectures"
    said = cls if known == "_class_name" else [cls]
    found = add(write_json(tmp_path / "in" / "config.json", {known: said, **config}), "mine")
    (one,) = found.networks

    assert asdict(one.network) == record(found.files, "networks", one.id, tmp_path / "out")
