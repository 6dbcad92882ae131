"""The declared JSON is the JSON that is printed, field by field, and a version keeps what it promised."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.calling import SPECS, call
from tests.promises import results as promises
from tests.report import cases, on_disk
from tokencost.errors import Problem
from tokencost.report import RENDERERS, renderer
from tokencost.report.problems import problems_in
from tokencost.report.schemas import RESULTS, fields, result_schema

PRODUCTS = sorted(str(path) for path in SPECS.glob("*.yaml") if "\naxes:" not in path.read_text(encoding="utf-8"))
FOLDER = on_disk.files()
REFRESH = (
    "prices refresh {specs}/poster-1024.yaml --only apis --portkey {folder}/portkey --litellm {folder}/litellm.json "
    "--catalog {folder}/own --dry-run"
)
LINES = [
    ("compare", "compare --res 1024"),
    ("compare", "compare --task video --res 512 --frames 49"),
    ("compare --what-if", "compare --what-if sdxl"),
    ("compare --res=A..B", "compare --res 512..1024 --models sdxl,sd-1.5,emu3-gen"),
    ("sweep", "sweep {specs}/sweep-prices.yaml"),
    ("compare --where", "compare --res 1024 --models sdxl,imagen-4,llamagen-xl --where any --residency eu"),
    (
        "compare --where",
        "compare --models sdxl,imagen-4 --where any --among a100-80gb-sxm --spec {specs}/poster-1024.yaml",
    ),
    ("estimate", "estimate emu3-gen --res 720"),
    ("estimate", "estimate imagen-4"),
    ("tokens", "tokens --tokenizer emu3 --res 512"),
    ("sample", "sample --grid 2x2 --guidance 3"),
    ("explain", "explain sdxl"),
    ("explain --claims", "explain --claims"),
    ("train", "train llama-2-7b --assets 1e9"),
    ("train", "train emu3-gen --tokens 300e9 --against sd3"),
    ("train --list", "train --list"),
    ("train --explain", "train llama-2-7b --explain"),
    ("lock", "lock {specs}/captions.yaml -o {folder}/tokencost.lock"),
    ("prices list", "prices list --gpu a100-80gb-sxm"),
    ("prices list", "prices list --model gemini-2.5-flash-image"),
    ("prices list --conflicts", "prices list --conflicts"),
    ("prices show", "prices show aws-a100-80gb-sxm-on-demand-us-east-1"),
    ("prices show", "prices show openai-gpt-image-1-high-1024x1024"),
    ("prices refresh", REFRESH),
    ("reconcile", "reconcile {folder}/invoice.csv {specs}/poster-1024.yaml --assets poster-1024=6000000"),
    ("reconcile", "reconcile {folder}/invoice.csv {specs}/poster-1024.yaml {specs}/thumbnails.yaml"),
    ("catalog list", "catalog list gpus"),
    ("catalog list", "catalog list"),
    ("catalog show", "catalog show a100"),
    ("catalog show", "catalog show emu3-gen"),
]


def closed(command: str) -> Draft202012Validator:
    """The schema of a result with every object closed: what is not declared is an error."""
    schema = result_schema(command)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(_closed(schema))


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _closed(value) for key, value in part.items()}
    return {"additionalProperties": False, **found} if "properties" in part and part.get("type") == "object" else found


def wrong(command: str, value: Any) -> list[str]:
    """What the schema says against a value."""
    return [f"{error.json_path}: {error.message[:200]}" for error in closed(command).iter_errors(value)][:5]


def test_every_command_with_json_has_a_schema() -> None:
    """
    A new command declares what it prints.
    """
    assert {command for command, known in RENDERERS.items() if "json" in known} | {"problems"} == set(RESULTS)


@pytest.mark.parametrize("command", cases.ANSWERS)
def test_answers_have_the_declared_fields_and_no_other(command: str) -> None:
    """
    Those that hold nothing, and those that hold what cannot be known, too.
    """
    answers = cases.ANSWERS[command]

    assert not [
        wrong(command, json.loads(renderer(command, "json")(a)))
        for a in answers
        if wrong(command, json.loads(renderer(command, "json")(a)))
    ]


@pytest.mark.parametrize("name", cases.HOSTILE)
def test_hostile_answers_have_the_declared_fields(name: str) -> None:
    """
    Names are values, never keys.
    """
    for command, named in cases.NAMED.items():
        assert not wrong(command, json.loads(renderer(command, "json")(named(cases.HOSTILE[name]))))


@pytest.mark.parametrize("spec", PRODUCTS, ids=lambda path: Path(path).stem)
@pytest.mark.parametrize("command", ["plan", "check"])
def test_specs_of_the_project_have_the_declared_fields(command: str, spec: str) -> None:
    """
    Every task, quality, latency, traffic and budget that the documentation shows.
    """
    quick = ["--quick"] if command == "plan" else []
    called = call(command, spec, *quick, "--format", "json")

    assert called.code in (0, 3)
    assert not wrong(command, called.json)


def test_several_specs_are_a_list_of_them() -> None:
    """
    And so says the schema.
    """
    assert not wrong("plan", call("plan", *PRODUCTS[:2], "--quick", "--format", "json").json)


def test_plans_with_what_would_change_them_have_the_declared_fields() -> None:
    """
    Flips, and remedies where nothing is feasible.
    """
    for spec in ("poster-1024", "print-2048"):
        found = call("plan", str(SPECS / f"{spec}.yaml"), "--format", "json").json

        assert found["recommendation"]["flips"] or found["recommendation"]["remedy"]
        assert not wrong("plan", found)


def test_changes_have_the_declared_fields(tmp_path: Path) -> None:
    """
    Against a saved result, alone and inside a check; a capacity plan too.
    """
    spec, base = str(SPECS / "poster-512.yaml"), str(tmp_path / "plan.json")
    call("plan", spec, "--quick", "--format", "json", "-o", base)
    grown = ("--set", "traffic.peak=30 req/s")

    assert not wrong("diff", call("diff", base, spec, *grown, "--fail-on", "increase", "--format", "json").json)
    assert not wrong("check", call("check", spec, *grown, "--baseline", base, "--format", "json").json)
    assert not wrong("capacity", call("capacity", spec, "--format", "json").json)


@pytest.mark.parametrize(("command", "line"), LINES, ids=[line for _, line in LINES])
def test_other_commands_have_the_declared_fields(command: str, line: str) -> None:
    """
    What the reference shows is what they print.
    """
    found = call(*line.format(specs=SPECS, folder=FOLDER.name).split(), "--format", "json").json
    if "derivation" in found:
        found["derivation"] = [pruned(node) for node in found["derivation"][:3]]

    assert not wrong(command, found)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_refreshed_prices_of_gpus_have_the_declared_fields() -> None:
    """
    They come through a library that only a refresh needs, and that may be missing; it leaves its tables open.
    """
    pytest.importorskip("gpuhunt")
    places = ("--gpuhunt", f"{FOLDER.name}/tables", "--catalog", f"{FOLDER.name}/own", "--dry-run")
    found = call("prices", "refresh", PRODUCTS[0], "--only", "gpus", *places, "--format", "json").json

    assert found["gpus"]["moved"]
    assert found["gpus"]["notes"]
    assert not wrong("prices refresh", found)


def pruned(node: dict[str, Any]) -> dict[str, Any]:
    """One branch of a derivation; all of them have the same form, and there are a thousand."""
    return {**node, "inner": [pruned(inner) for inner in node["inner"][:2]]}


def test_validations_have_the_declared_fields(tmp_path: Path) -> None:
    """
    Rows that can be predicted and rows that cannot.
    """
    head = "id,model,scope,family,gpu,n_gpus,width,height,batch,metric,value,source"
    table = tmp_path / "rows.csv"
    table.write_text(
        f"{head}\na,sdxl,request,diffusion,a100-80gb-sxm,1,1024,1024,1,latency_s,3,me\nb,none,request,,x,1,1,1,1,latency_s,1,me\n"
    )
    found = call("validate", str(table), "--format", "json").json

    assert {"ok", "unsupported"} == {row["status"] for row in found["rows"]}
    assert not wrong("validate", found)


@pytest.mark.parametrize("many", [1, 3000])
def test_refusals_have_the_declared_fields(many: int) -> None:
    """
    They stand where an answer would.
    """
    problems = [Problem("wrong", "a.yaml", 1, 2, "output.width")] * many

    assert not wrong("problems", json.loads(problems_in("json", problems)))


@pytest.mark.parametrize("command", RESULTS)
def test_schemas_refuse_what_is_not_theirs(command: str) -> None:
    """
    A schema that takes anything would not notice a change.
    """
    assert wrong(command, {})
    assert wrong(command, {"schema": "tokencost.other/1"})


@pytest.mark.parametrize("command", RESULTS)
def test_every_field_says_what_it_is(command: str) -> None:
    """
    And quantities their unit, as their names do.
    """
    found = list(fields(result_schema(command)))
    units = {"_per_s": "/s", "_s": "s", "seconds": "s", "bytes": "B", "usd": "USD", "joules": "J", "flop": "FLOP"}
    silent = [path for path, said, _ in found if not said.get("description") and not path.endswith(("[]", "<>"))]
    bare = [
        path
        for path, said, _ in found
        for unit in [next((unit for ending, unit in units.items() if path.endswith(ending)), "")]
        if "$ref" not in str(said) and not str(said.get("unit", "")).endswith(unit)
    ]

    assert not silent
    assert not bare


@pytest.mark.parametrize("command", RESULTS)
def test_a_version_keeps_its_promise(command: str) -> None:
    """
    Fields that are gone, renamed, of another type or null all at once need a new version: tokencost.plan/2.
    `python -m tests.promises.results` adds what is new.
    """
    today, version = {row["path"]: row for row in promises.of(command)}, promises.called(command)
    kept = [row for row in promises.kept() if row["schema"] == version]

    assert kept
    assert not [row for row in kept if today.get(row["path"]) != row]


def test_every_promise_is_written_down() -> None:
    """
    A field that is not in the table could go without notice.
    """
    assert promises.today() == promises.kept()


def test_schemas_come_from_the_command_line(tmp_path: Path) -> None:
    """
    Programs that read results validate against what their version ships.
    """
    target = tmp_path / "plan.schema.json"
    called = call("schema", "--result", "plan", "-o", str(target))

    assert (0, "") == (called.code, called.out)
    assert result_schema("plan") == json.loads(target.read_text())
    assert "did you mean plan?" in call("schema", "--result", "paln").err
    assert 2 == call("schema", "models", "--result", "plan").code
