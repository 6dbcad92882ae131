"""Configurations become the networks that the reference classes would build."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.counting.records import network as record
from tests.oracle.records import CASES, RECORDS
from tokencost.counting.networks import PASSES
from tokencost.counting.operators import flop_by_class
from tokencost.importing.known import REFERENCES
from tokencost.importing.network import Imported, network
from tokencost.nouns.work import Forward
from tokencost.reading.document import Document

each = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['class']}-{case['params']}")


def imported(name: str, config: Mapping[str, Any]) -> Imported:
    return network(Document(config, "config.json"), name, "net")


@each
def test_parameters_are_those_of_the_class(case: Mapping[str, Any]) -> None:
    """
    PyTorch builds exactly as many from the same configuration.
    """
    assert case["params"] == imported(case["class"], case["config"]).params


@each
def test_work_is_that_of_the_class(case: Mapping[str, Any]) -> None:
    """
    A FLOP counter sees the same products in the reference implementation.
    """
    net = imported(case["class"], case["config"]).network

    for call in case["calls"]:
        forward = Forward(**{key: float(value) for key, value in call["forward"].items()})
        expected = {kind: call[kind] for kind in ("linear", "attention", "convolution")}

        assert pytest.approx(expected, rel=1e-3) == flop_by_class(PASSES[type(net)][call["run"]](net, forward))


@pytest.mark.parametrize("name", RECORDS)
def test_the_catalogue_is_what_its_configurations_say(name: str) -> None:
    """
    A record written by hand and the import of its class's configuration are the same network.
    """
    cls, config = RECORDS[name]

    assert record(name) == network(Document(config, "config.json"), cls, name).network


def test_every_known_class_is_held_to_its_reference() -> None:
    """
    A new class comes with a configuration that PyTorch has counted; wrappers and older names stand for one that has.
    """
    counted = {case["class"] for case in CASES} | {cls for cls, _ in RECORDS.values()}
    inside = {"Mistral3ForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration"}
    alike = {"MistralModel", "PhiModel", "T5ForConditionalGeneration", "UMT5ForConditionalGeneration"}

    assert counted == REFERENCES.keys() - inside - alike - {"Transformer2DModel"}


def test_a_vision_language_model_is_read_where_its_text_part_stands() -> None:
    """
    The text encoder of Qwen-Image keeps the language model's options under text_config.
    """
    cls, config = RECORDS["qwen2.5-vl-7b-text"]
    nested = imported("Qwen2_5_VLForConditionalGeneration", {"text_config": config, "vision_config": {"depth": 32}})

    assert imported(cls, config).network == nested.network


def test_pixart_is_known_by_its_older_name() -> None:
    """
    Releases from before the class had its own name call it Transformer2DModel, which has other kinds too.
    """
    config = {**RECORDS["pixart-sigma-dit"][1], "norm_type": "ada_norm_single"}

    assert imported("PixArtTransformer2DModel", config).network == imported("Transformer2DModel", config).network


def test_defaults_filled_in_are_named() -> None:
    """
    Nobody has to know a class's defaults by heart to see what was assumed.
    """
    found = imported("FluxTransformer2DModel", {"num_layers": 3, "guidance_embeds": True})

    assert "num_single_layers = 38" in found.assumed
    assert not [text for text in found.assumed if text.startswith(("num_layers", "guidance_embeds"))]


def test_options_that_nobody_knows_are_named() -> None:
    """
    A newer version of a class may have options that change it; the reader is told which were passed over.
    """
    remarks = imported("LlamaForCausalLM", {"mystery": 3, "nothing": None, "torch_dtype": "bfloat16"}).remarks

    assert ["mystery"] == [remark.split()[0] for remark in remarks]


def test_a_sliding_window_is_told() -> None:
    """
    Mistral's window shortens attention over long contexts, which the counts do not know.
    """
    said, unsaid = (imported("MistralForCausalLM", {"sliding_window": window}).remarks for window in (4096, None))

    assert (1, 0) == (len(said), len(unsaid))
