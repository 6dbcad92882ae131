import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises.records import catalog
from tokencost.planning.estimate import estimate
from tokencost.planning.options import RunOptions
from tokencost.validation.conditions import KERNELS, prepare_row
from tokencost.validation.predict import outcome
from tokencost.validation.rows import Outcome, Row
from tokencost.validation.scopes import SCOPES
from tokencost.validation.table import METRICS

EMU3 = Row(place="", id="a", model="emu3-gen", metric="latency_s", value=600.0, engine="eager", width=512)
SDXL = Row(place="", id="b", model="sdxl", metric="latency_s", value=3.0, gpu="a100-80gb-sxm", engine="eager")
LLAMA = Row(
    place="", id="c", model="llama-2-7b", metric="tokens_per_s", value=100.0, prompt_tokens=5, output_tokens=200
)


def predicted(row: Row, **changes: object) -> float:
    found = outcome(catalog(), replace(row, **changes))  # type: ignore[arg-type]
    assert found.prediction is not None, found.reason
    return float(found.prediction.value)


def told(row: Row, **changes: object) -> Outcome:
    return outcome(catalog(), replace(row, **changes))  # type: ignore[arg-type]


def test_a_request_is_what_estimate_says() -> None:
    """
    What is validated must be what users get.
    """
    ready = prepare_row(catalog(), SDXL)
    found = estimate(catalog(), ready.generator.model, ready.request, RunOptions(engine="eager"))

    assert found.latency.value == predicted(SDXL)
    assert math.prod((float(found.latency.low), float(found.latency.high))) == pytest.approx(predicted(SDXL) ** 2)


def test_the_parts_of_a_request_are_its_sum() -> None:
    """
    A scope that misses or repeats a phase would be validated against the wrong figure.
    """
    parts = sum(predicted(SDXL, scope=scope) for scope in ("text-encode", "denoise", "latent-decode"))

    assert parts == pytest.approx(predicted(SDXL, scope="offline", metric="images_per_s") ** -1)
    assert parts == pytest.approx(predicted(SDXL, scope="request"), rel=0.1)


@pytest.mark.parametrize(("guidance", "calls"), [("batched", 1), ("sequential", 2)])
def test_a_step_is_all_branches_and_a_forward_is_one_call(guidance: str, calls: int) -> None:
    """
    Sources count iterations of the sampler; under sequential guidance each is two calls.
    """
    step = predicted(SDXL, scope="denoise-step", guidance=guidance)

    assert step == pytest.approx(calls * predicted(SDXL, scope="denoise-forward", guidance=guidance))
    assert 50 * step == pytest.approx(predicted(SDXL, scope="denoise", guidance=guidance))


def test_decode_counts_the_tokens_after_the_first() -> None:
    """
    The first token is the prefill's.
    """
    rate, token = predicted(LLAMA, scope="decode"), predicted(LLAMA, scope="decode-token", metric="latency_s")

    assert rate == pytest.approx(1 / token)


def test_a_batch_shares_the_weights() -> None:
    """
    tokens_per_s is of the whole batch, and decoding is bound by the weights that all its sequences share.
    """
    assert 7 < predicted(LLAMA, scope="offline", batch=8) / predicted(LLAMA, scope="offline") < 8.1


def test_replicas_multiply_the_throughput() -> None:
    """
    Copies of a model do not speed up a request.
    """
    twice = {"n_gpus": 2, "parallelism": "replicas"}

    assert 2 * predicted(SDXL, metric="images_per_s") == predicted(SDXL, metric="images_per_s", **twice)
    assert predicted(SDXL) == predicted(SDXL, **twice)


def test_the_kernel_of_the_source_replaces_that_of_the_engine() -> None:
    """
    Unfused attention moves every score through memory.
    """
    assert predicted(SDXL, attention="naive") > predicted(SDXL, attention="sdpa")
    assert predicted(SDXL, attention="sdpa/xformers") == predicted(SDXL, attention="sdpa")


def test_a_prefix_of_fixed_length_takes_the_length_measured() -> None:
    """
    Class-conditional runs read one token where text-conditional ones read a padded caption.
    """
    row = replace(EMU3, model="llamagen-xl", width=384, scope="prefill", metric="flops")

    assert predicted(row, prompt_tokens=1) < predicted(row) / 50


def test_models_without_a_task_can_be_measured() -> None:
    """
    Image-to-video models are no candidates of a spec, but what was measured of them tests the same formulas.
    """
    assert 0 < predicted(SDXL, model="svd-xt") < predicted(SDXL, model="wan2.1-i2v-14b")


def test_memory_leaves_out_what_the_scope_does_not_hold() -> None:
    """
    A denoiser alone was measured without text encoders and decoder.
    """
    flux = {"model": "flux.1-dev", "metric": "peak_mem_gb"}

    assert predicted(SDXL, scope="denoise-forward", **flux) < predicted(SDXL, **flux) - 9


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model": "no-such-model"}, "no model is called"),
        ({"model": "dall-e-3"}, "its networks are not public"),
        ({"gpu": "abacus"}, "no GPU is called"),
        ({"engine": "magic"}, "no engine is called"),
        ({"precision": "bf17"}, "no precision is called"),
        ({"attention": "clairvoyant"}, "choose from naive"),
        ({"guidance": "strong"}, "choose from none"),
        ({"parallelism": "patches2", "n_gpus": 2}, "write parts like tp4"),
        ({"width": 7}, "7x7 pixels are less than a token"),
        ({"scope": "lunch"}, "choose from request"),
        ({"scope": "decode"}, "has no phase for scope decode"),
        ({"metric": "tokens_per_s"}, "no work in this scope"),
        ({"faults": ("steps 'x' is not a whole number above 0",)}, "steps 'x'"),
        ({"metric": "flops", "component": "tail"}, "has no part in"),
        ({"metric": "params", "component": "tail"}, "has no component 'tail'"),
        ({"metric": "flops", "queries": 7}, "name it"),
        ({"metric": "flops", "model": "wan-vae", "component": "transformer", "queries": 7}, "runs encode and decode"),
        ({"metric": "flops", "model": "wan-vae", "component": "vae_decoder"}, "width and height are missing"),
    ],
)
def test_what_cannot_be_predicted_says_why(changes: dict[str, object], reason: str) -> None:
    """
    A row that is dropped, or that stops the others, hides where the planner knows nothing.
    """
    found = told(SDXL, **changes)

    assert found.status == "unsupported"
    assert reason in found.reason


NAMES = st.sampled_from(catalog().names("models") + catalog().names("networks"))
SMALL = st.integers(min_value=0, max_value=2000)


@settings(max_examples=150, deadline=None)
@given(
    model=NAMES, metric=st.sampled_from(METRICS), scope=st.sampled_from(["", *SCOPES]), width=SMALL, height=SMALL,
    component=st.sampled_from(["", "transformer", "denoiser", "unet", "text_encoder", "vae_encoder", "vision_tower"]),
    frames=st.integers(0, 100), queries=SMALL, context=SMALL, steps=st.integers(0, 60), batch=st.integers(0, 8),
    n_gpus=st.integers(0, 8), guidance=st.sampled_from(["", "none", "batched", "sequential", "distilled"]),
    attention=st.sampled_from(["", *KERNELS]), output_tokens=SMALL,
)  # fmt: skip
def test_every_row_has_a_prediction_or_a_reason(**conditions: object) -> None:
    """
    Tables of others hold combinations nobody thought of; none is an exception, none a number that is not one.
    """
    found = told(SDXL, **conditions)

    assert (found.prediction is None) == bool(found.reason)
    assert found.prediction is None or 0 < float(found.prediction.value) < math.inf
