"""Models that hold the shapes of their networks: one file, and every number keeps its source."""

from pathlib import Path
from typing import Any

import pytest

from tests.promises.records import catalog
from tokencost.catalog.compile import compile_folder
from tokencost.catalog.inline import network_name
from tokencost.catalog.load import Catalog, load
from tokencost.catalog.schema import record_schema
from tokencost.errors import CatalogError

SOURCES = "own: {title: Our configuration, kind: repository}\n"
MODEL = """\
id: own-lm
name: Own LM
org: us
released: 2026-01
family: autoregressive
tasks: [text-to-image]
weights: open
components:
  transformer:
    shape: {kind: decoder-lm, layers: 2, hidden: 64, heads: 4, kv_heads: 4, head_dim: 16, ffn: 128,
      vocab: 1000, positions: 8192}
generation:
  tokenizer: emu3
  guidance: {mode: none}
  native: {width: 512, height: 512}
sources:
  default: "own, the rest"
  components.transformer.shape: "own, transformer"
  components.transformer.shape.vocab: "own, vocabulary"
"""


def written(folder: Path, model: str = MODEL, **others: str) -> Path:
    """A folder of records with this model."""
    for name, text in {"models/own-lm": model, "sources/own": SOURCES, **others}.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def message(folder: Path) -> str:
    """The only problem of a folder."""
    with pytest.raises(CatalogError) as caught:
        compile_folder(folder, catalog().index)
    (problem,) = caught.value.problems
    return problem.message


@pytest.fixture
def own(tmp_path: Path) -> Catalog:
    """The catalogue with that model over it."""
    return load(written(tmp_path))


def test_a_shape_becomes_a_network_named_after_model_and_role(own: Catalog) -> None:
    """
    Everything below the catalogue knows networks by name.
    """
    name = network_name("own-lm", "transformer")

    assert name == own.get("models", "own-lm").components["transformer"].network
    assert 2 == own.get("networks", name).layers


def test_sources_inside_a_shape_speak_for_the_network(own: Catalog) -> None:
    """
    A derivation ends at the network's numbers, so they bring their sources with them.
    """
    said = [own.source("networks", "own-lm-transformer", path) for path in ("vocab", "layers")]

    assert ["own, vocabulary", "own, transformer"] == said


def test_without_sources_of_its_own_a_shape_has_those_around_it(tmp_path: Path) -> None:
    """
    One default speaks for a whole file.
    """
    model = MODEL.partition("  components.transformer.shape:")[0]

    assert "own, the rest" == load(written(tmp_path, model)).source("networks", "own-lm-transformer", "layers")


def test_a_component_has_one_network(tmp_path: Path) -> None:
    """
    A name and a shape could disagree, and neither leaves nothing to count.
    """
    both = MODEL.replace("    shape:", "    network: emu3-8b\n    shape:")

    assert "one of them" in message(written(tmp_path, both))


def test_a_component_without_any_network_is_refused(tmp_path: Path) -> None:
    """
    Nothing could be counted of it.
    """
    model = MODEL.replace("generation:\n", "  image_decoder: {precision: fp32}\ngeneration:\n")

    assert "one of them" in message(written(tmp_path, model))


def test_a_network_does_not_stand_in_two_files(tmp_path: Path) -> None:
    """
    Whichever is read last would win without a word.
    """
    network = "id: own-lm-transformer\nkind: text-encoder\nlayers: 1\nhidden: 8\nheads: 1\nhead_dim: 8\nffn: 8\n"
    network += "gated: false\nbias: false\nvocab: 10\nnorm_weights: 1\nsources: {default: own}\n"

    assert "own-lm-transformer" in message(written(tmp_path, **{"networks/own-lm-transformer": network}))


def test_a_mistake_inside_a_shape_is_shown_in_its_place(tmp_path: Path) -> None:
    """
    Shapes are the longest part of a model's file.
    """
    with pytest.raises(CatalogError) as caught:
        compile_folder(written(tmp_path, MODEL.replace("ffn: 128", "ffn: wide")), catalog().index)

    assert [(10, "components.transformer.shape.ffn")] == [(p.line, p.path) for p in caught.value.problems]


def test_editors_ask_for_no_id_inside_a_shape() -> None:
    """
    Model and role name it.
    """
    schema: dict[str, Any] = record_schema("models")

    assert "id" not in schema["definitions"]["DecoderLM"]["required"]
    assert "id" in record_schema("networks")["definitions"]["DecoderLM"]["required"]
