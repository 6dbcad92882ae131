"""What the catalogue says about quality, and where well-known models fall."""

from pathlib import Path

import pytest

from tests.catalog.records import nouns
from tests.promises.records import catalog
from tokencost.catalog.load import load
from tokencost.errors import CatalogError
from tokencost.nouns.model import Quality, Tier
from tokencost.planning.grid import tokens_for
from tokencost.planning.options import OutputOptions
from tokencost.planning.scores import ceilings_of

QUALITY: dict[str, Quality] = nouns("quality")
TIERS: dict[str, Tier] = nouns("tiers")
ORDER = ("premium", "standard", "draft")
RANGES = {
    "geneval": (0, 1),
    "geneval-rewritten": (0, 1),
    "dpg": (50, 100),
    "vbench": (70, 90),
    "t2i-arena-elo": (600, 1400),
}


def values(model: str, metric: str) -> list[float]:
    return [float(score.value) for score in QUALITY[model].scores if score.metric == metric]


def reaches(model: str, tier: Tier) -> bool:
    return any(value >= bound.value for bound in tier.any_of for value in values(model, bound.metric))


def best_tier(model: str, task: str) -> str:
    return next((tier for tier in ORDER if reaches(model, TIERS[f"{task}-{tier}"])), "none")


@pytest.mark.parametrize(
    ("model", "task", "tier"),
    [
        ("sd-1.5", "text-to-image", "draft"),
        ("pixart-alpha", "text-to-image", "draft"),
        ("sdxl", "text-to-image", "standard"),
        ("sdxl-turbo", "text-to-image", "standard"),
        ("sdxl-lcm", "text-to-image", "standard"),
        ("emu3-gen", "text-to-image", "standard"),
        ("sd3-medium", "text-to-image", "standard"),
        ("sd3.5-medium", "text-to-image", "premium"),
        ("sd3.5-large", "text-to-image", "premium"),
        ("flux.1-dev", "text-to-image", "premium"),
        ("flux.1-schnell", "text-to-image", "premium"),
        ("qwen-image", "text-to-image", "premium"),
        ("dall-e-3", "text-to-image", "premium"),
        ("open-sora-1.2", "text-to-video", "standard"),
        ("cogvideox-5b", "text-to-video", "standard"),
        ("wan2.1-1.3b", "text-to-video", "premium"),
        ("hunyuanvideo", "text-to-video", "premium"),
        ("show-o", "image-to-text", "draft"),
        ("emu3-chat", "image-to-text", "standard"),
        ("llava-1.6-7b", "image-to-text", "standard"),
        ("internvl-u", "image-to-text", "premium"),
    ],
)
def test_well_known_models_fall_into_their_tier(model: str, task: str, tier: str) -> None:
    """
    The thresholds are a judgement; these models are what they were judged by.
    """
    assert tier == best_tier(model, task)


@pytest.mark.parametrize("task", ["text-to-image", "text-to-video", "image-to-text"])
def test_a_higher_tier_asks_for_more_of_the_same_metrics(task: str) -> None:
    """
    Otherwise a premium model could fail to be a standard one.
    """
    bounds = [{b.metric: b.value for b in TIERS[f"{task}-{tier}"].any_of} for tier in ORDER]

    assert set(bounds[0]) == set(bounds[1]) == set(bounds[2])
    assert all(bounds[0][metric] > bounds[1][metric] > bounds[2][metric] for metric in bounds[0])


def test_raw_and_rewritten_prompts_are_different_metrics() -> None:
    """
    Rewriting the prompts lifts GenEval by a tenth, so one number must never stand for both.
    """
    raw = [score for quality in QUALITY.values() for score in quality.scores if score.metric == "geneval"]

    assert values("emu3-gen", "geneval") == [0.54, 0.52]
    assert values("emu3-gen", "geneval-rewritten") == [0.66, 0.64]
    assert values("dall-e-3", "geneval") == []
    assert [score for score in raw if "rewrit" in score.conditions or "best-of" in score.conditions] == []


@pytest.mark.parametrize(
    ("model", "metric", "value"),
    [
        ("sdxl", "geneval", 0.55),
        ("sdxl", "t2i-arena-elo", 875),
        ("sd3-medium", "geneval", 0.62),
        ("flux.1-dev", "geneval", 0.67),
        ("open-sora-1.2", "vbench", 79.23),
        ("emu3-chat", "vqav2", 75.1),
        ("llava-1.6-7b", "vqav2", 81.8),
        ("llava-1.6-7b", "mmmu", 35.8),
    ],
)
def test_the_model_as_released_comes_before_its_variants(model: str, metric: str, value: float) -> None:
    """
    Whoever wants one number takes the first, from the model's own report where there is one.
    """
    assert value == values(model, metric)[0]


def test_scores_lie_in_the_range_of_their_metric() -> None:
    """
    Papers print GenEval as 0.54 or 54; a factor of a hundred would make every model premium.
    """
    known = [(score.metric, score.value) for quality in QUALITY.values() for score in quality.scores]
    outside = [
        (metric, value)
        for metric, value in known
        if metric in RANGES and not RANGES[metric][0] <= value <= RANGES[metric][1]
    ]

    assert outside == []


def test_no_score_stands_twice() -> None:
    """
    The same figure quoted by three papers is one figure.
    """
    repeated = [
        (name, score.metric, score.value)
        for name, quality in QUALITY.items()
        for index, score in enumerate(quality.scores)
        if any((score.metric, score.value) == (other.metric, other.value) for other in quality.scores[:index])
    ]

    assert repeated == []


@pytest.mark.parametrize("model", QUALITY)
def test_every_score_says_under_which_conditions(model: str) -> None:
    """
    A score without steps, prompts and size cannot be compared, and saying "not stated" is saying so.
    """
    assert all(score.conditions for score in QUALITY[model].scores)


OUTSIDE = {
    "bagel-7b", "ernie-image", "glm-image", "hart-0.7b", "hidream-i1-full", "hunyuanimage-2.1", "hunyuanimage-3",
    "ideogram-4", "krea-2", "lumina-dimoo-8b", "nextstep-1-14b", "nova-0.6b", "show-o2-1.5b", "show-o2-7b", "sora-1",
    "ursa-1.7b",
}  # fmt: skip
"""Systems with published scores and no record whose work could be counted."""


def test_scores_are_of_models_and_coders_there_are_or_say_why_there_is_none() -> None:
    """
    A score of a name that nothing answers to is a typo, unless somebody says that it is not.
    """
    known = {*catalog().names("models"), *catalog().names("networks")}

    assert set(QUALITY) - known == OUTSIDE == {name for name, quality in QUALITY.items() if quality.no_model}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("id: bagle-7b\nscores: [%s]\n", "no model or network has the id 'bagle-7b'"),
        ("id: emu3-gem\nscores: [%s]\n", "did you mean emu3-gen"),
        ("id: emu3-gen\nno_model: nobody knows\nscores: [%s]\n", "there is a record of 'emu3-gen'; remove no_model"),
    ],
)
def test_a_score_of_nothing_is_refused(record: str, message: str, tmp_path: Path) -> None:
    """
    The user's own folder is read like the package's.
    """
    score = '{metric: geneval, value: 0.5, conditions: raw, source: "bagel-repository"}'
    name = record.split("\n")[0].removeprefix("id: ")
    (tmp_path / "quality").mkdir()
    (tmp_path / "quality" / f"{name}.yaml").write_text(record % score)

    with pytest.raises(CatalogError, match=message):
        load(tmp_path)


def test_a_model_that_is_not_counted_is_named_as_such() -> None:
    """
    Its scores can be looked up, a plan cannot be made of them.
    """
    with pytest.raises(CatalogError, match=r"quality/bagel-7b\) but is not in the catalogue: a mixture"):
        catalog().get("models", "bagel-7b")


@pytest.mark.parametrize(
    ("model", "metric", "best"),
    [
        ("emu3-gen", "video-psnr", 24.3), ("emu3.5", "imagenet-rfid", 0.42), ("flux.1-dev", "imagenet-psnr", 32.84),
        ("sd3.5-large", "imagenet-psnr", 31.22), ("qwen-image", "imagenet-psnr", 33.42),
        ("wan2.1-14b", "imagenet-psnr", 31.29), ("lumina-mgpt-2.0-7b", "imagenet-psnr", 27.04),
    ],
)  # fmt: skip
def test_the_ceiling_of_a_model_is_that_of_its_coder(model: str, metric: str, best: float) -> None:
    """
    Models that share the weights of a coder share its ceiling; those that share its shape alone do not.
    """
    found = [score for score in ceilings_of(catalog(), catalog().get("models", model)) if score.metric == metric]

    assert best == found[0].value


def test_a_grid_shows_the_ceilings_of_the_coders_behind_it() -> None:
    """
    The tokens of a size and how well they can give it back are one question.
    """
    psnr = [score.value for score in tokens_for(
        catalog(), tokenizer="emu3", stride="", codebook=0, size=OutputOptions(width=512, height=512)
    ).ceilings]  # fmt: skip

    assert [24.3, 22.69, 21.71, 21.59] == psnr
