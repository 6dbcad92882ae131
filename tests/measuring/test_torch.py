"""The whole loop on this machine: measured, written, predicted, measured again. Needs the extra `torch`."""

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import call
from tests.measuring.synthetic import machine
from tests.promises.records import catalog
from tokencost.catalog.load import over
from tokencost.counting.networks import network_params
from tokencost.measuring.calibrate import VERIFICATION
from tokencost.measuring.classes import CLASSES
from tokencost.nouns.model import Model, Native

pytestmark = pytest.mark.torch


@pytest.fixture(scope="session")
def networks() -> Any:
    pytest.importorskip("torch", reason="torch is not installed; the extra `torch` brings it")
    return importlib.import_module("tokencost.measuring.on_torch.networks")


def test_what_runs_is_what_is_counted(networks: Any) -> None:
    """
    The small networks have the parameters of their records, to the last one.
    """
    known = over(catalog(), VERIFICATION)
    decoder = known.get("networks", "small-decoder-transformer")
    denoiser = known.get("networks", "small-dit-denoiser")
    made = networks.Decoder(decoder, 64), networks.DiffusionTransformer(denoiser)

    assert [network_params(decoder), network_params(denoiser)] == [
        sum(one.numel() for one in module.parameters()) for module in made
    ]


@pytest.mark.usefixtures("networks")
@pytest.mark.filterwarnings("ignore")
def test_small_models_are_predicted_within_a_quarter(tmp_path: Path) -> None:
    """
    One thread is timed by the clock of its process, so that what else runs here does not count.
    """
    own = str(tmp_path / "own")
    called = call("calibrate", "--quick", "--verify", "--threads", "1", "--device", "cpu", "-o", own)

    assert 0 == called.code, called.out + called.err
    assert "3 of 3 checks within 25 %" in " ".join(called.out.split())
    assert 0 == call("catalog", "check", own).code


@pytest.fixture(scope="session")
def released() -> Any:
    for library in ("torch", "transformers", "diffusers"):
        pytest.importorskip(library, reason=f"{library} is not installed; the extra `oracle` brings it")
    return importlib.import_module("tokencost.measuring.on_torch.released")


TINY: Mapping[str, Mapping[str, Any]] = {
    "emu3-8b": {
        "num_hidden_layers": 2, "hidden_size": 256, "intermediate_size": 512, "num_attention_heads": 8,
        "num_key_value_heads": 2,
    },
    "flux.1-schnell-mmdit": {"num_layers": 1, "num_single_layers": 1},
    "sd3-medium-mmdit": {"num_layers": 1},
    "pixart-alpha-dit": {"num_layers": 1},
}  # fmt: skip
"""Released networks with fewer layers: what is asked of them is the same."""


def small(model: Model) -> Model:
    """The model where it makes thumbnails."""
    assert model.generation
    return replace(model, generation=replace(model.generation, native=Native(width=256, height=256)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("model", "role", "scopes"),
    [
        ("emu3-gen", "transformer", ["decode-token none", "decode-token batched", "decode-token sequential"]),
        ("flux.1-schnell", "denoiser", ["denoise-forward none"]),
        ("sd3-medium", "denoiser", ["denoise-forward batched"]),
        ("pixart-alpha", "denoiser", ["denoise-forward batched"]),
    ],
)
def test_released_architectures_run(
    model: str, role: str, scopes: list[str], released: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Inputs are those that the reference classes take; one row per scope and way of guidance.
    """
    record = small(catalog().get("models", model))
    network = record.components[role].network
    name, config = CLASSES[network]
    monkeypatch.setitem(CLASSES, network, (name, {**config, **TINY[network]}))  # type: ignore[arg-type]
    bench = released.Bench(catalog=catalog(), device="cpu", precision="fp32", rounds=1)
    with importlib.import_module("torch").inference_mode():
        found = list(released.RUNS[name](bench, record, role))

    assert scopes == [f"{one.row.scope} {one.row.guidance}" for one in found]
    assert all(sample > 0 for one in found for sample in one.samples)


def test_what_cannot_be_timed_is_refused(released: Any) -> None:
    """
    Before anything is measured: models without inputs, and models that no memory holds.
    """
    assert "choose from" in released.refusal(catalog(), "wan2.1-1.3b", machine())
    assert "do not fit" in released.refusal(catalog(), "llama-2-70b", machine())
    assert not released.refusal(catalog(), "sd-1.5", machine())
