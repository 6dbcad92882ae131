"""Records of one's own: what is refused, and where the mistake stands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.promises.records import catalog
from tokencost.catalog import compile as compiling
from tokencost.catalog.compile import compile_folder
from tokencost.errors import CatalogError, Problem

SOURCES = "here: {title: Seen here, kind: measurement}\n"
PRICE = """\
id: corner-shop
gpu: {gpu}
provider: Corner Shop
region: here
term: on-demand
instance: one
gpus_per_instance: 1
lines:
  - {{since: "2026-01-01", price: 1 USD/h, source: "here, the window"}}
  - {{since: "2026-02-01", price: 2 USD/h, source: "{source}"}}
"""


def problems(folder: Path, files: Mapping[str, str], known: Mapping[str, Any] | None = None) -> list[Problem]:
    """What is wrong with a folder of these files."""
    for name, text in {"sources/sources.yaml": SOURCES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        compile_folder(folder, known or catalog().index)
    return list(caught.value.problems)


def test_records_of_ones_own_refer_to_the_packaged_ones(tmp_path: Path) -> None:
    """
    A company adds its price for a GPU that the catalogue knows.
    """
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "corner-shop.yaml").write_text(PRICE.format(gpu="t4-16gb", source="nvidia-t4-datasheet"))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "own.yaml").write_text(SOURCES)
    packaged = {**catalog().index, "sources": {"nvidia-t4-datasheet": {}}}

    assert ["corner-shop"] == list(compile_folder(tmp_path, packaged)["prices"])


def test_an_unknown_gpu_is_named_where_it_stands(tmp_path: Path) -> None:
    """
    A price nobody can be charged is a typing mistake.
    """
    (found,) = problems(tmp_path, {"prices/corner-shop.yaml": PRICE.format(gpu="t4-16g", source="here")})

    assert (2, "gpu", "no GPU has the id 't4-16g'; did you mean t4-16gb") == (
        found.line, found.path, found.message.partition(" or ")[0].removesuffix("?"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("score", "words"),
    [
        ("metric: geneval, value: 55", "no model has geneval 55: it lies between 0 and 1"),
        ("metric: genval, value: 0.5", "no metric has the id 'genval'; did you mean geneval?"),
    ],
)
def test_a_score_lies_on_the_scale_of_its_metric(score: str, words: str, tmp_path: Path) -> None:
    """
    A share written as a percentage would make a model the best of all.
    """
    text = f"id: sdxl\nscores:\n  - {{{score}, conditions: raw, source: here}}\n"
    (found,) = problems(tmp_path, {"quality/sdxl.yaml": text})

    assert (3, words) == (found.line, found.message)


def test_a_bad_source_is_named_on_its_own_line(tmp_path: Path) -> None:
    """
    Prices are appended, so a record grows long.
    """
    (found,) = problems(tmp_path, {"prices/corner-shop.yaml": PRICE.format(gpu="t4-16gb", source="nobody, ever")})

    assert (10, "lines.1.source", "source 'nobody' is not in sources/*.yaml") == (
        found.line, found.path, found.message,
    )  # fmt: skip


def test_all_references_of_a_model_are_checked(tmp_path: Path) -> None:
    """
    Only the first user of the model would notice otherwise.
    """
    text = """\
id: own
name: Own
org: us
released: 2026-01
family: diffusion
tasks: [text-to-image]
weights: open
components:
  denoiser: {network: sdxl-unett}
  image_decoder: {network: sd-vae, precision: bf17}
generation:
  tokenizer: sd-latents
  guidance: {mode: none}
  native: {width: 512, height: 512}
sources: {default: here}
"""
    found = problems(tmp_path, {"models/own.yaml": text})

    assert [
        (9, "components.denoiser.network"), (10, "components.image_decoder.precision"), (12, "generation.tokenizer"),
    ] == [(problem.line, problem.path) for problem in found]  # fmt: skip


def test_a_faulty_record_is_not_missed_by_those_who_name_it(tmp_path: Path) -> None:
    """
    One mistake is one message.
    """
    gpu = "id: own-gpu\nname: Own\n"
    found = problems(
        tmp_path, {"gpus/own-gpu.yaml": gpu, "prices/corner-shop.yaml": PRICE.format(gpu="own-gpu", source="here")}
    )

    assert {"own-gpu.yaml"} == {Path(problem.file).name for problem in found}


def test_a_number_nobody_speaks_for_is_refused(tmp_path: Path) -> None:
    """
    A number without a source cannot be checked by anybody.
    """
    text = "id: own\nname: Own\nweight_bytes: 2 B\nactivation_bytes: 2 B\npeak: [bf16]\nsources: {weight_bytes: here}\n"
    (found,) = problems(tmp_path, {"precisions/own.yaml": text})

    assert (4, "activation_bytes", True) == (found.line, found.path, found.message.startswith("nobody says"))


def test_a_source_for_nothing_is_refused(tmp_path: Path) -> None:
    """
    It was meant for a field that is spelt otherwise.
    """
    text = (
        "id: own\nname: Own\nweight_bytes: 2 B\nactivation_bytes: 2 B\npeak: [bf16]\n"
        "sources: {default: here, weight_byte: here}\n"
    )
    (found,) = problems(tmp_path, {"precisions/own.yaml": text})

    assert (6, "a source for 'weight_byte', which is no number of this record") == (found.line, found.message)


def test_a_folder_of_more_files_than_a_catalogue_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A pull request may name a folder of its own, with as many files as it likes.
    """
    monkeypatch.setattr(compiling, "MOST_FILES", 2)
    (tmp_path / "gpus").mkdir()
    for name in "abc":
        (tmp_path / "gpus" / f"{name}.yaml").touch()

    with pytest.raises(CatalogError, match="3 files; the limit is 2"):
        compile_folder(tmp_path, {})
