"""The use case: measure kernels in rounds, read the platform off them, write its records, and check them on models.

Kernels and models take turns within a round, so that what disturbs the machine disturbs both, and medians over
rounds are compared. The models tell how good the records are; nothing is fitted to them.
"""

import importlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tokencost.catalog.load import DATA, Catalog, over
from tokencost.errors import UsageError
from tokencost.measuring.fit import calibrated, measured_on, of_kind
from tokencost.measuring.readings import Machine, Probe, Reading, Timed, Trial, half_width, typical
from tokencost.measuring.records import Base, files
from tokencost.nouns.hardware import Engine, Gpu, Platform
from tokencost.units import Constant
from tokencost.validation.predict import outcome
from tokencost.validation.rows import Outcome

VERIFICATION = DATA / "verification"
"""Catalogue folder of the small models."""
CHECKS = ("small-decoder", "small-dit")
ROUNDS = {"quick": 5, "thorough": 15}
CLOSE = Constant(0.25, "", "a prediction that is further from what was measured has failed")
RESTLESS = Constant(0.15, "", "half-width of a reading beyond which something disturbed the machine")
NOTES = "Measured on the machine itself. Guidance runs as the released code runs it."
PRECISION: Mapping[str, str] = {"cpu": "fp32", "cuda": "bf16"}
"""The precision that curves are measured and models are run in."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to measure. An empty `device` is a GPU where there is one; 0 `threads` leave PyTorch's choice."""

    name: str
    device: Literal["", "cpu", "cuda"] = ""
    threads: int = 0
    quick: bool = False
    verify: bool = False
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was measured, the platform it makes, its records by path, and models beside their predictions."""

    machine: Machine
    precision: str
    rounds: int
    readings: tuple[Reading, ...]
    platform: Platform
    engines: tuple[str, ...]
    files: Mapping[str, str]
    timed: tuple[Timed, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def holds(self) -> bool:
        """Whether every small model was predicted closely enough; true where none was asked for."""
        return all(within(one) for one in self.outcomes if is_check(one))


def is_check(one: Outcome) -> bool:
    """Whether a model was timed to judge the records; those of the catalogue are measurements."""
    return one.row.model in CHECKS


def within(one: Outcome) -> bool:
    """Whether a prediction is close enough to what was measured."""
    return one.ratio is not None and abs(float(one.ratio) - 1) <= CLOSE


def calibrate(catalog: Catalog, wish: Wish, tell: Tell) -> Calibration:
    """Measure and predict; raises UsageError without PyTorch or the device that was asked for."""
    torch = running("device", "kernels", "small")
    device = torch["device"].chosen(wish.device)
    torch["device"].use_threads(wish.threads)
    machine = torch["device"].machine(wish.name, device)
    if wish.models:
        _refuse(catalog, wish.models, machine)
    with_checks = over(catalog, VERIFICATION)
    tell(f"preparing kernels on {machine.model} ({device}, torch {machine.torch}) ...")
    with torch["device"].without_gradients():
        probes = list(torch["kernels"].probes(device))
        trials = list(_trials(with_checks, torch, wish, device, tell))
        rounds = ROUNDS["quick" if wish.quick else "thorough"]
        readings, timed = in_rounds(probes, trials, rounds, tell)
        del probes, trials
        timed += tuple(_released(catalog, wish, device, rounds, tell))
    return concluded(with_checks, machine, readings, timed)


def running(*names: str, extra: str = "torch") -> dict[str, Any]:
    """The modules that run on PyTorch; raises UsageError that names the extra where it is not installed."""
    try:
        return {name: importlib.import_module(f"tokencost.measuring.on_torch.{name}") for name in names}
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tokencost"):
            raise
        raise UsageError(
            f"calibrate needs {error.name}, which is not installed: pip install 'tokencost-planner[{extra}]'"
        ) from error


def _trials(catalog: Catalog, torch: Mapping[str, Any], wish: Wish, device: str, tell: Tell) -> Iterator[Trial]:
    if wish.verify:
        tell("building the models that predictions are checked on ...")
        yield from torch["small"].trials(catalog, device, PRECISION[device])


def _refuse(catalog: Catalog, models: Sequence[str], machine: Machine) -> None:
    """What cannot be timed is refused before minutes are spent on what can."""
    released = running("released", extra="oracle")["released"]
    problems = [released.refusal(catalog, name, machine) for name in models]
    if any(problems):
        raise UsageError(*filter(None, problems))


def _released(catalog: Catalog, wish: Wish, device: str, rounds: int, tell: Tell) -> Iterator[Timed]:
    """Models of the catalogue, one after the other, so that each has the memory to itself."""
    for name in wish.models:
        released = running("released", extra="oracle")["released"]
        tell(f"timing {name} ...")
        bench = released.Bench(catalog=catalog, device=device, precision=PRECISION[device], rounds=rounds)
        yield from released.timed(bench, name)


def in_rounds(
    probes: Sequence[Probe], trials: Sequence[Trial], rounds: int, tell: Tell
) -> tuple[tuple[Reading, ...], tuple[Timed, ...]]:
    """One sample of everything per round; the first round warms up and is forgotten."""
    samples: list[list[float]] = []
    for turn in range(rounds + 1):
        tell(f"round {turn} of {rounds} ..." if turn else "warming up ...")
        samples.append([*(probe.sample() for probe in probes), *(trial.sample() for trial in trials)])
    columns = [tuple(column) for column in zip(*samples[1:], strict=True)]
    readings = tuple(
        Reading(kind=probe.kind, op=probe.op, precision=probe.precision, samples=column)
        for probe, column in zip(probes, columns, strict=False)
    )
    timed = (Timed(row=one.row, samples=column) for one, column in zip(trials, columns[len(probes) :], strict=True))
    return readings, tuple(timed)


def concluded(catalog: Catalog, machine: Machine, readings: Sequence[Reading], timed: Sequence[Timed]) -> Calibration:
    """Records of what was read, and predictions made with them as any user would make them: from the files."""
    base, start = started(catalog, machine)
    on = calibrated(start, readings, datasheet=bool(base.datasheet))
    engines = {"eager": on.engine, **_with_graphs(catalog, machine, readings)}
    checks = _verification() if any(one.row.model in CHECKS for one in timed) else {}
    written = {**files(machine, on, catalog, base=base, engines=engines), **checks}
    with tempfile.TemporaryDirectory() as place:
        for name, text in written.items():
            (Path(place) / name).parent.mkdir(exist_ok=True)
            (Path(place) / name).write_text(text, encoding="utf-8")
        known = over(catalog, Path(place))
    precision = PRECISION[machine.device]
    rows = [
        replace(one.row, gpu=machine.name, engine=on.engine.id, precision=precision, value=typical(one.samples))
        for one in timed
    ]
    return Calibration(
        machine=machine, precision=precision, rounds=len(readings[0].samples), readings=tuple(readings), platform=on,
        engines=tuple(engine.id for engine in engines.values()), files=written, timed=tuple(timed),
        outcomes=tuple(outcome(known, row) for row in rows),
    )  # fmt: skip


def _verification() -> dict[str, str]:
    """Records of the small models, so that whoever has the others can predict them again."""
    return {
        path.relative_to(VERIFICATION).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(VERIFICATION.rglob("*.yaml"))
    }


def started(catalog: Catalog, machine: Machine) -> tuple[Base, Platform]:
    """The catalogue's record of the device where it has one, else an empty one, and what is believed of its kind."""
    known = catalog.find("gpus", machine.model) if machine.device == "cuda" else None
    fresh = Gpu(
        id=machine.name, name=machine.model, vendor="unknown", generation=machine.device, memory=machine.memory,
        memory_bandwidth=1.0, peak={PRECISION[machine.device]: 1.0}, multiprocessors=machine.multiprocessors,
    )  # fmt: skip
    datasheet = catalog.get("gpus", known) if known else fresh
    believed = "default" if known is None or not catalog.find("achieved", known) else known
    gpu = replace(datasheet, id=machine.name, name=machine.model, aliases=(), memory=machine.memory)
    engine = replace(
        catalog.get("engines", "eager"), id=f"{machine.name}-eager", name=f"PyTorch as written, on {machine.name}",
        aliases=(), notes=NOTES,
    )  # fmt: skip
    achieved = replace(catalog.get("achieved", believed), id=machine.name)
    precision = catalog.get("precisions", PRECISION[machine.device])
    return Base(datasheet=known or "", achieved=believed), measured_on(gpu, achieved, engine, precision)


def _with_graphs(catalog: Catalog, machine: Machine, readings: Sequence[Reading]) -> dict[str, Engine]:
    """Where graphs are replayed, compiled code as the catalogue knows it, launched as fast as measured here."""
    found = of_kind(readings, "graph")
    if not found:
        return {}
    engine: Engine = catalog.get("engines", "compile")
    name = f"{machine.name}-compile"
    return {
        "compile": replace(
            engine, id=name, name=f"torch.compile with CUDA graphs, on {machine.name}", aliases=(), notes=NOTES,
            host_time_per_step=typical(found[0].samples),
        )
    }  # fmt: skip


def restless(found: Calibration) -> bool:
    """Whether many readings differed so much between rounds that something else must have run."""
    return typical([half_width(reading.samples) for reading in found.readings]) > RESTLESS
