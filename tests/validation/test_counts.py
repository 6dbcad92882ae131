import pytest

from tests.promises.records import catalog
from tokencost.validation.predict import outcome
from tokencost.validation.rows import Outcome, Row
from tokencost.validation.table import read_table
from tokencost.validation.validate import SHIPPED

COUNTED = read_table(SHIPPED / "counts.csv")
KNOWN = {"pa0109", "fl0112"}
"""Counted on part of what a release holds: an encoder without its decoder, two of three guidance branches."""


def counted(**changes: object) -> Outcome:
    row = Row(place="", id="a", value=1.0, metric="flops", **changes)  # type: ignore[arg-type]
    return outcome(catalog(), row)


@pytest.mark.parametrize("row", [r for r in COUNTED if r.metric == "params" and r.id not in KNOWN], ids=lambda r: r.id)
def test_parameters_are_those_of_the_reference_implementation(row: Row) -> None:
    """
    Weights decide memory and decoding speed, and they can be counted exactly.
    """
    found = outcome(catalog(), row)

    assert found.ratio == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize("row", [r for r in COUNTED if r.metric == "flops" and r.id not in KNOWN], ids=lambda r: r.id)
def test_flops_are_those_of_the_reference_implementation(row: Row) -> None:
    """
    Every class of operators by itself: errors of two classes must not cancel.
    """
    found = outcome(catalog(), row)

    assert found.ratio == pytest.approx(1.0, rel=0.015)
    assert found.class_ratios == pytest.approx(dict.fromkeys(found.class_ratios, 1.0), rel=0.015)


def test_a_language_model_encodes_text_without_its_head() -> None:
    """
    Hidden states are what a denoiser is conditioned on.
    """
    whole, encoder = (
        outcome(catalog(), Row(place="", id="a", model="llama-3.1-8b", metric="params", value=1.0, component=component))
        for component in ("transformer", "text_encoder")
    )

    assert whole.prediction is not None
    assert encoder.prediction is not None
    assert 128256 * 4096 == whole.prediction.value - encoder.prediction.value


def test_components_have_the_names_that_others_give_them() -> None:
    """
    A U-Net is a denoiser, a VAE decoder an image decoder.
    """
    one = counted(model="sdxl", component="unet", scope="denoise-forward")
    same = counted(model="sdxl", component="denoiser", scope="denoise-forward")

    assert one.prediction == same.prediction
    assert one.status == "ok"


def test_a_whole_request_may_say_its_steps_in_the_notes() -> None:
    """
    Tables without a column for steps write them down as a remark.
    """
    few, many = (counted(model="flux.1-dev", scope="request", notes=f"{n} steps, distilled") for n in (1, 50))

    assert few.prediction is not None
    assert many.prediction is not None
    assert 20 < float(many.prediction.value) / float(few.prediction.value) < 50
