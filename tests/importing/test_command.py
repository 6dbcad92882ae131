"""`tokencost catalog add` on the command line."""

from pathlib import Path

import pytest

from tests.catalog.records import nouns
from tests.cli.calling import call
from tests.importing.folders import write_json, write_pipeline
from tests.importing.test_pipelines import networks_of

LLAMA = {"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 2}


@pytest.fixture
def flux(tmp_path: Path) -> Path:
    return write_pipeline(tmp_path / "My Flux", "FluxPipeline", networks_of(nouns("models")["flux.1-dev"]))


def test_an_imported_pipeline_can_be_estimated(flux: Path, tmp_path: Path) -> None:
    """
    The import of a release costs what the release in the catalogue costs.
    """
    own = str(tmp_path / "own")
    called = call("catalog", "add", str(flux), "-o", own)
    mine, theirs = (
        call("estimate", name, "--catalog", own, "--format", "json").json for name in ("my-flux", "flux.1-dev")
    )

    assert 0 == called.code
    assert "16,870,599,139 parameters" in called.out
    assert theirs["flops"]["total"] == pytest.approx(mine["flops"]["total"], rel=1e-12)
    assert theirs["latency"] == mine["latency"]


def test_what_was_assumed_is_printed(tmp_path: Path) -> None:
    """
    A configuration that says little is filled in, and the reader sees with what.
    """
    called = call("catalog", "add", str(write_json(tmp_path / "llm" / "config.json", LLAMA)), "-o", str(tmp_path))

    assert "hidden_size = 4096" in called.out
    assert "num_hidden_layers =" not in called.out
    assert "yours to fill in" in called.out


def test_a_language_model_comes_with_a_model(tmp_path: Path) -> None:
    """
    Decoding can be estimated as soon as somebody says what it is for; the record is there to be completed.
    """
    file = write_json(tmp_path / "tiny" / "config.json", LLAMA)
    added = call("catalog", "add", str(file), "-o", str(tmp_path / "own"))
    listed = call("catalog", "show", "models/tiny", "--catalog", str(tmp_path / "own"))

    assert (0, 0) == (added.code, listed.code)


def test_nothing_is_overwritten_unless_asked_for(tmp_path: Path) -> None:
    """
    A record may have been completed by hand.
    """
    file = write_json(tmp_path / "net" / "config.json", LLAMA)
    command = ("catalog", "add", str(file), "-o", str(tmp_path / "own"))
    written = tmp_path / "own" / "networks" / "net.yaml"
    assert 0 == call(*command).code
    assert 0 == call(*command).code
    written.write_text("# mine\n", encoding="utf-8")

    assert (2, "# mine\n") == (call(*command).code, written.read_text(encoding="utf-8"))
    assert 0 == call(*command, "--force").code
    assert written.read_text(encoding="utf-8").startswith("id: net")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("missing.json",), 4, "missing.json"),
        ((".",), 4, "neither model_index.json nor config.json"),
        (("net/config.json", "--id", "../up"), 2, "--id '../up'"),
        (("net/config.json", "--id", "A b"), 2, "lower-case letters"),
        (("net/broken.json",), 2, "broken.json:2:1"),
        (("net/config.json", "-o", "net/config.json"), 4, "net/config.json"),
    ],
)
def test_wrong_input_has_its_exit_code(
    arguments: tuple[str, ...], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    2 is what the user can mend in the input, 4 a file that cannot be read or written.
    """
    write_json(tmp_path / "net" / "config.json", LLAMA)
    (tmp_path / "net" / "broken.json").write_text('{"model_type": "llama"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    called = call("catalog", "add", *arguments)

    assert (code, True) == (called.code, message in called.err)
    assert not (tmp_path / "tokencost-catalog").exists()


def test_covering_a_record_of_the_package_is_told(tmp_path: Path) -> None:
    """
    A network of the user's named clip-l changes every model that reads with clip-l.
    """
    file = write_json(tmp_path / "config.json", {"architectures": ["CLIPTextModel"]})
    said = [
        call("catalog", "add", str(file), "--id", name, "-o", str(tmp_path / "own")).out for name in ("clip-l", "x")
    ]

    assert [True, False] == ["networks/clip-l will stand in" in text for text in said]
