"""The models and tokenizers of the catalogue: found by the names people use, whole, and true to published counts."""

from collections.abc import Iterator

import pytest

from tokencost.catalog.load import Catalog, load
from tokencost.counting.sizes import size_problems
from tokencost.counting.tokens import count_tokens
from tokencost.nouns.model import Generation, Model, Tokenizer
from tokencost.nouns.request import Request

ROLES = {
    "transformer", "denoiser", "denoiser_2", "text_encoder", "text_encoder_2", "text_encoder_3",
    "vision_tower", "image_encoder", "image_decoder",
}  # fmt: skip
BACKBONE = {
    "autoregressive": "transformer",
    "masked": "transformer",
    "next-scale": "transformer",
    "hybrid": "transformer",
    "diffusion": "denoiser",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def models(catalog: Catalog) -> list[Model]:
    return catalog.all("models")


def generating(catalog: Catalog) -> Iterator[tuple[Model, Generation, Tokenizer]]:
    for model in models(catalog):
        if model.generation:
            yield model, model.generation, catalog.get("tokenizers", model.generation.tokenizer)


@pytest.mark.parametrize(
    ("spelling", "model"),
    [
        ("Emu3-Gen", "emu3-gen"),
        ("Emu3-Chat", "emu3-chat"),
        ("Emu3-Stage2", "emu3-stage2"),
        ("SDXL", "sdxl"),
        ("Stable Diffusion XL", "sdxl"),
        ("Stable Diffusion", "sd-1.5"),
        ("SD3", "sd3-medium"),
        ("Stable Diffusion 3", "sd3-medium"),
        ("Chameleon", "chameleon-7b"),
        ("LLaVA-1.6", "llava-1.6-7b"),
        ("LLaVA-1.6-7B", "llava-1.6-7b"),
        ("CLIP+LLM", "llava-1.6-7b"),
        ("Show-o", "show-o"),
        ("Janus-Pro", "janus-pro-7b"),
        ("Transfusion", "transfusion-7b"),
        ("InternVL-U", "internvl-u"),
        ("Open-Sora 1.2", "open-sora-1.2"),
        ("Llama-2-7B", "llama-2-7b"),
        ("Emu", "emu"),
        ("DALL-E 3", "dall-e-3"),
        ("Imagen", "imagen-4"),
        ("Midjourney", "midjourney"),
        ("Sora", "sora-2"),
        ("FLUX.1 [dev]", "flux.1-dev"),
        ("stabilityai/stable-diffusion-xl-base-1.0", "sdxl"),
        ("BAAI/Emu3-Gen", "emu3-gen"),
        ("sd1.5", "sd-1.5"),
        ("wan2.2-a14b", "wan2.2-t2v-a14b"),
    ],
)
def test_models_are_found_by_the_names_people_use(catalog: Catalog, spelling: str, model: str) -> None:
    """
    Papers, lessons and hubs spell one system in many ways.
    """
    assert model == catalog.find("models", spelling)


@pytest.mark.parametrize("kind", ["models", "tokenizers"])
def test_a_name_belongs_to_one_record(catalog: Catalog, kind: str) -> None:
    """
    Where two records claim a spelling, the one that sorts first would silently win.
    """
    owners: dict[str, set[str]] = {}
    for record in catalog.all(kind):
        for spelling in (record.id, record.name, *record.aliases):
            owners.setdefault(spelling.lower(), set()).add(record.id)

    assert not {spelling: ids for spelling, ids in owners.items() if len(ids) > 1}


def test_what_a_model_refers_to_exists(catalog: Catalog) -> None:
    """
    A misspelt network or tokenizer would only be noticed by the first user of that model.
    """
    networks, tokenizers = set(catalog.names("networks")), {"", *catalog.names("tokenizers")}
    missing = {(m.id, c.network) for m in models(catalog) for c in m.components.values() if c.network not in networks}
    parts = [(m.id, part) for m in models(catalog) for part in (m.generation, m.perception) if part]
    missing |= {(name, part.tokenizer) for name, part in parts if part.tokenizer not in tokenizers}

    assert not missing


def test_every_tokenizer_serves_a_model(catalog: Catalog) -> None:
    """
    A tokenizer nobody uses is a misspelling of one that somebody does.
    """
    used = {part.tokenizer for m in models(catalog) for part in (m.generation, m.perception) if part}

    assert set(catalog.names("tokenizers")) == used - {""}


def test_roles_are_the_ones_families_know(catalog: Catalog) -> None:
    """
    A component in an unknown role would be stored and never run.
    """
    assert not {role for m in models(catalog) for role in m.components} - ROLES


def test_a_family_finds_its_backbone(catalog: Catalog) -> None:
    """
    A model behind an API has no components; every other has the network its family runs.
    """
    wrong = [m.id for m in models(catalog) if m.family != "api" and BACKBONE[m.family] not in m.components]
    wrong += [m.id for m in models(catalog) if m.family == "api" and (m.components or m.generation)]

    assert not wrong


def test_a_task_has_its_settings(catalog: Catalog) -> None:
    """
    Only models whose inner life is public can be lowered, and those need a generation or a perception.
    """
    public = [m for m in models(catalog) if m.family != "api"]
    lacking = [m.id for m in public if "image-to-text" in m.tasks and not m.perception]
    lacking += [m.id for m in public if {"text-to-image", "text-to-video"} & set(m.tasks) and not m.generation]

    assert not lacking


def test_guidance_branches_agree_with_its_mode(catalog: Catalog) -> None:
    """
    Distilled and absent guidance run one branch, the other modes at least two.
    """
    wrong = [
        model.id
        for model, generation, _ in generating(catalog)
        if (generation.guidance.mode in ("batched", "sequential")) != (generation.guidance.branches > 1)
    ]

    assert not wrong


def test_without_guidance_an_encoder_reads_one_prompt(catalog: Catalog) -> None:
    """
    A second run of a text encoder is the empty or negative prompt, which only guidance needs.
    """
    wrong = [
        model.id
        for model, generation, _ in generating(catalog)
        if any(c.runs > generation.guidance.branches for c in model.components.values())
    ]

    assert not wrong


def test_native_outputs_lie_on_the_grid(catalog: Catalog) -> None:
    """
    A model was released for sizes that its own tokenizer can express.
    """
    problems = {}
    for model, generation, tokenizer in generating(catalog):
        native = generation.native
        problems[model.id] = size_problems(tokenizer, width=native.width, height=native.height, frames=native.frames)

    assert not {model: found for model, found in problems.items() if found}


def test_native_outputs_keep_their_own_limits(catalog: Catalog) -> None:
    """
    A limit below the native output would make a model infeasible for what it was released for.
    """
    broken = []
    for model, generation, tokenizer in generating(catalog):
        native, limits = generation.native, generation.limits
        request = Request(
            task="text-to-image", width=native.width, height=native.height, frames=native.frames, prompt_tokens=64
        )
        count = count_tokens(tokenizer, request, generation.prompt_overhead)
        over = [
            0 < limits.max_pixels < native.width * native.height,
            0 < limits.max_frames < native.frames,
            bool(limits.sizes) and native.width not in limits.sizes,
            0 < limits.positions < count.prompt + count.generated,
        ]
        broken += [model.id] if any(over) else []

    assert not broken


def test_scales_grow_to_the_native_grid(catalog: Catalog) -> None:
    """
    The last map of a next-scale model is the grid that is decoded to pixels.
    """
    found = {
        model.id: (generation.scales[-1], generation.steps)
        for model, generation, tokenizer in generating(catalog)
        if generation.scales and generation.scales[-1] * tokenizer.pixels_per_token == generation.native.width
    }
    expected = {"infinity-2b": (64, 13), "infinity-8b": (64, 13), "var-d30": (16, 10)}

    assert expected == found


@pytest.mark.parametrize(("model", "tokens"), [("var-d30", 680), ("infinity-2b", 10521), ("infinity-8b", 10521)])
def test_scales_hold_the_published_number_of_tokens(catalog: Catalog, model: str, tokens: int) -> None:
    """
    The repositories' schedules, executed, give these sums.
    """
    assert tokens == sum(side * side for side in catalog.get("models", model).generation.scales)


@pytest.mark.parametrize(
    ("tokenizer", "width", "height", "frames", "visual", "generated"),
    [
        ("emu3", 512, 512, 1, 4096, 4163),
        ("emu3", 720, 720, 1, 8100, 8193),
        ("emu3", 960, 544, 1, 8160, 8231),
        ("emu3", 256, 256, 32, 8192, 8458),
        ("emu3", 512, 512, 120, 122880, 124832),
        ("emu3.5", 1024, 1024, 1, 4096, 4169),
        ("emu3.5", 1168, 880, 1, 4015, 4079),
        ("chameleon", 512, 512, 1, 1024, 1025),
        ("janus", 384, 384, 1, 576, 576),
        ("lumina-mgpt", 768, 768, 1, 2304, 2357),
        ("flux-latent", 1360, 768, 1, 4080, 4080),
        ("qwen-image-latent", 1664, 928, 1, 6032, 6032),
        ("sana-latent", 1024, 1024, 1, 1024, 1024),
        ("wan-latent", 832, 480, 81, 32760, 32760),
        ("wan-latent", 1280, 720, 81, 75600, 75600),
        ("wan2.2-5b-latent", 1280, 704, 121, 27280, 27280),
        ("cogvideox-latent", 720, 480, 49, 17550, 17550),
        ("cogvideox1.5-latent", 1360, 768, 81, 44880, 44880),
        ("hunyuanvideo-latent", 1280, 720, 129, 118800, 118800),
        ("ltx-latent", 704, 512, 161, 7392, 7392),
        ("mochi-latent", 848, 480, 163, 44520, 44520),
        ("open-sora-1.2-latent", 1280, 720, 51, 54000, 54000),
        ("open-sora-1.2-latent", 1280, 720, 1, 3600, 3600),
    ],
)
def test_tokens_are_the_published_ones(
    catalog: Catalog, tokenizer: str, width: int, height: int, frames: int, visual: int, generated: int
) -> None:
    """
    Papers, model cards and released code state these counts.
    """
    record = catalog.get("tokenizers", tokenizer)
    request = Request(task="text-to-video", width=width, height=height, frames=frames, prompt_tokens=0)
    count = count_tokens(record, request)

    assert (visual, generated) == (count.visual, count.generated)


def test_the_prompt_of_emu3_is_the_published_one(catalog: Catalog) -> None:
    """
    The README prompt and its suffix are 15 tokens and make a prefix of 23.
    """
    model: Model = catalog.get("models", "emu3-gen")
    assert model.generation
    request = Request(task="text-to-image", width=720, height=720, prompt_tokens=15)
    count = count_tokens(catalog.get("tokenizers", "emu3"), request, model.generation.prompt_overhead)

    assert count.prompt == 23


def test_a_clip_of_emu3_fills_its_context(catalog: Catalog) -> None:
    """
    Five seconds at 24 frames per second are 95% of the positions, so nothing longer fits.
    """
    model: Model = catalog.get("models", "emu3-stage2")
    assert model.generation
    native = model.generation.native
    request = Request(
        task="text-to-video", width=native.width, height=native.height, frames=native.frames, prompt_tokens=60
    )
    count = count_tokens(catalog.get("tokenizers", "emu3"), request, model.generation.prompt_overhead)

    assert 0.95 < (count.prompt + count.generated) / model.generation.limits.positions < 1


def test_models_say_what_cannot_be_run(catalog: Catalog) -> None:
    """
    Papers without weights and withdrawn products are kept for comparison, not for deployment.
    """
    status = {m.id: m.weights for m in models(catalog) if m.weights in ("unreleased", "withdrawn")}
    expected = {"dall-e-3": "withdrawn", "emu3-stage2": "unreleased", "transfusion-7b": "unreleased"}

    assert expected == status


def test_what_is_closed_says_what_is_not_public(catalog: Catalog) -> None:
    """
    A report on an API model must not look like a report that forgot its numbers.
    """
    assert not [m.id for m in models(catalog) if m.weights != "open" and not m.undisclosed]
