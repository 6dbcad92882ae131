"""The catalogue is what was built, all of it, or nothing; answers say which it was."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, answer, call
from tests.report.test_sinks import answers
from tokencost.catalog import load as loading
from tokencost.catalog import named
from tokencost.catalog.load import load, store
from tokencost.errors import CatalogError
from tokencost.report import formats, renderer

INDEX = '{"sources":{},"gpus":{}}'
LINES = (f"plan {DRAFT}", f"check {DRAFT}", "compare --res 512 --models sdxl", "estimate sdxl --res 512")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small index with its seal, as if it had been installed from a wheel."""
    monkeypatch.setattr(loading, "INDEX", tmp_path / "index.json")
    monkeypatch.setattr(loading, "SEAL", tmp_path / "index.sha256")
    monkeypatch.setattr(named, "NAMES", tmp_path / "names.json")
    monkeypatch.setattr(loading, "_is_source_tree", lambda: False)
    store(INDEX)
    return tmp_path


def test_an_index_is_loaded_with_its_seal(installed: Path) -> None:
    """
    The seal is that of the bytes, in the form that `sha256sum -c` reads.
    """
    digest = hashlib.sha256(INDEX.encode()).hexdigest()

    assert (json.loads(INDEX), digest[:12]) == (load().index, load().seal)
    assert f"{digest}  index.json\n" == (installed / "index.sha256").read_text()


@pytest.mark.parametrize("name", ["index.json", "index.sha256"])
@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "more"])
def test_a_damaged_index_is_not_loaded(name: str, damage: str, installed: Path) -> None:
    """
    Half a catalogue would plan with half of the models, and nobody would notice.
    """
    path = installed / name
    text = path.read_text()
    path.write_text({"cut": text[:-2], "changed": text.replace("e", "f", 1), "more": text + " "}.get(damage, ""))
    if damage == "gone":
        path.unlink()

    with pytest.raises(CatalogError, match="not as it was built"):
        load()


def test_records_of_ones_own_have_a_seal_of_their_own(tmp_path: Path) -> None:
    """
    Two plans with other records are told apart.
    """
    (tmp_path / "sources").mkdir()
    seals = {load().seal, load(tmp_path).seal}
    (tmp_path / "sources" / "a.yaml").write_text("mine:\n  title: Mine\n  kind: assumption\n")

    assert 3 == len({*seals, load(tmp_path).seal})


@pytest.mark.parametrize("line", LINES)
def test_every_answer_says_what_computed_it(line: str) -> None:
    """
    Version and seal stand in the JSON and in the text of every report.
    """
    said = answer(line)

    assert ("0.1.0", load().seal) == (said["version"], said["catalogue_sha256"])
    for asked in ("markdown", "html") if line.startswith("estimate") else ("markdown",):
        assert f"catalogue {said['catalogue_sha256']}" in call(*line.split(), "--format", asked).out


SEALED = (
    "plan", "check", "compare", "compare --what-if", "compare --where", "compare --res=A..B", "estimate", "capacity",
    "diff", "sweep", "reconcile", "validate", "train", "prices list",
)  # fmt: skip


@pytest.mark.parametrize("command", SEALED)
def test_every_report_says_what_made_it(command: str) -> None:
    """
    Whoever finds two answers sees whether they come of the same records, in every format that people or programs read.
    """
    seal = load().seal
    page = {"markdown"} if command == "validate" else set()  # a page of the documentation, which would change each time
    for name in set(formats(command)) & {"table", "json", "markdown", "html"} - page:
        text = renderer(command, name)(answers()[command])

        assert seal in text, name
        assert "0.1.0" in text, name
