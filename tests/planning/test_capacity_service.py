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
