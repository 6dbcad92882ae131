"""Specs that are read, and specs that are refused: which line, which words."""

from pathlib import Path
from typing import Any

import pytest

from tokencost.catalog.load import Catalog
from tokencost.errors import AccessError, SpecError
from tokencost.spec.load import from_mapping, load, load_bytes

HEAD = "version: 1\nname: poster\n"
IMAGE = HEAD + "task: text-to-image\noutput: {width: 1024, height: 768}\n"
VIDEO = HEAD + "task: text-to-video\noutput: {width: 512, height: 512, "
READ = HEAD + "task: image-to-text\n"
FULL = (
    IMAGE
    + """prompt_tokens: 60
quality: standard
latency: {p50: 5 s, p95: 10 s, p99: 20 s}
traffic: {average: 2 req/s, peak: 6 req/s, burstiness: 2}
platform: {gpu: [a100-80gb-sxm, h100-80gb-sxm], gpus: 1, engine: compile, precision: bf16, price: 1.80 USD/h}
budget: {per_asset: 0.01 USD, per_month: 2e4 USD}
candidates: [emu3-gen, sdxl]
assume: {request_time: {value: 2 s, reason: measured}, batch: 1, steps: 20, utilisation-target: 70 %}
labels: {team: posters}
"""
)


def write(folder: Path, text: str) -> Path:
    """A spec file."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, *overrides: str, catalog: Catalog | None = None) -> list[str]:
    """What is wrong with a spec, without the folder it stands in."""
    with pytest.raises(SpecError) as error:
        load(path, overrides, catalog)
    return [str(p).replace(f"{path.parent}/", "") for p in error.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        IMAGE,
        FULL,
        VIDEO + "seconds: 4, fps: 8}\n",
        VIDEO + "seconds: 4 s, fps: 8 fps}\n",
        VIDEO + "seconds: 5, fps: 23.976, frames: 120}\n".replace("5,", "5.005005005005005,"),
        VIDEO + "frames: 33}\n",
        READ + "input: {width: 640, height: 480}\n",
        READ + "input: {width: 640, height: 480}\noutput_tokens: 40\n",
        IMAGE + "platform: {gpu: h100-80gb-sxm, parallelism: cfg2xulysses2}\n",
        IMAGE + 'quality: {geneval: ">= 0.6"}\n',
        IMAGE + 'quality: {tier: draft, unknown: accept, bounds: {geneval: ">= 0.6"}}\n',
        IMAGE.replace("poster", "'مرحبا'"),
        IMAGE.replace("poster", "'${HOME} <b>'"),
        IMAGE + "assume: {}\n",
    ],
)
def test_a_good_spec_is_not_refused(text: str, tmp_path: Path, catalog: Catalog) -> None:
    """What the format promises is accepted, whoever wrote it."""
    assert 1 == load(write(tmp_path, text), catalog=catalog).product.version


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    """A report shows every default, so the product carries them."""
    product = load(write(tmp_path, IMAGE)).product

    assert (64, 128, "standard", None, None) == (
        product.prompt_tokens,
        product.output_tokens,
        product.quality.tier,
        product.traffic,
        product.candidates,
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[1]\n", 1, "a mapping"),
        (IMAGE.replace("version: 1", "version: 2"), 1, "version 2 is not known"),
        (IMAGE.replace("poster", "~"), 2, "name: nothing stands here"),
        (IMAGE.replace("poster", "2024"), 2, "name: 2024 is not text"),
        (IMAGE.replace("poster", "x" * 201), 2, "201 characters"),
        (IMAGE.replace("poster", '"a\\nb"'), 2, "line break"),
        (IMAGE.replace("task: text-to-image", "#"), 1, "'task' is missing; allowed: text-to-image"),
        (IMAGE.replace("to-image", "to-imgae"), 3, "did you mean 'text-to-image'"),
        (IMAGE.replace("1024", "0"), 4, "output.width: 0"),
        (IMAGE.replace("1024", "1024.5"), 4, "output.width: 1024.5"),
        (IMAGE.replace("1024", "true"), 4, "output.width: true"),
        (IMAGE.replace("1024", "70000"), 4, "output.width: 70000"),
        (IMAGE.replace("1024", "0x400"), 4, "output.width: '0x400'"),
        (IMAGE.replace("768", "768, fps: 8"), 4, "an image has no frames per second"),
        (IMAGE + "resolution: 1024x1024\n", 5, "unknown key 'resolution'"),
        (IMAGE + "latancy: {p95: 1 s}\n", 5, "did you mean 'latency'"),
        (IMAGE + "input: {width: 1, height: 1}\n", 5, "takes no input"),
        (IMAGE + "output_tokens: 5\n", 5, "only image-to-text"),
        (IMAGE + "prompt_tokens: 1000000000000000\n", 5, "prompt_tokens"),
        (IMAGE + "quality: on\n", 5, "quality: 'on' is not known here; allowed: draft"),
        (IMAGE + "quality: {geneval: 0.6}\n", 5, "'>= 0.6'"),
        (IMAGE + "latency: 10 s\n", 5, "allowed: p50, p95, p99"),
        (IMAGE + "latency: {}\n", 5, "at least one of p50, p95, p99"),
        (IMAGE + "latency:\n  p90: 10 s\n", 6, "unknown key 'p90'; did you mean"),
        (IMAGE + "latency: {p95: 10 s, p99: 5 s}\n", 5, "p99 is tighter than p95"),
        (IMAGE + "latency: {p95: -5 s}\n", 5, "greater than 0"),
        (IMAGE + "latency: {p95: 10 GB}\n", 5, "latency.p95: '10 GB' is not a time"),
        (IMAGE + "traffic: {peak: 0.5}\n", 5, "0.5 req/s"),
        (IMAGE + "traffic: {peak: 1 req/s, average: 2 req/s}\n", 5, "traffic.peak: the peak (1/s) is below"),
        (IMAGE + "traffic: {peak: 0 req/s}\n", 5, "greater than 0"),
        (IMAGE + "traffic: {burstiness: 2}\n", 5, "average or peak"),
        (IMAGE + "traffic: {trace: none.csv}\n", 5, "trace 'none.csv' does not exist"),
        (IMAGE + "traffic: {trace: ../x.csv}\n", 5, "not inside the folder"),
        (IMAGE + "traffic: {trace: /etc/passwd}\n", 5, "not inside the folder"),
        (IMAGE + "platform:\n  gpu: #a100\n", 6, "begins a comment"),
        (IMAGE + "platform: {gpu: ../../etc/passwd}\n", 5, "platform.gpu: '../../etc/passwd' is not a name"),
        (IMAGE + "platform: {gpu: [a100, A100]}\n", 5, "duplicate 'a100'"),
        (IMAGE + "platform: {gpus: 0}\n", 5, "platform.gpus: 0"),
        (IMAGE + "platform: {gpus: 2, parallelism: tp4}\n", 5, "tp4 needs 4 GPUs"),
        (IMAGE + "platform: {parallelism: fast}\n", 5, "write tp4"),
        (IMAGE + "platform: {price: 1.80 EUR/h}\n", 5, "only currency is USD"),
        (IMAGE + "budget: {per_month: 20 000 USD}\n", 5, "20000 USD"),
        (IMAGE + "budget: {per_month: 20 USD/Mtoken}\n", 5, "budget.per_month"),
        (IMAGE + "candidates: []\n", 5, "candidates: the list is empty"),
        (IMAGE + "candidates: [sdxl, sdxl]\n", 5, "candidates.1: duplicate 'sdxl'"),
        (IMAGE + f"candidates: [{', '.join(['sdxl'] * 500)}]\n", 5, "at most 200"),
        (IMAGE + "assume: {batch: 0}\n", 5, "assume.batch: 0"),
        (IMAGE + "assume: {utilisation-target: 120 %}\n", 5, "at most 1"),
        (IMAGE + "assume: {request_time: {valu: 2 s, value: 2 s}}\n", 5, "did you mean 'value'"),
        (IMAGE + "labels: {a: 3}\n", 5, "labels.a: 3 is not text"),
        (VIDEO + "seconds: 4}\n", 4, "missing: fps"),
        (VIDEO + "seconds: 4, fps: 7.3}\n", 4, "not a whole number"),
        (VIDEO + "seconds: 4, fps: 8, frames: 33}\n", 4, "output.frames: 33 frames, but"),
        (VIDEO + "seconds: 100000, fps: 1000}\n", 4, "at most 100,000"),
        (READ + "output: {width: 1, height: 1}\ninput: {width: 1, height: 1}\n", 4, "instead of output"),
        (READ, 1, "needs input"),
    ],
)
def test_a_bad_spec_is_refused_in_its_place(text: str, line: int, words: str, tmp_path: Path) -> None:
    """One mistake is one problem, with its line and what would be right."""
    (problem,) = problems(write(tmp_path, text))

    assert problem.startswith(f"spec.yaml:{line}:")
    assert words in problem


def test_all_problems_are_found_in_one_go(tmp_path: Path, catalog: Catalog) -> None:
    """Whoever mends a spec wants to mend it once, from top to bottom."""
    text = (
        IMAGE.replace("768", "768, fps: 2") + "latency: {p95: 10}\nplatform: {gpu: h200}\ncandidates: [sdxxl]\nx: 1\n"
    )
    found = problems(write(tmp_path, text), catalog=catalog)

    assert [4, 5, 6, 7, 8] == [int(text.split(":")[1]) for text in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("platform: {gpu: h100-80gb}\n", "did you mean h100-80gb-sxm"),
        ("platform: {engine: compiler}\n", "did you mean compile"),
        ("platform: {precision: bf61}\n", "did you mean bf16"),
        ("candidates: [emu3-gen, sdxxl]\n", "candidates.1: no model is called 'sdxxl'; did you mean sdxl"),
        ("candidates: [emu3-gen, emu3]\n", "'emu3' and 'emu3-gen' are both emu3-gen"),
        ('quality: {genevl: ">= 0.6"}\n', "no metric is called 'genevl'; did you mean geneval"),
        ('quality: {geneval: "<= 0.6"}\n', "geneval is better the higher it is; write '>= 0.6'"),
        ('quality: {bounds: {coco-fid: ">= 9"}}\n', "coco-fid is better the lower it is; write '<= 9'"),
        ('quality: {geneval: ">= 60"}\n', "no model has geneval 60: it lies between 0 and 1"),
        ('quality: {coco-fid: "<= -1"}\n', "no model has coco-fid -1: it starts at 0"),
    ],
)
def test_names_are_those_of_the_catalogue(text: str, words: str, tmp_path: Path, catalog: Catalog) -> None:
    """A mistyped name is shown with the nearest one there is, and a model under two names is one model."""
    (problem,) = problems(write(tmp_path, IMAGE + text), catalog=catalog)

    assert problem.startswith("spec.yaml:5:")
    assert words in problem


def test_a_trace_may_not_leave_the_folder_through_a_link(tmp_path: Path) -> None:
    """A spec of a stranger must not make the program read other files."""
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text("0\n")
    (inside / "arrivals.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "good.csv").write_text("0\n")

    assert "not inside" in problems(write(inside, IMAGE + "traffic: {trace: arrivals.csv}\n"))[0]
    assert inside / "good.csv" == load(write(inside, IMAGE + "traffic: {trace: good.csv}\n")).trace


def test_a_flag_overrides_the_file_by_the_same_rules(tmp_path: Path) -> None:
    """What can be written in the file can be set on the command line."""
    flags = ["output.height=512", "latency.p95=10 s", "candidates=[a, b]", "platform.gpu=x", "quality.geneval=>= 0.6"]
    product = load(write(tmp_path, IMAGE), flags).product
    assert product.output is not None
    assert product.latency is not None

    assert (512, 10.0, ("a", "b"), ("x",), 0.6) == (
        product.output.height,
        product.latency.p95,
        product.candidates,
        product.platform.gpu,
        product.quality.bounds["geneval"].value,
    )


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("latancy.p95=1 s", "latancy: unknown key 'latancy'; did you mean 'latency'"),
        ("output.hight=1", "output.hight: unknown key 'hight'; did you mean 'height'"),
        ("output.height=x", "output.height: 'x'"),
        ("name.x=1", "not a mapping"),
        ("name", "path=value"),
        ("name=", "path=value"),
        ("=1", "not a mapping"),
        ("candidates.0=sdxl", "candidates"),
        ("quality=[a", "not YAML"),
        (".".join("x" * 30) + "=1", "more than 20 parts"),
    ],
)
def test_a_bad_flag_is_named(flag: str, words: str, tmp_path: Path) -> None:
    """The mistake is on the command line, so the message must not send anybody to the file."""
    (problem,) = problems(write(tmp_path, IMAGE), flag)

    assert problem.startswith(f"--set {flag[:20]}")
    assert words in problem


def cyclic() -> dict[str, Any]:
    """Data that contains itself."""
    data: dict[str, Any] = {}
    data["labels"] = data
    return data


@pytest.mark.parametrize("data", [{}, {"version": 1, 2: 3}, {"name": {1, 2}}, cyclic(), {"name": b"x"}])
def test_plain_data_is_checked_like_a_file(data: Any) -> None:
    """Programs make mistakes too."""
    with pytest.raises(SpecError):
        from_mapping(data)


def test_plain_data_becomes_a_product() -> None:
    """A program needs no file."""
    data = {
        "version": 1,
        "name": "a",
        "task": "text-to-image",
        "output": {"width": 8, "height": 8},
        "candidates": ("x",),
    }

    assert ("x",) == from_mapping(data).product.candidates


def test_a_pipe_is_read_like_a_file() -> None:
    """Templates are rendered into pipes; problems name what the caller calls it."""
    assert "poster" == load_bytes(IMAGE.encode(), "-").product.name
    with pytest.raises(SpecError, match=r"^-:5:1: x: unknown key"):
        load_bytes((IMAGE + "x: 1\n").encode(), "-")


def test_a_missing_file_is_a_matter_of_access(tmp_path: Path) -> None:
    """Exit codes tell a wrong spec from one that cannot be read."""
    with pytest.raises(AccessError):
        load(tmp_path / "none.yaml")


@pytest.mark.parametrize("written", ["2", "'1'", "1 px", "1.0", "true", "null", "[1]"])
def test_the_version_is_a_number_and_known(written: str) -> None:
    """
    A file of a later format must not be read as one of this.
    """
    spec = f"version: {written}\nname: a\ntask: text-to-image\noutput: {{width: 64, height: 64}}\n"

    with pytest.raises(SpecError, match="version"):
        load_bytes(spec.encode(), "a.yaml")
