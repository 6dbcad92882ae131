"""Fleets around the chosen one, and how spares, terms, the day and traces change it."""

from pathlib import Path
from typing import Any

import pytest

from tests.promises.records import catalog
from tokencost.errors import SpecError
from tokencost.planning.capacity import CapacityPlan, Examined, Question, capacity_plan
from tokencost.planning.plan import quick_plan
from tokencost.record import replace
from tokencost.spec.load import LoadedSpec, from_mapping

SPEC: dict[str, Any] = {
    "version": 1, "name": "x", "task": "text-to-image", "output": {"width": 512, "height": 512}, "quality": "draft",
    "latency": {"p95": "8 s"}, "traffic": {"average": "6 req/s", "peak": "12 req/s"},
    "platform": {"gpu": "h100-80gb-sxm"}, "candidates": ["llamagen-xl", "sdxl", "amused-512"],
}  # fmt: skip


def spec(folder: Path | None = None, **changes: Any) -> LoadedSpec:
    changed = {
        key: {**SPEC[key], **change} if isinstance(change, dict) and isinstance(SPEC.get(key), dict) else change
        for key, change in changes.items()
    }
    return from_mapping({**SPEC, **changed}, catalog(), folder)


def answer(question: Question = Question(), **changes: Any) -> CapacityPlan:  # noqa: B008
    return capacity_plan(catalog(), spec(**changes), question)


def of(found: CapacityPlan, model: str) -> Examined:
    return next(e for e in found.examined if e.candidate.model == model)


def fleet(found: CapacityPlan, model: str = "sdxl") -> Any:
    return of(found, model).candidate.capacity


def month(found: CapacityPlan, model: str = "sdxl") -> float:
    bill = of(found, model).candidate.bill
    assert bill is not None
    assert bill.per_month is not None
    return float(bill.per_month)


def test_the_fleet_is_that_of_the_plan() -> None:
    """
    Two commands, one answer: candidate by candidate, and at the chosen size among those examined. How sure a choice is
    nobody asks here, so no errors are drawn.
    """
    found, planned = answer(), quick_plan(catalog(), spec())

    assert found.plan.candidates == tuple(replace(one, spread=None) for one in planned.candidates)
    assert planned.recommendation.model == found.plan.recommendation.model
    for examined in found.examined:
        chosen = examined.candidate.capacity
        assert [chosen] == [p.capacity for p in examined.fleets if chosen and p.capacity.replicas == chosen.replicas]


@pytest.mark.parametrize("model", ["llamagen-xl", "sdxl"])
def test_the_chosen_fleet_holds_and_smaller_ones_do_not(model: str) -> None:
    """
    The smallest that keeps the limits, of both kinds of model.
    """
    examined = of(answer(), model)
    chosen = float(examined.candidate.capacity.replicas) if examined.candidate.capacity else 0.0

    assert all(point.kept is True for point in examined.fleets if point.capacity.replicas >= chosen)
    assert not any(point.kept for point in examined.fleets if point.capacity.replicas < chosen)
    assert len({point.capacity.replicas for point in examined.fleets}) == len(examined.fleets) > 3


def test_percentiles_fall_with_replicas_and_rise_with_load() -> None:
    """
    The charts are monotone.
    """
    examined = of(answer(), "sdxl")
    by_size = [float(point.capacity.p95) for point in examined.fleets]
    by_load = [float(point.capacity.p95) for point in examined.loads]

    assert by_size == sorted(by_size, reverse=True)
    assert by_load == sorted(by_load)


def test_fleets_can_be_named() -> None:
    """
    Exactly those that are asked for, of exactly the models that are asked for.
    """
    found = answer(Question(models=("sdxl",), replicas=range(5, 9)))

    assert ["sdxl"] == [e.candidate.model for e in found.examined]
    assert [5, 6, 7, 8] == [point.capacity.replicas for point in found.examined[0].fleets]


def test_shared_steps_are_simulated_for_a_model_that_is_asked_for() -> None:
    """
    What will be seen, where a bound would do to decide.
    """
    points = of(answer(Question(models=("llamagen-xl",))), "llamagen-xl").fleets

    assert any(point.capacity.method.startswith("simulated") for point in points)


def test_a_spare_costs_one_replica_and_buys_no_time() -> None:
    """
    N + 1: rented, not counted on, in the fleets around the chosen one too.
    """
    without, with_one = answer(), answer(platform={"spares": 1})
    sizes = [[point.capacity.replicas for point in of(found, "sdxl").fleets] for found in (without, with_one)]

    assert fleet(without).replicas + 1 == fleet(with_one).replicas
    assert fleet(without).p95 == fleet(with_one).p95
    assert [size + 1 for size in sizes[0]] == sizes[1]
    assert month(with_one) / month(without) == pytest.approx(fleet(with_one).gpus / fleet(without).gpus)


def test_terms_are_mixed_from_the_catalogue() -> None:
    """
    Every term is a line of the bill, and they add up to it.
    """
    found = answer(platform={"mix": {"spot": 0.5, "on-demand": 0.5}})
    bill = of(found, "sdxl").candidate.bill
    assert bill is not None

    assert {"GPUs, spot", "GPUs"} <= {line.name for line in bill.lines}
    assert bill.per_month == pytest.approx(sum(line.amount or 0.0 for line in bill.lines))
    assert month(found) < month(answer())


def test_a_fleet_that_follows_the_day_is_cheaper_than_one_for_its_peak() -> None:
    """
    Beside the fixed fleet, which is what the plan bills.
    """
    traffic = {"average": "20 req/s", "profile": {"peak_to_mean": 1.8}}
    found = capacity_plan(catalog(), from_mapping({**SPEC, "traffic": traffic}, catalog()), Question())
    examined = of(found, "sdxl")
    followed = examined.followed
    assert followed is not None
    assert followed.per_month is not None

    assert followed.fewest < followed.mean < followed.most == fleet(found).replicas
    assert 0.4 * month(found) < followed.per_month < 0.8 * month(found)


def test_batches_are_formed_where_the_spec_allows_them() -> None:
    """
    Small images gain from company: fewer GPUs, or a batch of one where none are saved; decoders batch anyway.
    """
    alone, together = answer(), answer(platform={"batching": {"most": 8, "window": "20 ms"}})

    assert 1 == fleet(alone).batch < fleet(together).batch <= 8
    assert fleet(together).replicas < fleet(alone).replicas
    assert fleet(together).p95 <= 8.0
    assert "simulated" in fleet(together).method
    assert fleet(alone, "llamagen-xl") == fleet(together, "llamagen-xl")
    assert any(point.kept for point in of(together, "sdxl").fleets)
    assert not of(together, "sdxl").fleets[0].kept


HALVES = [{"share": 0.5, "output": {"width": 1024, "height": 1024}}, {"share": 0.5}]


def test_classes_of_requests_share_a_fleet() -> None:
    """
    Between the fleets that only small and only large images need; the large ones take longer.
    """
    small, large = answer(), answer(output={"width": 1024, "height": 1024})
    both = answer(traffic={"classes": HALVES})
    first, second = fleet(both).classes

    assert fleet(small).replicas < fleet(both).replicas < fleet(large).replicas
    assert 0.4 < fleet(both).replicas / (fleet(small).replicas + fleet(large).replicas) < 0.6
    assert first.p95 > second.p95
    assert first.p50 > second.p50
    assert () == fleet(small).classes


def test_classes_share_the_steps_of_a_decoder() -> None:
    """
    Answers of two lengths in one batch: the long ones take longer, the fleet lies between those of either.
    """
    question = {
        "version": 1, "name": "x", "task": "image-to-text", "input": {"width": 1024, "height": 768}, "quality": "draft",
        "output_tokens": 60, "latency": {"p95": "20 s"}, "traffic": {"average": "30 req/s"},
        "platform": {"gpu": "h100-80gb-sxm"}, "candidates": ["emu3-chat"],
    }  # fmt: skip

    def asked(**changes: Any) -> Any:
        return fleet(
            capacity_plan(catalog(), from_mapping({**question, **changes}, catalog()), Question()), "emu3-chat"
        )

    mixed = asked(traffic={"average": "30 req/s", "classes": [{"share": 0.8}, {"share": 0.2, "output_tokens": 400}]})
    brief, long = mixed.classes

    assert asked().replicas < mixed.replicas < asked(output_tokens=400).replicas
    assert brief.p95 < long.p50
    assert mixed.p95 <= 20.0


def test_a_class_that_a_model_cannot_do_rules_it_out() -> None:
    """
    With the class in the message, also where the spec's own size is fine.
    """
    odd = [{"share": 0.5, "output": {"width": 521, "height": 512}}, {"share": 0.5}]
    found = of(answer(Question(models=("sdxl",)), traffic={"classes": odd}), "sdxl").candidate

    assert not found.feasible
    assert any(violation.message.startswith("class 1: ") for violation in found.violations)


@pytest.mark.parametrize("other", [{"assume": {"request_time": "2 s"}}, {"platform": {"batching": {"most": 4}}}])
def test_what_speaks_of_one_kind_of_request_excludes_classes(other: dict[str, Any]) -> None:
    """
    Said at the key that has to go.
    """
    with pytest.raises(SpecError, match=r"traffic\.classes"):
        spec(traffic={"classes": HALVES}, **other)


def test_a_measured_spread_of_times_is_simulated() -> None:
    """
    The same mean, later answers, and the report marks what was given.
    """
    same, varied = answer(), answer(assume={"service-spread": {"value": 1.5, "reason": "our logs of a week"}})
    found = of(varied, "sdxl").candidate.estimate
    assert found is not None

    assert (fleet(same).replicas, fleet(same).p95) < (fleet(varied).replicas, fleet(varied).p95)
    assert "simulated" in fleet(varied).method
    assert ("service_spread", "1.5", "our logs of a week") in [(n.name, n.value, n.reason) for n in found.assumptions]


def test_batches_and_times_of_their_own_exclude_each_other() -> None:
    """
    A batch ends with all of its requests.
    """
    with pytest.raises(SpecError, match="end together"):
        spec(assume={"service_spread": 0.5}, platform={"batching": {"most": 4}})


def test_batches_of_at_most_one_change_nothing() -> None:
    """
    The law stays the law.
    """
    assert fleet(answer()) == fleet(answer(platform={"batching": {"most": 1}}))


def test_an_autoscaled_fleet_is_billed_as_it_runs() -> None:
    """
    The same fleet at the peak; the month, the asset and the budget are those of the day.
    """
    traffic = {"average": "20 req/s", "profile": {"peak_to_mean": 1.8}}

    def planned(**on: Any) -> CapacityPlan:
        platform = {**SPEC["platform"], **on}
        given = {**SPEC, "traffic": traffic, "platform": platform}
        return capacity_plan(catalog(), from_mapping(given, catalog()), Question())

    fixed, day = planned(), planned(autoscale=True)
    followed = of(fixed, "sdxl").followed
    assert followed is not None
    assert followed.per_month is not None
    given = {**SPEC, "traffic": traffic, "budget": {"per_month": f"{float(followed.per_month) * 1.001:.2f} USD"}}
    checked = []
    for more in ({}, {"autoscale": True}):
        said = {**given, "platform": {**SPEC["platform"], **more}, "candidates": ["sdxl"]}
        checked.append(quick_plan(catalog(), from_mapping(said, catalog())).candidates[0].feasible)

    assert followed.per_month == pytest.approx(month(day))
    assert fleet(fixed).replicas == fleet(day).replicas
    assert [False, True] == checked


def test_a_trace_is_replayed_at_the_peak_rate(tmp_path: Path) -> None:
    """
    A burst of forty requests needs more than the same rate at random.
    """
    times = [60.0 * minute + second for minute in range(20) for second in [0.0] * 40]
    (tmp_path / "burst.csv").write_text("\n".join(map(str, [*times, 1200.0])))
    traffic = {"trace": "burst.csv"}
    replayed = capacity_plan(
        catalog(), from_mapping({**SPEC, "traffic": traffic}, catalog(), tmp_path), Question(models=("sdxl",))
    )
    rate = {"average": f"{800 / 1200} req/s"}
    random = capacity_plan(catalog(), from_mapping({**SPEC, "traffic": rate}, catalog()), Question(models=("sdxl",)))

    assert fleet(replayed).replicas > 2 * fleet(random).replicas
    assert "trace replayed" in fleet(replayed).method


def test_without_traffic_there_is_one_request_on_one_replica() -> None:
    """
    And the answer says so.
    """
    data = {key: value for key, value in SPEC.items() if key != "traffic"}
    found = capacity_plan(catalog(), from_mapping(data, catalog()), Question())

    assert found.traffic is None
    assert {1.0} == {float(e.candidate.capacity.replicas) for e in found.examined if e.candidate.capacity}
    assert "no traffic given" in fleet(found).method


def test_where_nothing_is_feasible_the_nearest_are_shown() -> None:
    """
    An empty page would help nobody.
    """
    found = answer(latency={"p95": "10 ms"})

    assert found.examined
    assert not any(e.candidate.feasible for e in found.examined)


def test_a_busy_share_is_kept() -> None:
    """
    The spec's own target for utilisation is a limit like the others.
    """
    found = answer(assume={"utilisation-target": 0.5})

    assert float(fleet(found).utilisation) <= 0.5
    assert fleet(found).replicas > fleet(answer()).replicas
