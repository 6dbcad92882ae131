"""What replicas make of requests, by hand."""

import math
from dataclasses import replace

import pytest

from tokencost.serving.decoding import Replica
from tokencost.serving.service import Kind, Service, fixed, formed, mixed, mixed_steps, shared, spread

SHORT = Replica(slots=3, steps=4, prompt_tokens=10, step_time=1.0, row_time=0.5, token_time=0.25, prefill_time=2.0)
LONG = replace(SHORT, steps=12, prompt_tokens=20, prefill_time=6.0, step_time=1.5, slots=2)


def test_requests_run_by_themselves_unless_more_is_said() -> None:
    """
    One slot, no batch, no window, no spread, no classes: what a law knows.
    """
    plain = fixed(2.0)

    assert Service(slots=1, full=2.0, alone=2.0) == plain
    assert (0.0, 0.0) == (plain.window, plain.spread)
    assert plain.lawful
    assert 0.0 == plain.variation
    assert 3 == fixed(2.0, slots=3).slots


@pytest.mark.parametrize(
    "service", [formed((1.0, 1.5), 0.2), spread(fixed(1.0), 0.5), mixed([Kind(share=1.0, full=1.0, alone=1.0)])]
)
def test_any_of_three_things_is_beyond_the_laws(service: Service) -> None:
    """
    Batches that form, times that vary, classes.
    """
    assert not service.lawful


def test_a_batch_has_as_many_slots_as_times() -> None:
    """
    Alone it takes the first of them, full the last.
    """
    service = formed((1.0, 1.5, 1.75), 0.2)

    assert (3, 1.75, 1.0, 0.2) == (service.slots, service.full, service.alone, service.window)


def test_classes_run_one_by_one_unless_they_share_steps() -> None:
    """
    The mean by shares, and the quickest of those that are alone.
    """
    service = mixed([Kind(share=0.25, full=4.0, alone=3.0), Kind(share=0.75, full=8.0, alone=2.0)])

    assert (1, 7.0, 2.0, None) == (service.slots, service.full, service.alone, service.replica)


@pytest.mark.parametrize(
    ("varied", "expected"), [(fixed(3.0), 0.5), (mixed([Kind(share=0.5, full=f, alone=f) for f in (1.0, 3.0)]), 0.875)]
)
def test_variation_is_that_of_a_product(varied: Service, expected: float) -> None:
    """
    (1 + a)(1 + b) - 1, with a = 0 for one class, and 5 / 4 - 1 = 1 / 4 for 1 s and 3 s by halves.
    """
    assert expected == pytest.approx(spread(varied, 0.5).variation)


def test_shared_steps_of_two_classes_by_hand() -> None:
    """
    Three quarters of 4 steps and a quarter of 12 are three steps each: half of the slots' time. Caches of 11.5 and 25.5
    tokens on average, 18.5 together, in two slots: a step of 1.5 + 2 (0.5 + 0.25 18.5) = 11.75 s. A slot admits 3 s of
    prefill every 6 steps on average, so a request of 4 steps stands still for 4/6 of that, per slot.
    """
    service = mixed_steps([0.75, 0.25], [SHORT, LONG])
    brief, long = (float(kind.full) for kind in service.kinds)

    assert (2, LONG) == (service.slots, service.replica)
    assert 4 * 11.75 + 2 * 3.0 * 4 / 6 == pytest.approx(brief)
    assert 12 * 11.75 + 2 * 3.0 * 12 / 6 == pytest.approx(long)
    assert 0.75 * brief + 0.25 * long == pytest.approx(float(service.full))
    assert [shared(one).alone for one in (SHORT, LONG)] == [kind.alone for kind in service.kinds]
    assert [(4, 10, 2.0), (12, 20, 6.0)] == [kind.shape for kind in service.kinds]


def test_shares_are_relative() -> None:
    """
    Three to one is three quarters to a quarter; also where no class is named before another.
    """
    parts, whole = mixed_steps([0.75, 0.25], [SHORT, LONG]), mixed_steps([1.0, 3.0], [LONG, SHORT])

    assert [float(kind.full) for kind in parts.kinds] == pytest.approx([float(k.full) for k in whole.kinds[::-1]])
    assert parts.replica == whole.replica


def test_every_class_has_a_share() -> None:
    """
    Two replicas and one share are a mistake of the caller.
    """
    with pytest.raises(ValueError, match="zip"):
        mixed_steps([1.0], [SHORT, LONG])


def test_the_longest_of_equal_steps_has_the_longest_prompt() -> None:
    """
    Its step times are those of the batch.
    """
    wordy = replace(SHORT, prompt_tokens=11, step_time=9.0)

    assert wordy == mixed_steps([0.5, 0.5], [SHORT, wordy]).replica == mixed_steps([0.5, 0.5], [wordy, SHORT]).replica


def test_the_spread_of_a_service_is_its_own() -> None:
    """
    The mean stays, the squared coefficient of variation is added.
    """
    varied = spread(fixed(2.0), 0.3)

    assert (2.0, 0.3) == (varied.full, varied.spread)
    assert math.isclose(0.3, varied.variation)
