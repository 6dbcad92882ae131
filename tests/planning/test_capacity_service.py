"""Three numbers of a step, taken from the timing model at its ends."""

from dataclasses import replace

import pytest

from tests.platforms import image
from tests.promises.records import catalog
from tokencost.nouns.request import Request
from tokencost.planning.capacity_service import lone_of, service_of, shares_steps
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.options import RunOptions
from tokencost.serving.service import Service

QUESTION = Request(task="image-to-text", width=1024.0, height=768.0, prompt_tokens=32.0, output_tokens=96.0)


def ready(model: str, request: Request, batch: int) -> Prepared:
    return prepare(
        catalog(), catalog().get("models", model), replace(request, batch=float(batch)), RunOptions(batch=batch)
    )


def service(model: str, request: Request, batch: int) -> Service:
    return service_of(lone_of(ready(model, request, 1)), ready(model, request, batch))


def estimated(model: str, request: Request, batch: int) -> float:
    return float(measured(catalog(), ready(model, request, batch), RunOptions(batch=batch)).latency.value)


@pytest.mark.parametrize("batch", [2, 8, 16])
@pytest.mark.parametrize(
    ("model", "request_"), [("llamagen-xl", image()), ("emu3-gen", image()), ("emu3-chat", QUESTION)]
)
def test_steps_take_what_the_timing_model_says_at_both_ends(model: str, request_: Request, batch: int) -> None:
    """
    Alone exactly the estimate; with every slot taken the estimate of the batch, or more by what prefill in turn costs.
    """
    found = service(model, request_, batch)

    assert estimated(model, request_, 1) == pytest.approx(float(found.alone), rel=2e-3)
    assert 1 - 2e-3 < float(found.full) / estimated(model, request_, batch) < 1.1
    assert batch == found.slots


@pytest.mark.parametrize("model", ["sdxl", "amused-512", "infinity-2b"])
def test_models_that_write_no_tokens_share_nothing(model: str) -> None:
    """
    A batch of theirs starts and ends together.
    """
    assert not shares_steps(ready(model, image(), 1))


@pytest.mark.parametrize("batch", [2, 8])
@pytest.mark.parametrize("name", ["sjd", "sjd-pac"])
def test_drafted_steps_take_what_the_timing_model_says_at_both_ends(name: str, batch: int) -> None:
    """
    Steps that write several tokens are fewer and longer; the cache grows by as much as they write.
    """
    options = RunOptions(accelerations=(name,))
    model = catalog().get("models", "emu3-gen")
    single, full = (prepare(catalog(), model, image(batch=float(b)), options) for b in (1, batch))
    found = service_of(lone_of(single), full)
    alone, crowded = (float(measured(catalog(), r, options).latency.value) for r in (single, full))

    assert alone == pytest.approx(float(found.alone), rel=5e-3)
    assert 1 - 5e-3 < float(found.full) / crowded < 1.1


def test_drafts_are_part_of_the_step_that_verifies_them() -> None:
    """
    Four draft passes and a verification are one step of the batch, not a pause of it.
    """
    options, model = RunOptions(accelerations=("speculative",)), catalog().get("models", "llava-1.6-7b")
    single, full = (prepare(catalog(), model, replace(QUESTION, batch=float(b)), options) for b in (1, 4))
    found = service_of(lone_of(single), full)

    assert found.replica is not None
    assert float(measured(catalog(), single, options).latency.value) == pytest.approx(float(found.alone), rel=1e-2)
    assert found.replica.prefill_time < float(found.alone) / 2
